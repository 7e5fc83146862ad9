//! Divides the lines of each group into batches: the fewest that the limits allow, of even size.

use std::io;
use std::path::Path;

use super::Limits;
use super::index::{self, Line};

/// One planned batch: consecutive lines of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlannedShard {
    pub(super) group: u32,
    pub(super) size: Size,
}

/// The size of some lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) inputs: u64,
}

impl Size {
    fn of(line: &Line) -> Self {
        // Each line is followed by a line feed.
        Self { lines: 1, bytes: u64::from(line.length) + 1, inputs: u64::from(line.inputs) }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            bytes: self.bytes + other.bytes,
            inputs: self.inputs + other.inputs,
        }
    }

    fn fits(self, limits: &Limits) -> bool {
        self.lines <= limits.lines && self.bytes <= limits.bytes && self.inputs <= limits.embedding_inputs
    }
}

/// Fills one batch of each group after the other up to the limits of the group.
///
/// A group's lines keep their order. The batches are in the order of their first lines.
#[derive(Debug)]
pub(super) struct Division {
    limits: Vec<Limits>,
    open: Vec<Option<usize>>,
    shards: Vec<PlannedShard>,
}

impl Division {
    /// Begins a division. Each group has limits of its own.
    pub(super) fn new(limits: Vec<Limits>) -> Self {
        Self { open: vec![None; limits.len()], limits, shards: Vec::new() }
    }

    /// Adds the next line. Returns the place of its batch.
    pub(super) fn add(&mut self, line: &Line) -> usize {
        let (group, size) = (line.group as usize, Size::of(line));
        if let Some(place) = self.open[group] {
            let grown = self.shards[place].size.plus(size);
            if grown.fits(&self.limits[group]) {
                self.shards[place].size = grown;
                return place;
            }
        }
        self.shards.push(PlannedShard { group: line.group, size });
        self.open[group] = Some(self.shards.len() - 1);
        self.shards.len() - 1
    }

    /// The batches so far.
    pub(super) fn into_shards(self) -> Vec<PlannedShard> {
        self.shards
    }
}

/// The steps of the search for the size of a group's batches. Each halves the difference.
const STEPS: u32 = 10;

/// Plans the batches for the lines in the index: returns the limits of each group that make its batches even.
///
/// `groups` is the number of groups.
pub(super) fn plan(index: &Path, groups: usize, limits: &Limits) -> io::Result<Vec<Limits>> {
    let mut division = Division::new(vec![*limits; groups]);
    let mut sizes = Sizes::new(groups);
    for line in index::lines(index)? {
        let line = line?;
        division.add(&line);
        sizes.add(line.group as usize, Size::of(&line));
    }
    let mut fewest = vec![0; groups];
    division.shards.iter().for_each(|shard| fewest[shard.group as usize] += 1);
    Ok(sizes.groups.iter().zip(fewest).map(|(sizes, fewest)| even_limits(sizes, fewest, limits)).collect())
}

/// The smallest share of the limits that needs no more than the fewest batches: it makes them even.
fn even_limits(sizes: &[Size], fewest: u64, limits: &Limits) -> Limits {
    let (mut enough, mut too_small) = (1.0, 0.0);
    if fewest > 1 {
        for _ in 0..STEPS {
            let middle = f64::midpoint(enough, too_small);
            let is_enough = batches(sizes, &limits.scaled(middle)).is_some_and(|needed| needed <= fewest);
            *(if is_enough { &mut enough } else { &mut too_small }) = middle;
        }
    }
    limits.scaled(enough)
}

/// How many batches the sizes of a group need. `None`: some size is too large for the limits.
fn batches(sizes: &[Size], limits: &Limits) -> Option<u64> {
    let (mut count, mut open) = (0, None::<Size>);
    for size in sizes {
        open = match open.map(|open| open.plus(*size)).filter(|grown| grown.fits(limits)) {
            None if size.lines > 1 && !size.fits(limits) => return None,
            None => {
                count += 1;
                Some(*size)
            }
            grown => grown,
        };
    }
    Some(count)
}

