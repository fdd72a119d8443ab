//! The genuine CLI on this host, as the agent installs it: `core-agent cli install`, `update`, `status`.
//!
//! ```text
//!  state_dir/cli/claude ──► versions/2.1.197/node_modules/…/claude      what `claude.command` names
//!                           versions/2.1.190/…                         the one before: processes may still run it
//! ```
//!
//! A version is fetched into a folder of its own, is asked what it is, and only then gets its name; then the link is replaced
//! in one step. Whatever fails before leaves the present one as it is.

mod npm;
mod status;
mod version;

pub use status::Status;
pub use version::{NoVersion, Version};

use crate::private_files::{self, PrivateFileError};
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Which version this repository's tests run: what `cli/package.json` pins.
const PACKAGE_FILE: &str = include_str!("../../../cli/package.json");
/// What a folder's name begins with that is being filled.
const UNFINISHED: &str = ".new-";

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Folder(#[from] PrivateFileError),
    #[error("another installation is in progress")]
    InProgress,
    #[error("npm cannot be run: {0}")]
    NoNpm(#[source] io::Error),
    #[error("npm fails: {0}")]
    Npm(String),
    #[error("it takes too long")]
    Slow,
    #[error("what was installed holds no program that runs on this platform")]
    NoProgram,
    #[error("version {wanted} was asked for, and what came says that it is {found}")]
    Another { wanted: Version, found: Version },
    #[error("the installation's folder: {0}")]
    Io(#[from] io::Error),
}

/// The version that is tested with this agent.
pub fn pinned() -> Version {
    let package: serde_json::Value =
        serde_json::from_str(PACKAGE_FILE).expect("the package's file is JSON: a test reads it");
    let version =
        package["dependencies"]["@anthropic-ai/claude-code"].as_str().and_then(|version| version.parse().ok());
    version.expect("the package's file pins a version: a test reads it")
}

/// A CLI that is too old for this Core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the Claude CLI is version {found}, and this Core takes {minimum} or newer: `core-agent cli update` installs one"
)]
pub struct TooOld {
    pub found: Version,
    pub minimum: Version,
}

/// Where the agent keeps the CLI.
#[derive(Clone, Debug)]
pub struct Installation {
    folder: PathBuf,
}

impl Installation {
    pub fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.join("cli") }
    }

    /// The path that stays the same from version to version.
    pub fn command(&self) -> PathBuf {
        self.folder.join("claude")
    }

    /// Each version in a folder of its own.
    pub fn versions(&self) -> PathBuf {
        self.folder.join("versions")
    }

    /// The version that the link leads to.
    pub fn installed(&self) -> Option<Version> {
        let target = fs::read_link(self.command()).ok()?;
        let folder = target.strip_prefix(self.versions()).ok()?.components().next()?;
        folder.as_os_str().to_str()?.parse().ok().filter(|_| target.exists())
    }

    /// Installs a version and makes it the present one. One that is there already is only made so.
    pub async fn install(&self, version: Version) -> Result<(), InstallError> {
        let _alone = self.lock()?;
        let before = self.installed();
        self.clear_unfinished()?;
        let folder = self.versions().join(version.to_string());
        let program = if folder.exists() { npm::find(&folder)? } else { self.fetch(version, &folder).await? };
        // Whole or not at all: a process that is started at this moment finds the one or the other.
        let link = self.folder.join("claude.new");
        remove_file(&link)?;
        symlink(folder.join(program), &link)?;
        fs::rename(&link, self.command())?;
        self.forget_others(&[Some(version), before]);
        Ok(())
    }

    async fn fetch(&self, version: Version, folder: &Path) -> Result<PathBuf, InstallError> {
        let unfinished = self.versions().join(format!("{UNFINISHED}{version}"));
        private_files::ensure_folder(&unfinished)?;
        let fetched = npm::install(version, &unfinished).await;
        let program = match fetched {
            Ok(program) => program,
            Err(error) => {
                // What remains is removed by the next installation; the failure is what counts.
                drop(fs::remove_dir_all(&unfinished));
                return Err(error);
            }
        };
        fs::rename(&unfinished, folder)?;
        Ok(program)
    }

    /// One installation at a time, whether or not an agent runs.
    fn lock(&self) -> Result<OwnedFd, InstallError> {
        private_files::ensure_folder(&self.folder)?;
        private_files::ensure_folder(&self.versions())?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let lock = openat(CWD, self.folder.join("lock"), flags, Mode::RUSR | Mode::WUSR).map_err(io::Error::from)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|_| InstallError::InProgress)?;
        Ok(lock)
    }

    /// What an installation that was broken off has left.
    fn clear_unfinished(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.versions())?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes the versions that are neither kept nor run by anybody.
    fn forget_others(&self, kept: &[Option<Version>]) {
        let Ok(entries) = fs::read_dir(self.versions()) else { return };
        for entry in entries.flatten() {
            let version = entry.file_name().to_str().and_then(|name| name.parse::<Version>().ok());
            if version.is_some() && !kept.contains(&version) && !is_run(&entry.path()) {
                // It takes room and does no harm; the next installation tries again.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
    }
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether a process that can be looked at runs a program of this folder.
fn is_run(folder: &Path) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return true };
    processes
        .flatten()
        .any(|process| fs::read_link(process.path().join("exe")).is_ok_and(|program| program.starts_with(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A version that is there, with a program that is another one's copy.
    fn put(installation: &Installation, version: &str) -> PathBuf {
        let folder = installation.versions().join(version).join("node_modules/@anthropic-ai/claude-code-test");
        fs::create_dir_all(&folder).unwrap();
        fs::copy("/bin/sleep", folder.join("claude")).unwrap();
        fs::set_permissions(folder.join("claude"), fs::Permissions::from_mode(0o755)).unwrap();
        folder.join("claude")
    }

    #[test]
    fn the_pinned_version_is_known() {
        assert!(pinned() >= Version::new(2, 0, 0));
    }

    #[tokio::test]
    async fn the_link_is_replaced_and_a_version_goes_when_nobody_runs_it_any_more() {
        let state = tempfile::tempdir().unwrap();
        let installation = Installation::new(state.path());
        assert_eq!(installation.installed(), None);
        let version = |text: &str| text.parse::<Version>().unwrap();
        let there = |text: &str| installation.versions().join(text).exists();
        drop(installation.lock().unwrap());
        let one = put(&installation, "1.0.0");
        fs::create_dir(installation.versions().join(".new-9.9.9")).unwrap();
        installation.install(version("1.0.0")).await.unwrap();
        assert!(!there(".new-9.9.9"), "what was broken off is gone");
        assert_eq!(fs::canonicalize(installation.command()).unwrap(), fs::canonicalize(one).unwrap());

        let mut running = std::process::Command::new(installation.command()).arg("600").spawn().unwrap();
        for text in ["1.1.0", "1.2.0"] {
            put(&installation, text);
            installation.install(version(text)).await.unwrap();
            assert_eq!(installation.installed(), Some(version(text)));
        }
        assert!(there("1.0.0") && there("1.1.0"), "one is run, the other was the one before");
        running.kill().unwrap();
        running.wait().unwrap();
        installation.install(version("1.1.0")).await.unwrap();
        assert!(!there("1.0.0") && there("1.1.0") && there("1.2.0"));
        assert_eq!(installation.installed(), Some(version("1.1.0")));

        let _held = installation.lock().unwrap();
        assert!(matches!(installation.install(version("1.2.0")).await, Err(InstallError::InProgress)));
    }
}
