//! Repositories from elsewhere: `git clone` into a new workspace, and what this Core proves itself with there.
//!
//! ```text
//!  api ─► Clones ─┬─ address    which addresses there are
//!                 ├─ command    git's whole environment and configuration ─► supervise
//!                 ├─ progress   what git says of itself
//!                 └─ identity   the deploy key · credentials ◄─ core-agent git-credential ◄─ git
//! ```
//!
//! A repository is hostile, and so may be the server. git runs with a configuration of ours alone, speaks https and ssh and
//! nothing else, and runs nothing that a repository brings: no hooks, no submodules, no file system monitor.

mod address;
mod clones;
mod command;
mod credentials;
mod deploy_key;
mod progress;

pub use address::{Address, AddressError, Branch};
pub use clones::{CloneError, Clones, Standing};
pub use credentials::{Credential, CredentialError, Credentials, answer};
pub use deploy_key::{DeployKey, DeployKeyError};
pub use progress::Progress;

use crate::private_files::{self, PrivateFileError};
use std::path::{Path, PathBuf};

/// The part of the agent's folder that is git's.
#[derive(Clone, Debug)]
pub struct GitFolder(PathBuf);

impl GitFolder {
    pub fn open(state_dir: &Path) -> Result<Self, PrivateFileError> {
        let path = state_dir.join("git");
        private_files::ensure_folder(&path)?;
        Ok(Self(path))
    }

    fn deploy_key(&self) -> PathBuf {
        self.0.join("deploy_key")
    }

    /// The hosts whose keys were met.
    fn known_hosts(&self) -> PathBuf {
        self.0.join("known_hosts")
    }

    fn credentials(&self) -> PathBuf {
        self.0.join("credentials.json")
    }
}
