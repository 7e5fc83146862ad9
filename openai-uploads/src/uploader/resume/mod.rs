//! Resuming: the state of an unfinished upload, its file, and whether the next run can resume from it.

mod earlier;
mod lock;
mod saved;
mod session;
mod state;
mod state_file;
#[cfg(feature = "object-store")]
mod state_object;
mod storage;

pub(super) use self::earlier::{base_url_for_state, earlier_state, has_state, lock_state};
pub use self::saved::{DamagedState, SavedState};
pub(super) use self::session::Session;
pub use self::state::{SavedPart, State};
pub(super) use self::storage::StateStorage;
