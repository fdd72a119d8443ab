//! A temporary folder that several users of the machine may pass through, with parts that each belong to one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Who runs a Core when the tests are run by root: nobody in particular.
const UNPRIVILEGED: u32 = 65_534;

#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = TempDir::with_prefix(format!("condrix-{name}-")).expect("a temporary folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).expect("the mode is set");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn join(&self, part: &str) -> PathBuf {
        self.0.path().join(part)
    }

    /// A folder inside that only `user` may enter. Without a user, it belongs to whoever runs the tests.
    pub fn private(&self, part: &str, user: Option<u32>) -> PathBuf {
        let path = self.join(part);
        std::fs::create_dir(&path).expect("a folder is made");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("the mode is set");
        own(&path, user);
        path
    }

    /// A file inside that everybody may read.
    pub fn file(&self, part: &str, text: &str) -> PathBuf {
        let path = self.join(part);
        std::fs::write(&path, text).expect("a file is written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("the mode is set");
        path
    }

    /// A file inside that only `user` may read.
    pub fn secret(&self, part: &str, text: &str, user: Option<u32>) -> PathBuf {
        let path = self.file(part, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("the mode is set");
        own(&path, user);
        path
    }
}

pub(super) fn own(path: &Path, user: Option<u32>) {
    if user.is_some() {
        std::os::unix::fs::chown(path, user, user).expect("root gives a file away");
    }
}

/// The user that Cores run as: another one when the tests are run by root, the same otherwise.
pub fn core_user() -> Option<u32> {
    rustix::process::geteuid().is_root().then_some(UNPRIVILEGED)
}
