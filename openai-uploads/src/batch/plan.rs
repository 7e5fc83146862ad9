//! Divides the lines of each group into batches: the fewest that the limits allow, of even size.

use std::io;
use std::path::Path;

use super::Limits;
use super::index;

/// One planned batch: consecutive lines of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlannedShard {
    pub(super) group: u32,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) inputs: u64,
}

/// The steps of the search for the size of a group's batches. Each halves the difference.
const STEPS: u32 = 10;

/// Plans the batches for the lines in the index. `groups` is the number of groups.
///
/// A group's lines keep their order. The batches are in the order of their first lines.
pub(super) fn plan(index: &Path, groups: u32, limits: &Limits) -> io::Result<Vec<PlannedShard>> {
    let whole = vec![1.0; groups as usize];
    let fewest = counts(&divide(index, limits, &whole)?, groups);
    // The smallest share of the limits that needs no additional batches makes them even.
    let (mut enough, mut too_small) = (whole, vec![0.0; groups as usize]);
    if fewest.iter().any(|count| *count > 1) {
        for _ in 0..STEPS {
            let middle: Vec<f64> =
                enough.iter().zip(&too_small).map(|(high, low)| f64::midpoint(*high, *low)).collect();
            let needed = counts(&divide(index, limits, &middle)?, groups);
            for group in 0..groups as usize {
                let is_enough = needed[group] <= fewest[group];
                let bound = if is_enough { &mut enough[group] } else { &mut too_small[group] };
                *bound = middle[group];
            }
        }
    }
    divide(index, limits, &enough)
}

/// Fills one batch after the other up to `shares` of the limits, a share for each group.
fn divide(index: &Path, limits: &Limits, shares: &[f64]) -> io::Result<Vec<PlannedShard>> {
    let limits: Vec<Limits> = shares.iter().map(|share| limits.scaled(*share)).collect();
    let mut shards: Vec<PlannedShard> = Vec::new();
    let mut open: Vec<Option<usize>> = vec![None; limits.len()];
    for line in index::lines(index)? {
        let line = line?;
        let group = line.group as usize;
        let (bytes, inputs) = (u64::from(line.length) + 1, u64::from(line.inputs));
        let current = open[group].filter(|current| {
            let shard = &shards[*current];
            shard.lines < limits[group].lines
                && shard.bytes + bytes <= limits[group].bytes
                && shard.inputs + inputs <= limits[group].embedding_inputs
        });
        let current = current.unwrap_or_else(|| {
            shards.push(PlannedShard { group: line.group, ..PlannedShard::default() });
            open[group] = Some(shards.len() - 1);
            shards.len() - 1
        });
        let shard = &mut shards[current];
        shard.lines += 1;
        shard.bytes += bytes;
        shard.inputs += inputs;
    }
    Ok(shards)
}

fn counts(shards: &[PlannedShard], groups: u32) -> Vec<usize> {
    let mut counts = vec![0; groups as usize];
    shards.iter().for_each(|shard| counts[shard.group as usize] += 1);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::index::{IdDigest, IndexWriter, Line};

    fn planned(lines: impl IntoIterator<Item = (u32, u32, u32)>, limits: &Limits) -> Vec<PlannedShard> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let mut writer = IndexWriter::create(&path).unwrap();
        let mut groups = 0;
        for ((group, length, inputs), number) in lines.into_iter().zip(0..) {
            groups = groups.max(group + 1);
            let id = IdDigest::of(b"");
            writer.push(Line { number, offset: 0, length, group, inputs, id }).unwrap();
        }
        writer.finish().unwrap();
        plan(&path, groups, limits).unwrap()
    }

    fn limits(lines: u64, bytes: u64, embedding_inputs: u64) -> Limits {
        Limits { lines, bytes, embedding_inputs }
    }

    #[test]
    fn as_few_batches_as_possible_have_nearly_the_same_size() {
        let shards = planned((0..60_000).map(|_| (0, 99, 0)), &limits(50_000, u64::MAX, u64::MAX));
        assert_eq!(shards.len(), 2);
        assert!(shards.iter().all(|shard| shard.lines.abs_diff(30_000) < 100), "{shards:?}");
        assert_eq!(shards.iter().map(|shard| shard.bytes).sum::<u64>(), 6_000_000);
    }

    #[test]
    fn each_limit_is_enforced() {
        let lines = || (0..100).map(|_| (0, 9, 3));
        for (limits, fewest) in [
            (limits(30, 1 << 20, 1 << 20), 4),
            (limits(1 << 20, 101, 1 << 20), 10),
            (limits(1 << 20, 1 << 20, 10), 34),
        ] {
            let shards = planned(lines(), &limits);
            assert_eq!(shards.len(), fewest);
            for shard in &shards {
                assert!(shard.lines <= limits.lines && shard.bytes <= limits.bytes, "{shard:?}");
                assert!(shard.inputs <= limits.embedding_inputs, "{shard:?}");
            }
        }
    }

    #[test]
    fn groups_are_divided_by_themselves() {
        let shards = planned((0..100).map(|line| (line % 2, 9, 0)), &limits(50, u64::MAX, u64::MAX));
        let sizes: Vec<_> = shards.iter().map(|shard| (shard.group, shard.lines)).collect();
        assert_eq!(sizes, [(0, 50), (1, 50)]);
    }

    #[test]
    fn a_line_that_alone_exceeds_a_limit_has_a_batch_of_its_own() {
        let shards = planned([(0, 9, 0), (0, 200, 0), (0, 9, 0)], &limits(10, 100, 10));
        assert_eq!(shards.iter().map(|shard| shard.lines).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
