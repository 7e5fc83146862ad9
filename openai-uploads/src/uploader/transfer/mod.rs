//! Sends the parts of one upload side by side.

mod digest;
mod file;
mod hedging;
mod limit;
mod parts;
mod progress;
mod rate_limit;
mod request;

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{MissedTickBehavior, interval};

use self::hedging::{Pace, is_far_slower};
use self::parts::ReadyPart;
use self::request::{Meter, PartRequest, SentPart};
use super::Event;
use super::context::Context;
use super::event::Progress;
use super::plan::{Cutter, Part, PartSizes};
use super::resume::Session;
use super::source::SourceRange;
use super::stop::Stop;

pub(super) use self::file::FileRequest;
pub(super) use self::limit::{Admission, Limit, Turn};
pub(super) use self::parts::Content;
pub(super) use self::rate_limit::RateLimit;

/// How often progress is reported and slow parts are looked for.
const TICK: Duration = Duration::from_millis(100);

/// A part that waits longer than this lets other files use its connection.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// The parts of one upload that are being sent.
pub(super) struct Transfer<'a> {
    context: &'a Context,
    session: &'a mut Session,
    admission: &'a mut Admission,
    bytes: u64,
    cutter: Arc<Mutex<Cutter>>,
    requests: FuturesUnordered<Request<'a>>,
    /// By the number of the request.
    in_flight: HashMap<u64, InFlight>,
    next_number: u64,
    pace: Pace,
    reported: Option<Progress>,
}

type Request<'a> = Abortable<Pin<Box<dyn Future<Output = (u64, Result<SentPart, Stop>)> + Send + 'a>>>;

struct InFlight {
    part: Part,
    range: SourceRange,
    meter: Arc<Meter>,
    has_yielded: bool,
    abort: AbortHandle,
}

impl<'a> Transfer<'a> {
    pub(super) fn new(
        context: &'a Context,
        session: &'a mut Session,
        sizes: PartSizes,
        bytes: u64,
        admission: &'a mut Admission,
    ) -> Self {
        let cutter = Cutter::new(sizes, bytes, session.finished_ranges());
        Self {
            context,
            session,
            admission,
            bytes,
            cutter: Arc::new(Mutex::new(cutter)),
            requests: FuturesUnordered::new(),
            in_flight: HashMap::new(),
            next_number: 0,
            pace: Pace::default(),
            reported: None,
        }
    }

    /// Sends what is missing on the server.
    pub(super) async fn send(mut self, content: Content) -> Result<(), Stop> {
        let limit = self.context.uploader.limit.clone();
        let mut cancelled = pin!(self.context.handle.cancelled());
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.admission.set_remaining(self.bytes - self.session.finished_bytes());
        self.report();
        if self.session.is_resumed {
            let check = self.cutter().next_as_check();
            if let Some(part) = check {
                // Only files are resumed, and their parts can be taken in any order.
                self.start(ReadyPart { bytes: content.peek(&part), part, slot: limit.slot().await })?;
            }
        }
        let mut is_checking = !self.in_flight.is_empty();
        let mut parts = pin!(content.into_parts(self.cutter.clone(), limit.clone()));
        let mut all_started = false;
        while !(all_started && self.in_flight.is_empty()) {
            // A part that waits for a retry has no slot, and yet no other of this file takes its place: a server
            // that is overloaded gets no more requests, and memory stays bounded.
            let has_room = !is_checking && self.in_flight.len() < limit.concurrency();
            tokio::select! {
                biased;
                () = &mut cancelled => return Err(Stop::Cancelled),
                Some(finished) = self.requests.next() => {
                    self.finished(finished).await?;
                    is_checking = is_checking && !self.in_flight.is_empty();
                }
                part = parts.next(), if !all_started && has_room => match part {
                    Some(part) => self.start(part)?,
                    None => all_started = true,
                },
                _ = tick.tick() => {
                    self.report();
                    self.yield_connections();
                    if all_started {
                        self.hedge_slowest_part();
                    }
                }
            }
        }
        self.report();
        Ok(())
    }