/// The maximum number of sizes that are kept.
const MAX_SIZES: usize = 1 << 16;

/// The sizes of each group's lines, in order. Of a long input each is the sum of several lines.
///
/// A division of sums is also one of the lines, so the lines never need more batches.
struct Sizes {
    groups: Vec<Vec<Size>>,
    count: usize,
    /// How many lines each is the sum of.
    lines: u64,
}

impl Sizes {
    fn new(groups: usize) -> Self {
        Self { groups: vec![Vec::new(); groups], count: 0, lines: 1 }
    }

    fn add(&mut self, group: usize, size: Size) {
        let sizes = &mut self.groups[group];
        if let Some(last) = sizes.last_mut().filter(|last| last.lines < self.lines) {
            *last = last.plus(size);
            return;
        }
        sizes.push(size);
        self.count += 1;
        if self.count > MAX_SIZES {
            self.merge_pairs();
        }
    }

    fn merge_pairs(&mut self) {
        self.lines *= 2;
        for sizes in &mut self.groups {
            *sizes =
                sizes.chunks(2).map(|pair| pair.iter().copied().fold(Size::default(), Size::plus)).collect();
        }
        self.count = self.groups.iter().map(Vec::len).sum();
    }
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
        let mut division = Division::new(plan(&path, groups as usize, limits).unwrap());
        for line in index::lines(&path).unwrap() {
            division.add(&line.unwrap());
        }
        division.into_shards()
    }

    fn limits(lines: u64, bytes: u64, embedding_inputs: u64) -> Limits {
        Limits { lines, bytes, embedding_inputs }
    }

    #[test]
    fn as_few_batches_as_possible_have_nearly_the_same_size() {
        let shards = planned((0..60_000).map(|_| (0, 99, 0)), &limits(50_000, u64::MAX, u64::MAX));
        assert_eq!(shards.len(), 2);
        assert!(shards.iter().all(|shard| shard.size.lines.abs_diff(30_000) < 100), "{shards:?}");
        assert_eq!(shards.iter().map(|shard| shard.size.bytes).sum::<u64>(), 6_000_000);
    }

    #[test]
    fn a_long_input_has_even_batches_too() {
        let lines = 3 * MAX_SIZES as u64;
        let shards = planned((0..lines).map(|_| (0, 99, 0)), &limits(lines / 3 - 1, u64::MAX, u64::MAX));
        assert_eq!(shards.len(), 4);
        assert!(shards.iter().all(|shard| shard.size.lines.abs_diff(lines / 4) < 500), "{shards:?}");
        // Sums of several lines exceed such a limit.
        let shards = planned((0..lines).map(|_| (0, 99, 0)), &limits(3, u64::MAX, u64::MAX));
        assert_eq!(shards.len() as u64, lines / 3);
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
                assert!(shard.size.lines <= limits.lines && shard.size.bytes <= limits.bytes, "{shard:?}");
                assert!(shard.size.inputs <= limits.embedding_inputs, "{shard:?}");
            }
        }
    }

    #[test]
    fn groups_are_divided_by_themselves() {
        let shards = planned((0..100).map(|line| (line % 2, 9, 0)), &limits(50, u64::MAX, u64::MAX));
        let sizes: Vec<_> = shards.iter().map(|shard| (shard.group, shard.size.lines)).collect();
        assert_eq!(sizes, [(0, 50), (1, 50)]);
    }

    #[test]
    fn a_line_that_alone_exceeds_a_limit_has_a_batch_of_its_own() {
        let shards = planned([(0, 9, 0), (0, 200, 0), (0, 9, 0)], &limits(10, 100, 10));
        assert_eq!(shards.iter().map(|shard| shard.size.lines).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
