//! The data folder and who may look into it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A folder of mode 0700 that belongs to the user of this process.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} can be read by others (mode {mode:o}): it must be {wanted:o} or stricter", path.display())]
    TooOpen { path: PathBuf, mode: u32, wanted: u32 },
    #[error("{} belongs to another user: run this as that user", path.display())]
    NotOurs { path: PathBuf },
}

impl FolderError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }
}

impl DataDir {
    /// Makes the folder when it is missing; refuses one that others can look into.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(FolderError::io(path))?;
        check_private(path, 0o700)?;
        Ok(Self(path.to_owned()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn registry(&self) -> PathBuf {
        self.0.join("registry.db")
    }

    pub fn lock(&self) -> PathBuf {
        self.0.join("registry.lock")
    }

    pub fn admin_socket(&self) -> PathBuf {
        self.0.join("admin.sock")
    }

    /// The private key of the gateway's identity on links.
    pub fn identity_key(&self) -> PathBuf {
        self.0.join("identity.key")
    }

    /// The private key that signs access tokens.
    pub fn token_key(&self) -> PathBuf {
        self.0.join("access-token.key")
    }

    /// The one before it, for as long as its tokens may live.
    pub fn previous_token_key(&self) -> PathBuf {
        self.0.join("access-token.previous.key")
    }

    /// Reads a file that only its owner may read. None when it is not there.
    pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
        match std::fs::read(path) {
            Ok(bytes) => check_private(path, 0o600).map(|()| Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Io { path: path.to_owned(), source }),
        }
    }

    /// Writes a file that only its owner may read: whole and on the disk, or not at all.
    pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
        let fresh = path.with_extension("new");
        let write = || {
            let mut file = create_private(&fresh)?;
            file.set_len(0)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&fresh, path)?;
            path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        write().map_err(FolderError::io(path))
    }
}

/// Opens a file for writing, for its owner only.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    // One that was left there keeps its mode through the call above.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

pub(super) fn check_private(path: &Path, wanted: u32) -> Result<(), FolderError> {
    let metadata = std::fs::metadata(path).map_err(FolderError::io(path))?;
    let mode = metadata.mode() & 0o7777;
    if mode & !wanted & 0o777 != 0 {
        return Err(FolderError::TooOpen { path: path.to_owned(), mode, wanted });
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(FolderError::NotOurs { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_can_look_into_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        DataDir::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        for mode in [0o750, 0o701, 0o777] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(matches!(DataDir::open(&path), Err(FolderError::TooOpen { .. })), "{mode:o}");
        }
    }

    #[test]
    fn a_private_file_is_written_whole_and_read_only_while_private() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("x.key");
        assert!(DataDir::read_private(&path).unwrap().is_none());
        DataDir::write_private(&path, b"a longer secret").unwrap();
        DataDir::write_private(&path, b"secret").unwrap();
        assert_eq!(DataDir::read_private(&path).unwrap().unwrap(), b"secret");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(DataDir::read_private(&path), Err(FolderError::TooOpen { .. })));
    }
}