    fn cutter(&self) -> std::sync::MutexGuard<'_, Cutter> {
        self.cutter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&mut self, ready: ReadyPart) -> Result<(), Stop> {
        let range = ready.bytes.map_err(Stop::Source)?;
        self.send_part(ready.part, range, ready.slot);
        Ok(())
    }

    fn send_part(&mut self, part: Part, range: SourceRange, slot: limit::Slot) {
        let number = self.next_number;
        self.next_number += 1;
        let meter = Arc::<Meter>::default();
        let (abort, registration) = AbortHandle::new_pair();
        let request = PartRequest {
            context: self.context,
            upload_id: self.session.upload_id.clone(),
            part: part.clone(),
            range: range.clone(),
            meter: meter.clone(),
        };
        let request: Pin<Box<dyn Future<Output = _> + Send + 'a>> =
            Box::pin(async move { (number, request.send(slot).await) });
        self.requests.push(Abortable::new(request, registration));
        self.in_flight.insert(number, InFlight { part, range, meter, has_yielded: false, abort });
    }

    async fn finished(
        &mut self,
        finished: Result<(u64, Result<SentPart, Stop>), Aborted>,
    ) -> Result<(), Stop> {
        let Ok((number, outcome)) = finished else { return Ok(()) };
        let Some(InFlight { part, .. }) = self.in_flight.remove(&number) else { return Ok(()) };
        let copies: Vec<_> = self
            .in_flight
            .iter()
            .filter(|(_, copy)| copy.part.index == part.index)
            .map(|(number, _)| *number)
            .collect();
        let sent = match outcome {
            // The other copy of the same part may still succeed.
            Err(Stop::Failed { .. }) if !copies.is_empty() => return Ok(()),
            outcome => outcome?,
        };
        for copy in copies {
            self.in_flight.remove(&copy).inspect(|copy| copy.abort.abort());
        }
        self.pace.add(part.len(), sent.took);
        self.cutter().finished(part.len(), sent.took);
        self.session.part_finished(self.context, part.range.clone(), sent.id.clone()).await?;
        self.context.listeners.emit(&Event::PartDone { part, part_id: sent.id });
        self.admission.set_remaining(self.bytes - self.session.finished_bytes());
        self.report();
        Ok(())
    }

    /// Reports the progress, if it has changed.
    fn report(&mut self) {
        let mut sending: HashMap<usize, u64> = HashMap::new();
        for one in self.in_flight.values() {
            let sent = sending.entry(one.part.index).or_default();
            *sent = one.meter.progress().map_or(0, |progress| progress.sent()).max(*sent);
        }
        let finished = self.session.finished_bytes();
        let parts_finished = self.session.part_count();
        let progress = Progress {
            sent: finished + sending.values().sum::<u64>(),
            finished,
            bytes: self.bytes,
            parts_finished,
            parts_expected: parts_finished + sending.len() + self.cutter().expected_parts(),
        };
        if self.reported.as_ref() != Some(&progress) {
            self.reported = Some(progress.clone());
            self.context.listeners.emit(&Event::Progress(progress));
        }
    }

    /// Lets other files use the connections of parts that wait for long.
    fn yield_connections(&mut self) {
        for one in self.in_flight.values_mut() {
            let waits = one.meter.wait().is_some_and(|wait| wait > LONG_WAIT);
            if waits && !one.has_yielded {
                self.admission.yield_connection();
            }
            one.has_yielded = waits;
        }
    }

    /// With nothing left to start, sends the slowest part over a spare connection too, if it is far behind.
    fn hedge_slowest_part(&mut self) {
        // A server that asks to wait gets no copies.
        let is_asked_to_wait = self.in_flight.values().any(|one| one.meter.wait().is_some());
        if !self.context.uploader.options.hedging || is_asked_to_wait {
            return;
        }
        let slow = self.in_flight.values().filter_map(|one| {
            let is_alone =
                self.in_flight.values().filter(|other| other.part.index == one.part.index).count() == 1;
            let attempt = one.meter.progress().filter(|_| is_alone)?;
            let typical = self.pace.typical_time(one.part.len(), self.in_flight.len())?;
            is_far_slower(&attempt, one.part.len(), typical).then(|| (attempt.elapsed(), one))
        });
        let Some((_, slowest)) = slow.max_by_key(|(elapsed, _)| *elapsed) else { return };
        let Some(slot) = self.context.uploader.limit.spare_slot() else { return };
        let (part, range) = (slowest.part.clone(), slowest.range.clone());
        self.context.listeners.emit(&Event::Hedged { part: part.clone() });
        self.send_part(part, range, slot);
    }
}
