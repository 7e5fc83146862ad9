//! Work on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The maximum number of threads. More would not help: most of the time is spent in work on one thread.
const MAX_THREADS: usize = 4;

/// Calls `work` for each item, and returns the results in the order of the items. A thread that is done with an item takes
/// the next one, so that all of them end together.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let numbers = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
        numbers.map_while(|number| Some((number, work(items.get(number)?)))).collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<_> = (0..1000).collect();
        let doubled = in_parallel(&items, |item| {
            if item % 100 == 0 {
                thread::yield_now();
            }
            item * 2
        });
        assert!(doubled.into_iter().eq((0..1000).map(|item| item * 2)));
        assert!(in_parallel(&[] as &[u8], |item| *item).is_empty());
    }
}
