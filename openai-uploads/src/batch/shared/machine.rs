//! The machine that a work folder is on.

use std::io;

use serde::{Deserialize, Serialize};

use crate::batch::folder::{self, Folder};
use crate::batch::state::new_run_id;

/// The machine that a work folder is on: each folder is a machine of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::batch) struct Machine {
    pub(super) id: String,
    /// Whether the store knows that it works on the run.
    pub(super) is_known: bool,
}

impl Machine {
    /// The file of the work folder that has it.
    const FILE: &str = "machine.json";

    /// Reads it from the work folder. A new folder gets one.
    pub(super) fn of(folder: &Folder) -> io::Result<Self> {
        let path = folder.file(Self::FILE);
        if let Some(machine) = folder::read_json(&path)? {
            return Ok(machine);
        }
        let machine = Self { id: new_run_id(), is_known: false };
        folder::write_json(&path, &machine)?;
        Ok(machine)
    }

    /// Records that the store knows it.
    pub(super) fn set_known(&self, folder: &Folder) -> io::Result<()> {
        folder::write_json(&folder.file(Self::FILE), &Self { is_known: true, ..self.clone() })
    }
}
