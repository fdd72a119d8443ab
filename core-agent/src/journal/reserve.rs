//! A little room that is kept for the next start. SQLite makes the index of its log before it lets anybody read, and where
//! the disk is full, that alone would keep the agent from starting.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What the index begins with, in bytes.
const SIZE: usize = 32 * 1024;

#[derive(Debug)]
pub(super) struct Reserve(PathBuf);

impl Reserve {
    pub(super) fn of(journal: &Path) -> Self {
        Self(journal.with_extension("reserve"))
    }

    /// Takes the room, unless it is taken already.
    pub(super) fn keep(&self) -> io::Result<()> {
        if fs::metadata(&self.0).is_ok_and(|kept| kept.len() >= SIZE as u64) {
            return Ok(());
        }
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.0)?;
        file.write_all(&vec![0; SIZE])?;
        file.sync_all()
    }

    /// Gives it to whoever is next. Says whether there was any.
    pub(super) fn give_up(&self) -> bool {
        fs::remove_file(&self.0).is_ok()
    }
}
