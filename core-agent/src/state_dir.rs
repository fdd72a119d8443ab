//! The agent's own folder: its identity, the gateway it belongs to, the journal.

use crate::private_files::{self, PrivateFileError};
use protocol::keys::{KeyError, SigningKey};
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("another agent uses {}", .0.display())]
    InUse(PathBuf),
    #[error("{} cannot be locked: {error}", .path.display())]
    Lock { path: PathBuf, error: Errno },
    #[error("{} holds no identity: {error}", .path.display())]
    Identity { path: PathBuf, error: KeyError },
}

/// The folder, held by one process at a time: two that share an identity would fence each other for ever.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    /// The lock ends with the process, however that ends.
    _lock: OwnedFd,
}

impl StateDir {
    pub fn open(path: &Path) -> Result<Self, StateError> {
        private_files::ensure_folder(path)?;
        let file = path.join("lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let failed = |error| StateError::Lock { path: file.clone(), error };
        let lock = openat(CWD, &file, flags, Mode::RUSR | Mode::WUSR).map_err(failed)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(Errno::WOULDBLOCK) => Err(StateError::InUse(path.to_owned())),
            Err(error) => Err(failed(error)),
        }
    }

    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    pub fn gateway(&self) -> PathBuf {
        self.path.join("gateway.json")
    }

    fn identity(&self) -> PathBuf {
        self.path.join("identity.key")
    }

    /// This agent's key, if it has one.
    pub fn load_identity(&self) -> Result<Option<SigningKey>, StateError> {
        let path = self.identity();
        let Some(pkcs8) = private_files::read(&path)? else { return Ok(None) };
        let key = SigningKey::from_pkcs8(pkcs8.to_vec());
        key.map(Some).map_err(|error| StateError::Identity { path, error })
    }

    /// This agent's key, made at the first use. It never leaves the host.
    pub fn ensure_identity(&self) -> Result<SigningKey, StateError> {
        if let Some(key) = self.load_identity()? {
            return Ok(key);
        }
        let key = SigningKey::generate();
        private_files::write(&self.identity(), key.to_pkcs8())?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn an_identity_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(&folder.path().join("state")).unwrap();
        assert!(state.load_identity().unwrap().is_none());
        let key = state.ensure_identity().unwrap().public();
        assert_eq!(state.ensure_identity().unwrap().public(), key);
    }

    #[test]
    fn an_identity_that_others_could_read_or_that_is_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(&folder.path().join("state")).unwrap();
        state.ensure_identity().unwrap();
        fs::set_permissions(state.identity(), Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(state.ensure_identity(), Err(StateError::File(PrivateFileError::TooOpen { .. }))));
        private_files::write(&state.identity(), b"no key").unwrap();
        assert!(matches!(state.ensure_identity(), Err(StateError::Identity { .. })), "a new one was put in its place");
    }

    #[test]
    fn one_agent_at_a_time_uses_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let first = StateDir::open(&path).unwrap();
        assert!(matches!(StateDir::open(&path), Err(StateError::InUse(_))));
        drop(first);
        StateDir::open(&path).unwrap();
    }
}
