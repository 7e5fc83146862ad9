//! Sends the parts of one upload side by side.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{AbortHandle, Abortable, Aborted};
use futures_util::stream::{self, FuturesUnordered, Stream, StreamExt};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::body::PartBytes;
use super::content::Content;
use super::limit::{Admission, Slot};
use super::part::{Meter, PartSending};
use super::run::Run;
use super::session::Session;
use super::stop::Stop;
use super::{Event, Part, Plan};

/// How often the bytes that were sent are reported and slow parts are looked for.
const TICK: Duration = Duration::from_millis(100);

/// A part that has not taken longer than this is not slow.
const SLOW: Duration = Duration::from_secs(1);

/// The parts of one upload, on their way.
pub(super) struct Sending<'a> {
    run: &'a Run,
    session: &'a mut Session,
    admission: &'a mut Admission,
    plan: Plan,
    flights: FuturesUnordered<Flight<'a>>,
    /// By the number that each flight was given.
    under_way: HashMap<u64, UnderWay>,
    next_number: u64,
    bytes_arrived: u64,
    bytes_reported: Option<u64>,
    /// How long each part took that arrived.
    times: Vec<Duration>,
}

type Flight<'a> = Abortable<Pin<Box<dyn Future<Output = (u64, Result<String, Stop>)> + Send + 'a>>>;

struct UnderWay {
    part: Part,
    bytes: PartBytes,
    meter: Arc<Meter>,
    begin: Instant,
    abort: AbortHandle,
}

/// A part that may be sent now.
type Prepared = (Part, std::io::Result<PartBytes>, Slot);

impl<'a> Sending<'a> {
    pub(super) fn new(run: &'a Run, session: &'a mut Session, admission: &'a mut Admission) -> Self {
        let bytes_arrived = session.bytes_arrived();
        Self {
            run,
            plan: session.plan.clone(),
            session,
            admission,
            flights: FuturesUnordered::new(),
            under_way: HashMap::new(),
            next_number: 0,
            bytes_arrived,
            bytes_reported: None,
            times: Vec::new(),
        }
    }

    /// Sends what has not arrived.
    pub(super) async fn send(mut self, content: Content) -> Result<(), Stop> {
        let missing: Vec<_> =
            self.plan.parts().filter(|part| !self.session.parts.contains_key(&part.index)).collect();
        let mut prepared = pin!(prepared(self.run, content, missing));
        let mut is_all_begun = false;
        let mut cancelled = pin!(self.run.handle.cancelled());
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.admission.left(self.plan.bytes() - self.bytes_arrived);
        self.report();
        while !(is_all_begun && self.is_all_arrived()) {
            tokio::select! {
                biased;
                () = &mut cancelled => return Err(Stop::Cancelled),
                Some(landed) = self.flights.next() => self.landed(landed).await?,
                part = prepared.next(), if !is_all_begun => match part {
                    Some(part) => self.begin(part)?,
                    None => is_all_begun = true,
                },
                _ = tick.tick() => {
                    self.report();
                    if is_all_begun {
                        self.send_slow_part_again();
                    }
                }
            }
        }
        self.report();
        Ok(())
    }

    fn is_all_arrived(&self) -> bool {
        self.session.parts.len() == self.plan.part_count()
    }

    fn begin(&mut self, (part, bytes, slot): Prepared) -> Result<(), Stop> {
        let bytes = bytes.map_err(Stop::Source)?;
        self.launch(part, bytes, slot);
        Ok(())
    }

    fn launch(&mut self, part: Part, bytes: PartBytes, slot: Slot) {
        let number = self.next_number;
        self.next_number += 1;
        let meter = Arc::new(Meter::new());
        let (abort, registration) = AbortHandle::new_pair();
        let sending = PartSending {
            run: self.run,
            upload_id: self.session.upload_id.clone(),
            part: part.clone(),
            bytes: bytes.clone(),
            meter: meter.clone(),
            _slot: slot,
        };
        let flight: Pin<Box<dyn Future<Output = _> + Send + 'a>> =
            Box::pin(async move { (number, sending.send().await) });
        self.flights.push(Abortable::new(flight, registration));
        self.under_way.insert(number, UnderWay { part, bytes, meter, begin: Instant::now(), abort });
    }

