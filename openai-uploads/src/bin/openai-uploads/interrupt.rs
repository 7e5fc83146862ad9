//! Ctrl-C: the first is passed on, the second ends the process.

use std::{io, process, thread};

use tokio::sync::oneshot;

use crate::exit::Exit;

/// Resolves at the first Ctrl-C. From then on another ends the process at once, whatever it is doing: a thread
/// of its own waits for it.
pub(crate) fn listen() -> io::Result<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let guard = runtime.enter();
    let mut presses = signal()?;
    drop(guard);
    thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        runtime.block_on(async {
            presses.recv().await;
            // With nobody to listen any more, the run is over and so is this thread.
            let _ = sender.send(());
            presses.recv().await;
            process::exit(Exit::Interrupted.code().into());
        });
    })?;
    Ok(receiver)
}

#[cfg(unix)]
fn signal() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn signal() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
