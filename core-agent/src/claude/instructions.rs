//! What a workspace's CLAUDE.md tells the model.
//!
//! The CLI is not let near the file: it follows symbolic links from there, and the file's own `@path` imports, past every
//! rule that denies reading, so that a repository could put the Core's credentials into the model's request. Here the
//! file is opened beneath the workspace without following any link, and its text is handed over when the process starts.
//! Imports stay text; the model may read what they name with its tools, which the rules bind.

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

const NAME: &str = "CLAUDE.md";
/// More than a person writes; what comes behind is left out, and that is said.
const MAX_LENGTH: u64 = 128 * 1024;

/// The instructions, where the workspace has any. Blocking.
pub(super) fn read(workspace: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let read = open(workspace).and_then(|file| match file {
        Some(file) => file.take(MAX_LENGTH + 1).read_to_end(&mut bytes),
        None => Ok(0),
    });
    if let Err(error) = read {
        tracing::warn!(%error, "the workspace's {NAME} cannot be read");
        return None;
    }
    if bytes.is_empty() {
        return None;
    }
    let whole = usize::try_from(MAX_LENGTH).unwrap_or(usize::MAX);
    let rest = if bytes.len() > whole { "\n[the rest of the file is left out]" } else { "" };
    bytes.truncate(whole);
    let text = String::from_utf8_lossy(&bytes);
    Some(format!("The project's instructions, from {NAME} in the working directory:\n\n{text}{rest}"))
}

/// The file itself, if it is one: not a link to one, and nothing that reading would wait for.
fn open(workspace: &Path) -> std::io::Result<Option<File>> {
    let directory = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let workspace = rustix::fs::open(workspace, directory, Mode::empty())?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(&workspace, NAME, flags, Mode::empty(), resolve) {
        Ok(file) => {
            let plain = FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode).is_file();
            Ok(plain.then(|| File::from(file)))
        }
        Err(Errno::NOENT | Errno::LOOP | Errno::XDEV | Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_text_is_read_and_its_imports_stay_text() {
        let workspace = tempfile::tempdir().unwrap();
        assert_eq!(read(workspace.path()), None);
        std::fs::write(workspace.path().join(NAME), "be kind\n@~/secret").unwrap();
        assert!(read(workspace.path()).unwrap().ends_with("\n\nbe kind\n@~/secret"));
    }

    #[test]
    fn a_link_a_pipe_and_a_directory_are_no_instructions() {
        let (workspace, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = workspace.path().join(NAME);
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        symlink(outside.path().join("secret"), &file).unwrap();
        assert_eq!(read(workspace.path()), None);
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert_eq!(read(workspace.path()), None);
        std::fs::remove_dir(&file).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &file, FileType::Fifo, Mode::from(0o600), 0).unwrap();
        assert_eq!(read(workspace.path()), None);
    }

    #[test]
    fn what_is_too_long_is_cut_and_said_to_be() {
        let workspace = tempfile::tempdir().unwrap();
        std::fs::write(workspace.path().join(NAME), "x".repeat(200 * 1024)).unwrap();
        let text = read(workspace.path()).unwrap();
        assert!(text.len() < 130 * 1024 && text.ends_with("left out]"));
    }
}