    async fn landed(&mut self, landed: Result<(u64, Result<String, Stop>), Aborted>) -> Result<(), Stop> {
        let Ok((number, outcome)) = landed else { return Ok(()) };
        let Some(UnderWay { part, begin, .. }) = self.under_way.remove(&number) else { return Ok(()) };
        let twins: Vec<_> = self
            .under_way
            .iter()
            .filter(|(_, twin)| twin.part.index == part.index)
            .map(|(number, _)| *number)
            .collect();
        let part_id = match outcome {
            // The other sending of the same part may still arrive.
            Err(Stop::Failed { .. }) if !twins.is_empty() => return Ok(()),
            outcome => outcome?,
        };
        for twin in twins {
            self.under_way.remove(&twin).inspect(|twin| twin.abort.abort());
        }
        self.times.push(begin.elapsed());
        self.bytes_arrived += part.len();
        self.session.part_arrived(self.run, part.index, part_id.clone()).await;
        self.run.listeners.tell(&Event::PartDone { part, part_id });
        self.admission.left(self.plan.bytes() - self.bytes_arrived);
        self.report();
        Ok(())
    }

    /// Tells how many bytes were sent, if that is another number than the last time.
    fn report(&mut self) {
        let mut best: HashMap<usize, u64> = HashMap::new();
        for one in self.under_way.values() {
            let sent = best.entry(one.part.index).or_default();
            *sent = one.meter.sent().max(*sent);
        }
        let sent = self.bytes_arrived + best.values().sum::<u64>();
        if self.bytes_reported != Some(sent) {
            self.bytes_reported = Some(sent);
            self.run.listeners.tell(&Event::BytesSent { sent, of: self.plan.bytes() });
        }
    }

    /// With nothing else left to send, sends the part that is furthest behind its peers over a spare connection.
    fn send_slow_part_again(&mut self) {
        if !self.run.uploader.options.second_sending {
            return;
        }
        let Some(typical) = self.typical_time() else { return };
        let slowest = self.under_way.values().filter(|one| {
            let is_alone =
                self.under_way.values().filter(|other| other.part.index == one.part.index).count() == 1;
            is_alone && one.is_far_slower_than(typical)
        });
        let Some(slowest) = slowest.min_by_key(|one| one.begin) else { return };
        let Some(slot) = self.run.uploader.limit.spare_slot() else { return };
        let (part, bytes) = (slowest.part.clone(), slowest.bytes.clone());
        self.run.listeners.tell(&Event::SentAgain { part: part.clone() });
        self.launch(part, bytes, slot);
    }

    /// The median of the times that parts took, once as many have arrived as are under way.
    fn typical_time(&self) -> Option<Duration> {
        if self.times.len() < self.under_way.len().max(1) {
            return None;
        }
        let mut times = self.times.clone();
        let middle = times.len() / 2;
        Some(*times.select_nth_unstable(middle).1)
    }
}

impl UnderWay {
    /// Whether it took twice the typical time and, at the rate so far, will take longer from here than a new
    /// sending would in all.
    fn is_far_slower_than(&self, typical: Duration) -> bool {
        let elapsed = self.begin.elapsed();
        let sent = self.meter.sent();
        let left = self.part.len() - sent;
        // Once all is out, how long the reply will take is anyone's guess.
        let is_ending_soon = left > 0 && sent > 0 && {
            let rest = elapsed.as_nanos() * u128::from(left) / u128::from(sent);
            rest < typical.as_nanos()
        };
        elapsed > (typical * 2).max(SLOW) && !is_ending_soon
    }
}

/// The parts as connections become free for them, their bytes at hand.
fn prepared(run: &Run, content: Content, missing: Vec<Part>) -> impl Stream<Item = Prepared> {
    stream::unfold((content, missing.into_iter()), move |(mut content, mut missing)| async move {
        let Some(part) = missing.next() else {
            content.end().await;
            return None;
        };
        let slot = run.uploader.limit.slot().await;
        let bytes = content.part(&part).await;
        Some(((part, bytes, slot), (content, missing)))
    })
}
