//! The pauses between two looks at a state.

use std::time::Duration;

use tokio::time::sleep;

/// The first pause.
const FIRST: Duration = Duration::from_millis(500);

/// Pauses that grow.
#[derive(Debug)]
pub(super) struct Pauses {
    next: Duration,
    max: Duration,
}

impl Pauses {
    pub(super) fn up_to(max: Duration) -> Self {
        Self { next: FIRST.min(max), max }
    }

    pub(super) async fn pause(&mut self) {
        sleep(self.take()).await;
    }

    fn take(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.max);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_maximum() {
        let mut pauses = Pauses::up_to(Duration::from_secs(1));
        let taken: Vec<_> = (0..4).map(|_| pauses.take().as_millis()).collect();
        assert_eq!(taken, [500, 750, 1000, 1000]);
        assert_eq!(Pauses::up_to(Duration::ZERO).take(), Duration::ZERO);
    }
}
