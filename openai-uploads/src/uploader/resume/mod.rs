//! Resuming: the state of an unfinished upload, its file, and whether the next run can go on from it.

mod earlier;
mod lock;
mod session;
mod state;
mod state_file;
#[cfg(feature = "object-store")]
mod state_object;
mod storage;

pub(super) use self::earlier::{base_url_for_state, earlier_state, has_state, lock_state};
pub(super) use self::session::Session;
pub use self::state::{DamagedState, SavedPart, SavedState, State};
pub(super) use self::storage::StateStorage;
