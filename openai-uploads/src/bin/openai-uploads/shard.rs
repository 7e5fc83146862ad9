//! A share of the files, so that several machines send one data set.

use std::env;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use clap::Args;
use md5::{Digest, Md5};

use crate::exit::CommandError;

/// The arguments that choose a share of the files.
#[derive(Args)]
pub(crate) struct ShardArguments {
    /// Take the share I of N of the files, counted from 0; `auto` takes I and N from the job, `auto/N` only I.
    #[arg(long, value_name = "I/N", help_heading = "Files")]
    shard: Option<Wanted>,
}

/// What `--shard` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Shard(Shard),
    /// The index is that of the job; and the count, unless it is given.
    Auto(Option<u32>),
}

/// One share of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    index: u32,
    count: u32,
}

/// The variables in which a scheduler says which task of how many this is.
struct Scheduler {
    name: &'static str,
    index: &'static str,
    count: &'static str,
    /// The index of the first task, and the distance between two.
    first: Option<&'static str>,
    step: Option<&'static str>,
}

const SCHEDULERS: [Scheduler; 5] = [
    // Kubernetes sets the index alone; the count is for the job's author to set.
    Scheduler::new("Kubernetes", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"),
    Scheduler {
        first: Some("SLURM_ARRAY_TASK_MIN"),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        ..Scheduler::new("Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT")
    },
    Scheduler::new("AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
    Scheduler::new("Cloud Run", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT"),
    Scheduler::new("Google Batch", "BATCH_TASK_INDEX", "BATCH_TASK_COUNT"),
];

impl Scheduler {
    const fn new(name: &'static str, index: &'static str, count: &'static str) -> Self {
        Self { name, index, count, first: None, step: None }
    }

    /// The task that this process is, if it is one of this scheduler; with the given count or the scheduler's own.
    fn shard(
        &self,
        variable: &impl Fn(&str) -> Option<String>,
        count: Option<u32>,
    ) -> Option<Result<Shard, CommandError>> {
        let index = variable(self.index)?;
        let of_job = |name: &str, text: &str| {
            text.trim().parse::<u32>().map_err(|_| {
                CommandError::bad_input(format!("the environment variable {name} is not a number: {text}"))
                    .with_help("pass --shard I/N")
            })
        };
        let number = |name: Option<&str>, default| match name.and_then(|name| Some((name, variable(name)?))) {
            Some((name, text)) => of_job(name, &text),
            None => Ok(default),
        };
        Some((|| {
            let (first, step) = (number(self.first, 0)?, number(self.step, 1)?.max(1));
            let index = of_job(self.index, &index)?.saturating_sub(first) / step;
            let count = match (count, variable(self.count)) {
                (Some(count), _) => count,
                (None, Some(text)) => of_job(self.count, &text)?,
                (None, None) => {
                    let message = format!("the environment variable {} is not set", self.count);
                    let help = format!(
                        "set it to the number of tasks, or pass --shard auto/N; {} sets {}",
                        self.name, self.index
                    );
                    return Err(CommandError::bad_input(message).with_help(help));
                }
            };
            Shard::new(index, count).map_err(|problem| {
                CommandError::bad_input(format!("--shard auto: {problem}")).with_help("pass --shard I/N")
            })
        })())
    }
}

impl ShardArguments {
    /// The share to take, if not all.
    pub(crate) fn shard(&self) -> Result<Option<Shard>, CommandError> {
        match self.shard {
            None => Ok(None),
            Some(Wanted::Shard(shard)) => Ok(Some(shard)),
            Some(Wanted::Auto(count)) => of_job(variable, count).map(Some),
        }
    }

    /// The task of a job that this is, if a share was not asked for.
    pub(crate) fn unused_shard(&self) -> Option<Shard> {
        of_job(variable, None).ok().filter(|shard| self.shard.is_none() && shard.count > 1)
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn of_job(variable: impl Fn(&str) -> Option<String>, count: Option<u32>) -> Result<Shard, CommandError> {
    SCHEDULERS.iter().find_map(|scheduler| scheduler.shard(&variable, count)).unwrap_or_else(|| {
        let variables: Vec<_> = SCHEDULERS.iter().map(|scheduler| scheduler.index).collect();
        Err(CommandError::bad_input("--shard auto: no variable of a known job is set")
            .with_help(format!("pass --shard I/N, or set one of {}", variables.join(", "))))
    })
}

impl Shard {
    pub(crate) fn new(index: u32, count: u32) -> Result<Self, String> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(format!(
            "there is no share {index} of {count}; the first is 0, the last {}",
            count.saturating_sub(1)
        ))
    }

    /// Whether a file is in this share: by the first eight bytes of the MD5 of its path, modulo the number of shares.
    pub(crate) fn has(self, relative: &Path) -> bool {
        let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
        let digest: [u8; 16] = Md5::digest(names.join("/").as_bytes()).into();
        let first = u128::from_be_bytes(digest) >> 64;
        first % u128::from(self.count) == u128::from(self.index)
    }

    /// The name of this share's own file beside the one called `name`: `out.0-of-4.jsonl` for `out.jsonl`.
    pub(crate) fn file_name(self, name: &str) -> String {
        let (stem, ending) = parts(name);
        format!("{stem}.{}-of-{}{ending}", self.index, self.count)
    }
}

/// Whether a file is that of a share beside the one called `name`.
pub(crate) fn is_of_shard(other: &str, name: &str) -> bool {
    let (stem, ending) = parts(name);
    let middle = other.strip_prefix(&format!("{stem}.")).and_then(|rest| rest.strip_suffix(&ending));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    middle
        .and_then(|middle| middle.split_once("-of-"))
        .is_some_and(|(index, count)| is_number(index) && is_number(count))
}

/// The stem of a name, and its extension with the dot.
fn parts(name: &str) -> (String, String) {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
    (stem, ending.unwrap_or_default())
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const HELP: &str = "write it as I/N, such as 0/4, or as auto or auto/N";
        let number = |text: &str| text.parse::<u32>().map_err(|_| HELP.to_owned());
        match text.split_once('/') {
            None if text == "auto" => Ok(Self::Auto(None)),
            Some(("auto", count)) => match number(count)? {
                0 => Err(HELP.to_owned()),
                count => Ok(Self::Auto(Some(count))),
            },
            Some((index, count)) => Shard::new(number(index)?, number(count)?).map(Self::Shard),
            None => Err(HELP.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], count: Option<u32>) -> Result<String, String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        of_job(variable, count).map(|shard| shard.to_string()).map_err(|error| error.message)
    }

    #[test]
    fn every_file_is_in_one_share_and_stays_there() {
        let shards: Vec<_> = (0..4).map(|index| Shard::new(index, 4).unwrap()).collect();
        let mut sizes = [0; 4];
        for number in 0..10_000 {
            let path = format!("folder/part-{number:05}.jsonl");
            let having: Vec<_> = shards.iter().filter(|shard| shard.has(Path::new(&path))).collect();
            assert_eq!(having.len(), 1, "{path}");
            sizes[having[0].index as usize] += 1;
        }
        assert!(sizes.iter().all(|size| (2300..2700).contains(size)), "{sizes:?}");
        // Runs of any version agree.
        assert!(shards[1].has(Path::new("folder/part-00000.jsonl")));
    }

    #[test]
    fn the_files_of_shares_are_beside_each_other() {
        let shard = Shard::new(2, 16).unwrap();
        assert_eq!(shard.file_name("out.jsonl"), "out.2-of-16.jsonl");
        assert_eq!(shard.file_name("out"), "out.2-of-16");
        assert!(is_of_shard("out.0-of-4.jsonl", "out.jsonl") && is_of_shard("out.0-of-4", "out"));
        for other in
            ["out.jsonl", "out.a-of-4.jsonl", "out.0-of-.jsonl", "other.0-of-4.jsonl", "out.0-of-4.txt"]
        {
            assert!(!is_of_shard(other, "out.jsonl"), "{other}");
        }
    }

    #[test]
    fn a_share_is_written_as_index_and_count() {
        for (text, shown) in [("0/1", "0/1"), ("3/4", "3/4")] {
            let Ok(Wanted::Shard(shard)) = text.parse() else { panic!("{text}") };
            assert_eq!(shard.to_string(), shown);
        }
        assert_eq!("auto".parse(), Ok(Wanted::Auto(None)));
        assert_eq!("auto/8".parse(), Ok(Wanted::Auto(Some(8))));
        for text in ["", "1", "4/4", "0/0", "auto/0", "-1/4", "a/b", "1/4/5"] {
            assert!(text.parse::<Wanted>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_share_of_a_task_is_what_its_scheduler_says() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "2")];
        assert_eq!(auto(&kubernetes, Some(4)).unwrap(), "2/4");
        assert!(auto(&kubernetes, None).unwrap_err().contains("JOB_COMPLETIONS"));
        assert_eq!(auto(&[kubernetes[0], ("JOB_COMPLETIONS", "5")], None).unwrap(), "2/5");
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "7"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
            ("SLURM_ARRAY_TASK_MIN", "1"),
            ("SLURM_ARRAY_TASK_STEP", "2"),
        ];
        assert_eq!(auto(&slurm, None).unwrap(), "3/4");
        assert_eq!(auto(&slurm[..2], Some(8)).unwrap(), "7/8");
        assert!(auto(&slurm[..2], None).unwrap_err().contains("no share 7 of 4"));
        assert_eq!(
            auto(&[("CLOUD_RUN_TASK_INDEX", "0"), ("CLOUD_RUN_TASK_COUNT", "1")], None).unwrap(),
            "0/1"
        );
        assert!(auto(&[("BATCH_TASK_INDEX", "x")], Some(2)).unwrap_err().contains("not a number"));
        assert!(auto(&[], Some(2)).unwrap_err().contains("no variable of a known job"));
    }
}
