//! Repositories from elsewhere: `git clone` into a new workspace, and what this Core proves itself with there.
//!
//! ```text
//!  api ─► Clones ─┬─ address    which addresses there are
//!                 ├─ command    git's whole environment and configuration ─► supervise
//!                 ├─ progress   what git says of itself
//!                 └─ Identity ─┬─ the deploy key · credentials ◄─ core-agent git-credential ◄─ git
//!                              └─ a file of configuration ◄─┐
//!  api ─► Authors ── a file of configuration for each ◄─────┴─ git in sessions and terminals
//! ```
//!
//! A repository is hostile, and so may be the server. A clone runs with a configuration of ours alone, speaks https and ssh
//! and nothing else, and runs nothing that a repository brings: no hooks, no submodules, no file system monitor. What git
//! does in sessions and terminals is up to whoever runs it there; it is only told how this Core proves itself, and in whose
//! name it commits.

mod address;
mod authors;
mod clones;
mod command;
mod configuration;
mod credentials;
mod deploy_key;
mod identity;
mod progress;
mod proof;

pub use address::{Address, AddressError, Branch};
pub use authors::{Author, AuthorError, Authors, Signature};
pub use clones::{CloneError, Clones, Standing};
pub use configuration::{is_variable, variables};
pub use credentials::{Credential, CredentialError, answer};
pub use deploy_key::DeployKeyError;
pub use identity::Identity;
pub use progress::Progress;

use crate::private_files::{self, PrivateFileError};
use protocol::ids::UserId;
use std::path::{Path, PathBuf};

const AUTHORS: &str = "authors";

/// The part of the agent's folder that is git's.
#[derive(Clone, Debug)]
pub struct GitFolder(PathBuf);

impl GitFolder {
    /// The folder as it is, or will be.
    pub fn at(state_dir: &Path) -> Self {
        Self(state_dir.join("git"))
    }

    /// The folder, which is made where it is missing.
    pub fn open(state_dir: &Path) -> Result<Self, PrivateFileError> {
        let folder = Self::at(state_dir);
        for path in [folder.0.clone(), folder.authors(), folder.signatures()] {
            private_files::ensure_folder(&path)?;
        }
        Ok(folder)
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

    /// What git in sessions and terminals is told of this Core. Included by git at every start.
    pub fn shared(&self) -> PathBuf {
        self.0.join("shared.gitconfig")
    }

    fn authors(&self) -> PathBuf {
        self.0.join(AUTHORS)
    }

    /// What git is told of who commits, if they have said so.
    pub fn author(&self, user: UserId) -> PathBuf {
        self.authors().join(user.to_string())
    }

    fn signatures(&self) -> PathBuf {
        self.0.join("signatures")
    }
}
