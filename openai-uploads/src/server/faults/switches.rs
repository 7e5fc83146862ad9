//! The list of all faults, in words, each with its switch.

use std::sync::atomic::Ordering;

use serde::Serialize;

use super::injector::Injector;
use super::switched::Switched;
use super::words;

/// What a fault happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Subject {
    Requests,
    Batches,
    Connections,
}

/// A fault in words, and its switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct SwitchedFault {
    subject: Subject,
    what: String,
    when: String,
    is_on: bool,
    /// How many times it was injected, if this is counted.
    injected: Option<u64>,
}

impl Injector {
    /// All faults, in an order that stays the same.
    pub(in super::super) fn switches(&self) -> Vec<SwitchedFault> {
        let requests = self.requests.iter();
        let requests = requests.map(|fault| shown(Subject::Requests, fault, words::fault(&fault.fault)));
        let batches = self.batches.iter();
        let batches = batches.map(|fault| shown(Subject::Batches, fault, words::batch_fault(fault.fault)));
        let rate = self.rate.map(|rate| SwitchedFault {
            subject: Subject::Connections,
            what: words::rate(rate),
            when: "every new connection".to_owned(),
            is_on: self.limits_rate.load(Ordering::Relaxed),
            injected: None,
        });
        requests.chain(batches).chain(rate).collect()
    }

    /// Switches the fault at a position in [`switches`](Self::switches). Returns false if there is none.
    pub(in super::super) fn switch(&self, index: usize, is_on: bool) -> bool {
        let after_requests = index.checked_sub(self.requests.len());
        let after_batches = after_requests.and_then(|index| index.checked_sub(self.batches.len()));
        if let Some(fault) = self.requests.get(index) {
            fault.set(is_on);
        } else if let Some(fault) = after_requests.and_then(|index| self.batches.get(index)) {
            fault.set(is_on);
        } else if after_batches == Some(0) && self.rate.is_some() {
            self.limits_rate.store(is_on, Ordering::Relaxed);
        } else {
            return false;
        }
        true
    }
}

fn shown<F>(subject: Subject, fault: &Switched<F>, what: String) -> SwitchedFault {
    let noun = match subject {
        Subject::Batches => ("batch", "batches"),
        Subject::Requests | Subject::Connections => ("request", "requests"),
    };
    SwitchedFault {
        subject,
        what,
        when: words::when(&fault.when, noun),
        is_on: fault.is_on(),
        injected: Some(fault.injected()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BatchFault, Fault, Faults, When};
    use super::*;

    #[test]
    fn a_fault_applies_only_while_it_is_on_and_counts_from_one_when_switched_on() {
        let injector = Injector::new(Faults::new().with(Fault::fail(503), When::nth(2)));
        let applies = || injector.effects(None).1.is_some();
        assert_eq!([applies(), applies(), applies()], [false, true, false]);
        assert!(injector.switch(0, false));
        assert_eq!([applies(), applies()], [false, false]);
        assert!(injector.switch(0, true));
        assert_eq!([applies(), applies(), applies()], [false, true, false]);
        assert_eq!(injector.switches()[0].injected, Some(2));
    }

    #[test]
    fn every_position_switches_the_fault_that_it_shows() {
        let faults = Faults::new()
            .with(Fault::forget(), When::always())
            .with_batch(BatchFault::Slow(2.0), When::always())
            .rate(1000);
        let injector = Injector::new(faults);
        let shown = injector.switches();
        assert_eq!(shown.iter().filter(|fault| fault.is_on).count(), 3);
        assert!(shown.len() > 10 && injector.rate() == Some(1000));
        for (index, fault) in shown.iter().enumerate() {
            assert!(injector.switch(index, !fault.is_on));
            let now = injector.switches();
            let changed: Vec<_> = (0..now.len()).filter(|other| now[*other] != shown[*other]).collect();
            assert_eq!(changed, [index], "{fault:?}");
            assert!(injector.switch(index, fault.is_on));
        }
        assert!(!injector.switch(shown.len(), true));
    }

    #[test]
    fn a_preset_that_is_a_setting_is_there_once_and_on() {
        let preset = super::super::presets::requests().swap_remove(0);
        let all = Injector::new(Faults::new()).switches();
        let injector = Injector::new(Faults::new().with(preset.0, preset.1));
        assert_eq!(injector.switches().len(), all.len());
        assert!(all.iter().all(|fault| !fault.is_on) && injector.switches()[0].is_on);
        assert_eq!(Injector::new(Faults::new()).effects(None), (std::time::Duration::ZERO, None));
    }
}
