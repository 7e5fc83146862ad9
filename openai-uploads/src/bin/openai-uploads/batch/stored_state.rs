//! The state of a run in the store that its results go to.

#[cfg(feature = "object-store")]
pub(super) use with_stores::StoredState;
#[cfg(not(feature = "object-store"))]
pub(super) use without_stores::StoredState;

/// The ending of the object's name. With the full stop at the beginning, prefixes are listed without it.
#[cfg(feature = "object-store")]
const ENDING: &str = ".openai-batch";

#[cfg(feature = "object-store")]
mod with_stores {
    use std::path::Path;
    use std::time::Duration;

    use openai_uploads::batch::{BatchRunner, SharedState};
    use tokio::time::timeout;

    use super::ENDING;
    use crate::exit::CommandError;
    use crate::objects::{Objects, problem};

    /// How long the state is tried to be released by a command that stops.
    const RELEASE_LIMIT: Duration = Duration::from_secs(5);

    /// The state beside the results. `None`: it is on this machine alone, as that of results in a file.
    #[derive(Debug)]
    pub(in super::super) struct StoredState(Option<SharedState>);

    impl StoredState {
        /// The state of a run that is on this machine alone.
        pub(in super::super) fn none() -> Self {
            Self(None)
        }

        /// The state of the run with the results at `output`, as `.NAME.openai-batch` beside them.
        pub(in super::super) fn of(
            objects: &Objects,
            output: &Path,
            lease: Option<Duration>,
        ) -> Result<Self, CommandError> {
            let results = objects.writable("-o", output)?;
            let Some(lease) = lease else { return Ok(Self::none()) };
            let name = format!(".{}{ENDING}", results.file_name());
            let location = results.with_file_name(&name).map_err(|error| problem(&error))?;
            Ok(Self(Some(SharedState::new(location).with_lease(lease))))
        }

        pub(in super::super) fn attach(&self, runner: BatchRunner) -> BatchRunner {
            match &self.0 {
                Some(state) => runner.with_shared_state(state.clone()),
                None => runner,
            }
        }

        /// Whether there is one, of a run that is not finished.
        pub(in super::super) async fn exists(&self) -> Result<bool, CommandError> {
            match &self.0 {
                Some(state) => state.exists().await.map_err(|error| problem(&error)),
                None => Ok(false),
            }
        }

        /// Lets another machine continue the run at once. If that fails, the other one waits a while.
        pub(in super::super) async fn release(&self) {
            if let Some(state) = &self.0 {
                let _ = timeout(RELEASE_LIMIT, state.release()).await;
            }
        }

        /// Removes it, once the results are in the store.
        pub(in super::super) async fn remove(&self) -> Result<(), CommandError> {
            match &self.0 {
                Some(state) => state.remove().await.map_err(|error| problem(&error)),
                None => Ok(()),
            }
        }
    }
}

#[cfg(not(feature = "object-store"))]
mod without_stores {
    use std::path::Path;
    use std::time::Duration;

    use openai_uploads::batch::BatchRunner;

    use crate::exit::CommandError;
    use crate::objects::{Objects, unsupported};

    #[derive(Debug)]
    pub(in super::super) struct StoredState;

    #[expect(clippy::unused_async, clippy::unused_self, reason = "with stores they ask one")]
    impl StoredState {
        pub(in super::super) fn none() -> Self {
            Self
        }

        pub(in super::super) fn of(
            _: &Objects,
            output: &Path,
            _: Option<Duration>,
        ) -> Result<Self, CommandError> {
            Err(unsupported(output))
        }

        pub(in super::super) fn attach(&self, runner: BatchRunner) -> BatchRunner {
            runner
        }

        pub(in super::super) async fn exists(&self) -> Result<bool, CommandError> {
            Ok(false)
        }

        pub(in super::super) async fn release(&self) {}

        pub(in super::super) async fn remove(&self) -> Result<(), CommandError> {
            Ok(())
        }
    }
}
