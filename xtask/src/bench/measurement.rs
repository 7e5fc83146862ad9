//! The cost of processes.

use std::io::{Read, Seek};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use openapi_crate::command::failure::Failure;

/// The cost of one or several processes that did one task, one after another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// From the start of the first to the end of the last.
    pub(crate) wall: Duration,
    /// CPU time of all of them, in user code and in the kernel.
    pub(crate) cpu: Duration,
    /// Peak resident memory of the largest, in bytes.
    pub(crate) memory: u64,
}

impl Cost {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu + other.cpu,
            memory: self.memory.max(other.memory),
        }
    }

    /// The median of several runs, for each figure separately.
    pub(crate) fn median(runs: &[Self]) -> Self {
        fn middle<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
            let mut values: Vec<_> = values.collect();
            values.sort_unstable();
            values.get(values.len() / 2).copied().unwrap_or_default()
        }
        Self {
            wall: middle(runs.iter().map(|run| run.wall)),
            cpu: middle(runs.iter().map(|run| run.cpu)),
            memory: middle(runs.iter().map(|run| run.memory)),
        }
    }
}

/// Runs a command to its end. Returns its output and its cost. A failure is an error.
pub(crate) fn measured(command: &mut Command) -> Result<(String, Cost), Failure> {
    let run = attempted(command)?;
    if run.status.success() {
        return Ok((run.stdout, run.cost));
    }
    let program = command.get_program().to_string_lossy().into_owned();
    Err(Failure::new(format!("`{program}` failed ({}):\n{}", run.status, run.stderr)))
}

/// The command, killed with all programs that it runs after `limit`. [`was_killed`](Run::was_killed) says whether it was.
pub(crate) fn limited(command: &Command, limit: Duration) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["--signal=KILL", &limit.as_secs().to_string()]).arg(command.get_program());
    limited.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited
}

/// A command that ended, successfully or not.
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) cost: Cost,
}

impl Run {
    /// Whether the time limit ended it.
    pub(crate) fn was_killed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt as _;
        self.status.code() == Some(137) || self.status.signal() == Some(9)
    }
}

/// Runs a command to its end, successful or not.
///
/// Its memory includes this process's peak, since a process starts as a copy of its parent.
pub(crate) fn attempted(command: &mut Command) -> Result<Run, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let cannot = |error| Failure::new(format!("cannot run `{program}`: {error}"));
    // A file accepts any amount of output. Two pipes would have to be read at once.
    let mut file = tempfile::tempfile().map_err(cannot)?;
    let stderr = Stdio::from(file.try_clone().map_err(cannot)?);
    let begun = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().map_err(cannot)?;
    let mut stdout = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut stdout).map_err(cannot)?;
    }
    let used = child.wait4().map_err(cannot)?;
    let wall = begun.elapsed();
    let mut stderr = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut stderr)).map_err(cannot)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Run {
        status: used.status,
        stdout: text(stdout),
        stderr: text(stderr),
        cost: Cost { wall, cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss },
    })
}

/// Three digits, in a suitable unit.
pub(crate) fn seconds(value: f64) -> String {
    match value {
        ..0.1 => format!("{:.1} ms", value * 1000.0),
        ..10.0 => format!("{value:.2} s"),
        _ => format!("{value:.0} s"),
    }
}
