//! Workspaces that an administrator trusts: the CLI may use their settings, hooks and `.mcp.json`.
//!
//! A mark is for the directory that bore the name when it was set, not for the name: another directory in its place is not
//! trusted. It takes effect when a process starts; idle ones are ended when a mark changes, for whoever withdraws it wants
//! the hooks to be gone.

use crate::private_files::{self, PrivateFileError};
use crate::workspace::{Identity, WorkspaceName};
use protocol::event::Actor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// A file that is read whole holds them.
const MOST: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{MOST} workspaces are trusted, which is as many as it takes")]
    TooMany,
    #[error(transparent)]
    File(#[from] PrivateFileError),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    directory: Identity,
    pub by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

#[derive(Debug)]
pub struct Trust {
    path: PathBuf,
    marks: Mutex<BTreeMap<String, Mark>>,
}

impl Trust {
    /// Reads the marks. Where they cannot be read nothing is trusted.
    pub(super) fn open(path: PathBuf) -> Self {
        let marks = match private_files::read(&path) {
            Ok(Some(text)) => serde_json::from_slice(&text)
                .inspect_err(
                    |error| tracing::error!(%error, path = %path.display(), "the trusted workspaces are damaged"),
                )
                .unwrap_or_default(),
            Ok(None) => BTreeMap::new(),
            Err(error) => {
                tracing::error!(%error, "the trusted workspaces cannot be read");
                BTreeMap::new()
            }
        };
        Self { path, marks: Mutex::new(marks) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trusts the directory that a workspace is now. Blocking.
    pub(super) fn mark(&self, name: &WorkspaceName, directory: Identity, by: Actor) -> Result<(), TrustError> {
        let mut marks = self.lock();
        if marks.len() >= MOST && !marks.contains_key(name.as_str()) {
            return Err(TrustError::TooMany);
        }
        let mut next = marks.clone();
        next.insert(name.as_str().to_owned(), Mark { directory, by, at: OffsetDateTime::now_utc() });
        self.write(&next)?;
        *marks = next;
        Ok(())
    }

    /// Withdraws it. Where the disk does not take that, it holds for this agent all the same. Blocking.
    pub(super) fn withdraw(&self, name: &WorkspaceName) -> Result<(), PrivateFileError> {
        let mut marks = self.lock();
        marks.remove(name.as_str());
        // Also where there was none: an earlier withdrawal may not have reached the disk.
        self.write(&marks)
    }

    fn write(&self, marks: &BTreeMap<String, Mark>) -> Result<(), PrivateFileError> {
        // Plain values are always JSON.
        let text = serde_json::to_vec(marks).unwrap_or_default();
        private_files::write(&self.path, &text)
    }

    /// Who trusts this directory, if it is the one that was marked.
    pub fn of(&self, name: &WorkspaceName, directory: &Identity) -> Option<Mark> {
        self.lock().get(name.as_str()).filter(|mark| mark.directory == *directory).cloned()
    }

    /// When the name was marked last: what a process was started under.
    pub(super) fn revision(&self, name: &str) -> Option<OffsetDateTime> {
        self.lock().get(name).map(|mark| mark.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspaces;
    use protocol::ids::UserId;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_mark_is_for_the_directory_and_outlives_the_agent_in_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let workspaces = Workspaces::open(&folder.path().join("work")).unwrap();
        let name: WorkspaceName = "garden".parse().unwrap();
        let path = workspaces.create(&name).unwrap();
        let file = folder.path().join("trusted.json");
        let ada = Actor { user: UserId::new(), name: "Ada".into() };
        let trust = Trust::open(file.clone());
        let directory = || workspaces.identify(&name).unwrap().1;
        assert_eq!(trust.of(&name, &directory()), None);
        trust.mark(&name, directory(), ada.clone()).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let trust = Trust::open(file.clone());
        assert_eq!(trust.of(&name, &directory()).unwrap().by, ada);
        // Another directory of the same name is another one, and so is one behind a link.
        std::fs::rename(&path, folder.path().join("work/elsewhere")).unwrap();
        workspaces.create(&name).unwrap();
        assert_eq!(trust.of(&name, &directory()), None);
        std::fs::remove_dir(&path).unwrap();
        std::os::unix::fs::symlink(folder.path().join("work/elsewhere"), &path).unwrap();
        assert!(workspaces.identify(&name).is_err());
        trust.withdraw(&name).unwrap();
        assert_eq!((trust.revision("garden"), Trust::open(file).revision("garden")), (None, None));
    }

    #[test]
    fn nothing_is_trusted_where_the_marks_cannot_be_read_or_others_could_write_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("trusted.json");
        private_files::write(&file, b"{\"garden\": {}}").unwrap();
        assert_eq!(Trust::open(file.clone()).lock().len(), 0);
        private_files::write(&file, b"{}").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(Trust::open(file).lock().len(), 0);
    }

    #[test]
    fn a_withdrawal_that_the_disk_did_not_take_is_written_when_it_is_asked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let (state, away) = (folder.path().join("state"), folder.path().join("away"));
        std::fs::create_dir(&state).unwrap();
        let workspaces = Workspaces::open(&folder.path().join("workspaces")).unwrap();
        let name: WorkspaceName = "garden".parse().unwrap();
        workspaces.create(&name).unwrap();
        let (_, directory) = workspaces.identify(&name).unwrap();
        let path = state.join("trust.json");
        let trust = Trust::open(path.clone());
        let by = Actor { user: UserId::new(), name: "Ada".into() };
        trust.mark(&name, directory.clone(), by).unwrap();
        std::fs::rename(&state, &away).unwrap();
        assert!(trust.withdraw(&name).is_err());
        assert!(trust.of(&name, &directory).is_none(), "it holds for this agent");
        std::fs::rename(&away, &state).unwrap();
        trust.withdraw(&name).unwrap();
        assert!(Trust::open(path).of(&name, &directory).is_none(), "and for the next one");
    }
}
