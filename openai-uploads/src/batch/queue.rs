//! Which batches may run at the same time: the maximum number, and the maximum tokens of each model.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, Notify};

/// The estimated tokens per byte before a batch of the model has ended: four bytes per token.
const TOKENS_PER_BYTE: f64 = 0.25;

/// The queue of a run.
#[derive(Debug)]
pub(super) struct Queue {
    max_active: usize,
    max_tokens: u64,
    state: Mutex<State>,
    released: Notify,
    /// Batches of one model are admitted one after the other.
    doors: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
}

#[derive(Debug, Default)]
struct State {
    active: usize,
    models: HashMap<String, Model>,
}

#[derive(Debug)]
struct Model {
    /// The estimated tokens in progress.
    tokens: u64,
    /// The tokens that fit when the server last refused more.
    refused_above: Option<u64>,
    tokens_per_byte: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self { tokens: 0, refused_above: None, tokens_per_byte: TOKENS_PER_BYTE }
    }
}

/// The place of a batch in the queue. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    queue: &'a Queue,
    model: &'a str,
    tokens: u64,
}

impl Queue {
    pub(super) fn new(max_active: Option<usize>, max_tokens: Option<u64>) -> Self {
        Self {
            max_active: max_active.unwrap_or(usize::MAX).max(1),
            max_tokens: max_tokens.unwrap_or(u64::MAX).max(1),
            state: Mutex::default(),
            released: Notify::new(),
            doors: Mutex::default(),
        }
    }

    /// Waits for a place for a batch of `bytes` bytes.
    ///
    /// A batch that alone exceeds the maximum runs alone.
    pub(super) async fn admit<'a>(&'a self, model: &'a str, bytes: u64) -> Permit<'a> {
        let door = self
            .doors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(model.to_owned())
            .or_default()
            .clone();
        let _turn = door.lock().await;
        loop {
            let released = self.released.notified();
            if let Some(permit) = self.try_admit(model, bytes) {
                return permit;
            }
            released.await;
        }
    }

    /// A place for a batch of `bytes` bytes, if one is free now.
    pub(super) fn try_admit<'a>(&'a self, model: &'a str, bytes: u64) -> Option<Permit<'a>> {
        let mut state = self.state();
        let is_full = state.active >= self.max_active;
        let known = state.models.entry(model.to_owned()).or_default();
        let tokens = estimate(bytes, known.tokens_per_byte);
        let most = self.max_tokens.min(known.refused_above.unwrap_or(u64::MAX));
        if is_full || known.tokens > 0 && known.tokens.saturating_add(tokens) > most {
            return None;
        }
        known.tokens = known.tokens.saturating_add(tokens);
        state.active += 1;
        Some(Permit { queue: self, model, tokens })
    }

    /// A place for a batch that is running already.
    pub(super) fn running<'a>(&'a self, model: &'a str, bytes: u64) -> Permit<'a> {
        let mut state = self.state();
        let known = state.models.entry(model.to_owned()).or_default();
        let tokens = estimate(bytes, known.tokens_per_byte);
        known.tokens = known.tokens.saturating_add(tokens);
        state.active += 1;
        Permit { queue: self, model, tokens }
    }

    /// Records how many tokens the bytes of a model's batches have.
    pub(super) fn measured(&self, model: &str, bytes: u64, tokens: u64) {
        if bytes > 0 && tokens > 0 {
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let ratio = tokens as f64 / bytes as f64;
            self.state().models.entry(model.to_owned()).or_default().tokens_per_byte = ratio;
        }
    }

    /// Records that the server refused a batch because the model's queue is full. Its place must be free already.
    ///
    /// Waits until another batch of the run has ended, or for `wait`, since the queue may be full of batches of
    /// others.
    pub(super) async fn refused(&self, model: &str, wait: Duration) {
        let released = self.released.notified();
        self.record_full(model);
        let _ = tokio::time::timeout(wait, released).await;
        // The next batch tries whether there is room now.
        self.state().models.entry(model.to_owned()).or_default().refused_above = None;
    }

    /// Records that the server has no room for more tokens of the model than are in progress now.
    pub(super) fn record_full(&self, model: &str) {
        let mut state = self.state();
        let known = state.models.entry(model.to_owned()).or_default();
        known.refused_above = Some(known.tokens);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.active -= 1;
        if let Some(known) = state.models.get_mut(self.model) {
            known.tokens = known.tokens.saturating_sub(self.tokens);
        }
        drop(state);
        self.queue.released.notify_waiters();
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an estimate"
)]
fn estimate(bytes: u64, tokens_per_byte: f64) -> u64 {
    (bytes as f64 * tokens_per_byte).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_the_maximum_number_of_batches_run() {
        let queue = Queue::new(Some(2), None);
        let first = queue.try_admit("a", 1).unwrap();
        let _second = queue.try_admit("b", 1).unwrap();
        assert!(queue.try_admit("a", 1).is_none());
        drop(first);
        assert!(queue.try_admit("a", 1).is_some());
    }

    #[test]
    fn the_tokens_of_each_model_are_limited() {
        let queue = Queue::new(None, Some(100));
        let first = queue.try_admit("a", 240).unwrap();
        assert!(queue.try_admit("a", 200).is_none());
        assert!(queue.try_admit("b", 200).is_some());
        drop(first);
        // One batch that exceeds the maximum runs alone.
        let alone = queue.try_admit("a", 4_000).unwrap();
        assert!(queue.try_admit("a", 1).is_none());
        drop(alone);
        // Half a token a byte, as measured.
        queue.measured("a", 1_000, 500);
        let _first = queue.try_admit("a", 120).unwrap();
        assert!(queue.try_admit("a", 100).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_batch_waits_for_another_to_end() {
        let queue = Queue::new(None, None);
        let running = queue.try_admit("a", 100).unwrap();
        let refused = queue.refused("a", Duration::from_secs(3600));
        tokio::pin!(refused);
        assert!(tokio::time::timeout(Duration::ZERO, &mut refused).await.is_err());
        assert!(queue.try_admit("a", 100).is_none());
        drop(running);
        refused.await;
        assert!(queue.try_admit("a", 100).is_some());
    }

    #[tokio::test]
    async fn waiting_batches_are_admitted_when_one_ends() {
        let queue = Queue::new(Some(1), None);
        let first = queue.admit("a", 1).await;
        let second = queue.admit("a", 1);
        tokio::pin!(second);
        assert!(tokio::time::timeout(Duration::ZERO, &mut second).await.is_err());
        drop(first);
        second.await;
    }
}
