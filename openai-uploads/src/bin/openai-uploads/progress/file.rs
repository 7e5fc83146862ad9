//! The progress of one file, as the events of its upload report it.

use std::time::Instant;

use openai_uploads::uploader::{Api, Event, Plan, Step};

use super::amount::{next_try, retries, seconds};
use super::layout::{Notice, Row, Status};
use crate::{message, quantity};

/// What is known of one file.
pub(super) struct File {
    /// The name on the screen.
    pub(super) name: String,
    /// The path in messages.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) phase: Phase,
    plan: Option<Plan>,
    pub(super) parts_done: usize,
    /// The number of parts in all, which follows the rate of the connection.
    pub(super) parts: usize,
    /// The bytes of parts that arrived, in earlier runs too.
    pub(super) arrived: u64,
    /// The bytes that arrived before this run.
    resumed: u64,
    /// The bytes of parts that arrived and of those in flight.
    pub(super) sent: u64,
    pub(super) retries: usize,
    failed_requests: Vec<FailedRequest>,
    /// Since when the server has not answered, if that is long.
    waiting_since: Option<Instant>,
    pub(super) started: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Queued,
    Checking,
    Starting,
    Sending,
    Completing,
    Done,
    Failed,
}

/// A request that waits to be sent again.
struct FailedRequest {
    step: Step,
    reason: String,
    retry_at: Instant,
}

/// A line about an event.
pub(super) enum Note {
    Always(String),
    /// For those who see no bars.
    OnLines(String),
}

impl File {
    pub(super) fn new(name: String, path: String, bytes: u64, now: Instant) -> Self {
        Self {
            name,
            path,
            bytes,
            phase: Phase::Queued,
            plan: None,
            parts_done: 0,
            parts: 0,
            arrived: 0,
            resumed: 0,
            sent: 0,
            retries: 0,
            failed_requests: Vec::new(),
            waiting_since: None,
            started: now,
        }
    }

    pub(super) fn update(&mut self, event: &Event) -> Option<Note> {
        if !matches!(event, Event::Warning(_)) {
            self.waiting_since = None;
        }
        match event {
            Event::Warning(warning) => {
                let warning = message::text(&format!("{}: {warning}", self.path));
                return Some(Note::Always(message::warning(&warning)));
            }
            Event::Checking { checked, bytes } => {
                self.phase = Phase::Checking;
                (self.sent, self.bytes) = (*checked, *bytes);
            }
            Event::Planned { plan } => {
                self.bytes = plan.bytes();
                self.plan = Some(plan.clone());
                self.restart(Phase::Starting);
            }
            Event::Created { .. } => {
                self.restart(Phase::Sending);
                let plan = self.plan.as_ref()?;
                return Some(Note::OnLines(format!("{}: {plan}", self.path)));
            }
            Event::FileStarted { attempt } => {
                self.forget_failure(Step::File);
                if *attempt == 1 {
                    self.restart(Phase::Sending);
                    let plan = self.plan.as_ref()?;
                    return Some(Note::OnLines(format!("{}: {plan}", self.path)));
                }
            }
            Event::Resumed { upload_id, parts, bytes } => {
                self.phase = Phase::Sending;
                self.parts_done = *parts;
                (self.resumed, self.arrived, self.sent) = (*bytes, *bytes, *bytes);
                return Some(Note::Always(message::text(&format!(
                    "{}: resuming {upload_id}, {parts} of {} arrived before",
                    self.path,
                    message::count(self.parts, "part"),
                ))));
            }
            Event::Restarted { reason } => {
                self.restart(Phase::Starting);
                let reason = message::text(&reason.to_string());
                return Some(Note::Always(format!("{}: starting from the beginning: {reason}", self.path)));
            }
            Event::PartStarted { part, .. } => self.forget_failure(Step::Part(part.index)),
            Event::PartDone { part, .. } => self.forget_failure(Step::Part(part.index)),
            Event::Progress(progress) => {
                (self.sent, self.arrived) = (progress.sent, progress.finished);
                if !self.is_one_request() {
                    (self.parts_done, self.parts) = (progress.parts_finished, progress.parts_expected);
                }
            }
            Event::WaitingForServer { step, waited } => {
                self.waiting_since = Instant::now().checked_sub(*waited);
                let waited = seconds(*waited);
                return Some(Note::OnLines(format!(
                    "{}: {step}: waiting for the server for {waited}",
                    self.path
                )));
            }
            Event::Retrying { step, wait, reason, .. } => {
                self.retries += 1;
                self.forget_failure(*step);
                let retry_at = Instant::now() + *wait;
                self.failed_requests.push(FailedRequest { step: *step, reason: reason.clone(), retry_at });
                return Some(Note::OnLines(format!(
                    "{}: {step} failed: {}, {}",
                    self.path,
                    message::one_line(reason),
                    next_try(*wait)
                )));
            }
            Event::Completing { .. } => self.phase = Phase::Completing,
            _ => {}
        }
        None
    }

    /// Nothing of the file has arrived in the upload that begins now.
    fn restart(&mut self, phase: Phase) {
        self.phase = phase;
        self.parts_done = 0;
        self.parts = if self.is_one_request() { 0 } else { self.plan.as_ref().map_or(0, Plan::part_count) };
        (self.resumed, self.arrived, self.sent) = (0, 0, 0);
        self.failed_requests.clear();
    }

    /// Whether the file is sent by one request, which has no parts.
    pub(super) fn is_one_request(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.api() == Api::Files)
    }

    fn forget_failure(&mut self, step: Step) {
        self.failed_requests.retain(|failed| failed.step != step);
    }

    pub(super) fn end(&mut self, phase: Phase) {
        self.phase = phase;
        self.failed_requests.clear();
    }

    pub(super) fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Queued | Phase::Done | Phase::Failed)
    }

    pub(super) fn row(&self, now: Instant) -> Row {
        let status = match self.phase {
            Phase::Checking => Status::Checking,
            Phase::Sending if self.is_one_request() => Status::Sending,
            Phase::Sending => Status::Parts { done: self.parts_done, of: self.parts },
            Phase::Completing => Status::Completing,
            Phase::Queued | Phase::Starting | Phase::Done | Phase::Failed => Status::Starting,
        };
        Row { name: self.name.clone(), done: self.sent, of: self.bytes, status, notice: self.notice(now) }
    }

    fn notice(&self, now: Instant) -> Option<Notice> {
        if let Some(since) = self.waiting_since {
            return Some(Notice::Waiting(now.duration_since(since)));
        }
        let failed = self.failed_requests.iter().min_by_key(|failed| failed.retry_at)?;
        let what = match self.failed_requests.len() {
            1 => failed.step.to_string(),
            many => format!("{} and {} more", failed.step, many - 1),
        };
        let wait = failed.retry_at.saturating_duration_since(now);
        Some(Notice::Retry { what, reason: failed.reason.clone(), wait })
    }

    /// `(3.8 MiB in 4.0 s, 0.9 MiB/s, 1 retry)`.
    pub(super) fn outcome(&self) -> String {
        let took = self.started.elapsed();
        let sent = self.bytes.saturating_sub(self.resumed);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        format!(
            "({} in {}, {}/s{})",
            quantity::shown_size(sent),
            seconds(took),
            quantity::shown_size(sent.saturating_mul(1000) / millis),
            retries(self.retries),
        )
    }
}
