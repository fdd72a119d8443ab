//! Files and folders that belong to this user alone. What others could have read or changed is refused, not repaired: who
//! has read a key has it.

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any of these files holds.
const MAX_FILE: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    #[error("{} may be read or changed by others; make it its owner's alone (chmod {mode:o}) and replace what it holds", .path.display())]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("{} belongs to another user", .path.display())]
    Foreign { path: PathBuf },
    #[error("{} is larger than it can be", .path.display())]
    TooLarge { path: PathBuf },
    #[error("{}: {error}", .path.display())]
    Io { path: PathBuf, error: io::Error },
}

fn failed(path: &Path) -> impl Fn(io::Error) -> PrivateFileError {
    move |error| PrivateFileError::Io { path: path.to_owned(), error }
}

fn check(path: &Path, metadata: &Metadata, mode: u32) -> Result<(), PrivateFileError> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(PrivateFileError::Foreign { path: path.to_owned() });
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(PrivateFileError::TooOpen { path: path.to_owned(), mode });
    }
    Ok(())
}

/// A folder that only this user can enter, made with its parents where it is missing.
pub fn ensure_folder(path: &Path) -> Result<(), PrivateFileError> {
    let io = failed(path);
    if let Some(parent) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(parent).map_err(&io)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io(error)),
        Ok(()) | Err(_) => {}
    }
    check(path, &fs::symlink_metadata(path).map_err(io)?, 0o700)
}

/// A file's content, or None where there is no file.
pub fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let io = failed(path);
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match openat(CWD, path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(io(error.into())),
    };
    check(path, &file.metadata().map_err(&io)?, 0o600)?;
    let mut content = Zeroizing::new(Vec::new());
    file.take(MAX_FILE + 1).read_to_end(&mut content).map_err(io)?;
    if content.len() as u64 > MAX_FILE {
        return Err(PrivateFileError::TooLarge { path: path.to_owned() });
    }
    Ok(Some(content))
}

/// Puts a file in place whole: after a crash there is the old one or the new one.
pub fn write(path: &Path, content: &[u8]) -> Result<(), PrivateFileError> {
    let io = failed(path);
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        Ok(()) | Err(_) => {}
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut file =
        File::from(openat(CWD, &unfinished, flags, Mode::RUSR | Mode::WUSR).map_err(|error| io(error.into()))?);
    file.write_all(content).and_then(|()| file.sync_all()).map_err(&io)?;
    fs::rename(&unfinished, path).map_err(&io)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_private_file_reads_back_what_it_holds_and_nobody_else_can() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(read(&path).unwrap().is_none());
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap().as_slice(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, b"one").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(matches!(read(&path), Err(PrivateFileError::TooOpen { .. })), "{mode:o}");
        }
        let state = folder.path().join("state");
        ensure_folder(&state).unwrap();
        ensure_folder(&state).unwrap();
        fs::set_permissions(&state, Permissions::from_mode(0o750)).unwrap();
        assert!(matches!(ensure_folder(&state), Err(PrivateFileError::TooOpen { .. })));
    }

    #[test]
    fn a_symlink_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("real"), b"one").unwrap();
        symlink(folder.path().join("real"), folder.path().join("link")).unwrap();
        assert!(matches!(read(&folder.path().join("link")), Err(PrivateFileError::Io { .. })));
    }
}
