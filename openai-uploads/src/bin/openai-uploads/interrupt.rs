//! The signals that ask a run to stop. The first is passed on, the second ends the process.

use std::future::poll_fn;
use std::task::Poll;
use std::{io, process, thread};

use tokio::sync::oneshot;

use crate::exit::Exit;

/// Resolves at the first signal. From then on another one ends the process at once, whatever it is doing: a
/// thread of its own waits for it.
pub(crate) fn listen() -> io::Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let guard = runtime.enter();
    let mut signals = StopSignals::listen()?;
    drop(guard);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            // Nobody receives this when the run is over, and then this thread ends with the process.
            let _ = sender.send(());
            signals.next().await;
            process::exit(Exit::Interrupted.code().into());
        });
    })?;
    Ok(receiver)
}

/// Ctrl-C and, on Unix, SIGTERM and the SIGHUP of a terminal that is closed.
#[cfg(unix)]
pub(crate) struct StopSignals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl StopSignals {
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !is_hangup_ignored() {
            kinds.push(SignalKind::hangup());
        }
        Ok(Self(kinds.into_iter().map(signal).collect::<io::Result<_>>()?))
    }

    pub(crate) async fn next(&mut self) {
        poll_fn(|context| {
            let is_here = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if is_here { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Whether the process was started by `nohup`, which has it ignore SIGHUP. Known on Linux only.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Ctrl-C.
#[cfg(windows)]
pub(crate) struct StopSignals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl StopSignals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    pub(crate) async fn next(&mut self) {
        self.0.recv().await;
    }
}
