//! Writes the shards of a round: of all lines, or of those that failed in the round before.

use std::io;
use std::path::{Path, PathBuf};

use super::answers::{AnswerFile, Outcome};
use super::folder::{self, Folder};
use super::index::{IndexWriter, Line};
use super::plan::{self, PlannedShard};
use super::split::{self, ShardLine};
use super::state::{ShardState, Step};
use super::{Error, Limits};

/// Plans the batches of the lines in the index, and writes the files of each.
pub(super) fn write_shards(
    folder: &Folder,
    index: &Path,
    sources: &[PathBuf],
    groups: usize,
    limits: &Limits,
    number: u32,
    round: u32,
) -> Result<Vec<ShardState>, Error> {
    let work = |error: io::Error| Error::work(folder.path())(error);
    let limits = plan::plan(index, groups, limits).map_err(work)?;
    let number_of = |place: usize| number + u32::try_from(place).unwrap_or(u32::MAX) + 1;
    let files = |place: usize| {
        let number = number_of(place);
        (folder.texts_of_shard(number, AnswerFile::Requests), folder.of_shard(number, "lines"))
    };
    let planned = split::write_shards(index, sources, limits, files).map_err(work)?;
    let shard = |(place, planned): (usize, &PlannedShard)| {
        let shard = ShardState {
            number: number_of(place),
            round,
            group: planned.group,
            lines: planned.size.lines,
            bytes: planned.size.bytes,
            attempt: 1,
            step: Step::Written,
        };
        folder::write_json(&folder.of_shard(shard.number, "json"), &shard).map_err(work)?;
        Ok(shard)
    };
    planned.iter().enumerate().map(shard).collect()
}

/// Writes an index of the lines with temporary failures in these shards. Returns their number.
pub(super) fn index_failed_lines(folder: &Folder, shards: &[(u32, u32)], index: &Path) -> io::Result<u64> {
    let mut may_succeed = Vec::new();
    for answer in folder.answers().read()? {
        may_succeed.push(matches!(answer?.outcome, Outcome::MayPass | Outcome::Missing));
    }
    let mut writer = IndexWriter::create(index)?;
    let (mut offset, mut count) = (0, 0);
    for (number, group) in shards {
        for line in ShardLine::read_all(&folder.of_shard(*number, "lines"))? {
            let ShardLine { number, length, inputs, id } = line;
            if usize::try_from(number).ok().and_then(|number| may_succeed.get(number)) == Some(&true) {
                writer.push(Line { number, offset, length, group: *group, inputs, id })?;
                count += 1;
            }
            offset += u64::from(length) + 1;
        }
    }
    writer.finish()?;
    Ok(count)
}
