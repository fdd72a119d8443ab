//! Clones in progress, and those that failed.
//!
//! ```text
//!  begin ──► Cloning ──whole──► a workspace like any other
//!              │ └──git fails, too large, too long──► Failed ──removed, begun anew──► nothing
//!              └──cancelled, agent ends, Core revoked──► nothing
//! ```
//!
//! A clone is made in a folder of its own beneath the root, whose name is no workspace's, and gets its name when it is whole.
//! What an agent that was killed has left there is removed by the next one.

mod list;
mod making;
mod weight;

pub use list::Standing;

use super::address::{Address, Branch};
use super::command::{Git, passed};
use super::{Identity, Progress};
use crate::config::Config;
use crate::guard::Guard;
use crate::private_files::PrivateFileError;
use crate::supervise::{self, Supervisor};
use crate::workspace::{Unfinished, WorkspaceError, WorkspaceName, Workspaces};
use list::{Entries, Entry};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[derive(Debug, thiserror::Error)]
pub enum CloneError {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("as many clones are in progress as this Core makes at once")]
    TooMany,
    #[error("the agent is ending, or its Core was revoked")]
    Closed,
    #[error("the disk has too little room left")]
    NoRoom,
    #[error("what belonged to an earlier workspace of this name cannot be taken from it: {0}")]
    Forget(#[from] PrivateFileError),
    #[error("a workspace that is there is not removed; its files are for a terminal or a session")]
    Ready,
}

/// All of them on this Core. Clones of this share one state.
#[derive(Clone, Debug)]
pub struct Clones(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    git: Git,
    identity: Identity,
    guard: Guard,
    workspaces: Workspaces,
    supervisor: Supervisor,
    timeout: Duration,
    largest: u64,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    /// No clone begins: the Core was revoked, or the agent ends.
    closed: AtomicBool,
    /// In bytes: what clones leave of the disk.
    min_free: u64,
    entries: Mutex<Entries>,
}

impl Clones {
    pub fn new(
        config: &Config,
        identity: Identity,
        workspaces: Workspaces,
        supervisor: Supervisor,
        guard: Guard,
        tasks: TaskTracker,
    ) -> Self {
        let variables = std::env::vars_os();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let git = Git {
            command: config.git.command.clone(),
            proof: identity.proof().clone(),
            environment: passed(variables),
        };
        let shared = Shared {
            git,
            identity,
            guard,
            workspaces,
            supervisor,
            timeout: config.git.clone_timeout,
            largest: config.git.clone_bytes,
            places: Arc::new(Semaphore::new(config.git.max_clones as usize)),
            tasks,
            closed: AtomicBool::new(false),
            min_free: config.journal.min_free,
            entries: Mutex::default(),
        };
        Self(Arc::new(shared))
    }

    /// Removes what an earlier agent has left, once nothing of it works there any more. Whoever calls has listed it before
    /// the first clone of this agent.
    pub async fn sweep(left: Vec<Unfinished>) {
        for folder in left {
            supervise::free(&lock_of(folder.path())).await;
            tracing::info!(folder = %folder.path().display(), "a clone that was broken off is removed");
            discard(folder).await;
        }
    }

    /// Begins a clone. Its name is taken from now on; `forget` takes from the name what an earlier workspace has left to it,
    /// once nothing else can refuse the clone. Blocking, within the runtime.
    pub fn begin(
        &self,
        name: &WorkspaceName,
        address: Address,
        branch: Option<Branch>,
        forget: impl FnOnce() -> Result<(), PrivateFileError>,
    ) -> Result<(), CloneError> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| CloneError::TooMany)?;
        let (cancel, over) = (CancellationToken::new(), CancellationToken::new());
        let mut entries = self.entries();
        if self.0.tasks.is_closed() || self.0.closed.load(Ordering::SeqCst) {
            return Err(CloneError::Closed);
        }
        if !self.0.workspaces.has_room(self.0.min_free) {
            return Err(CloneError::NoRoom);
        }
        if matches!(entries.get(name), Some(Entry::Cloning { .. })) {
            return Err(WorkspaceError::Exists.into());
        }
        // Under the lock: whoever makes an empty workspace of this name asks here first.
        let folder = self.0.workspaces.begin(name)?;
        if let Err(error) = forget() {
            let path = folder.path().to_owned();
            if let Err(error) = folder.discard() {
                tracing::error!(%error, folder = %path.display(), "a clone's folder cannot be removed");
            }
            return Err(error.into());
        }
        let entry = Entry::Cloning { progress: Progress::default(), cancel: cancel.clone(), over: over.clone() };
        entries.insert(name.clone(), entry);
        self.0.workspaces.changed();
        let clones = self.clone();
        let name = name.clone();
        self.0.tasks.spawn(async move {
            let _over = over.drop_guard();
            clones.make(name, &address, branch.as_ref(), folder, &cancel, place).await;
        });
        Ok(())
    }

    /// Makes an empty workspace, unless its name is being cloned into. `forget` is called as for a clone.
    pub fn create_empty(
        &self,
        name: &WorkspaceName,
        forget: impl FnOnce() -> Result<(), PrivateFileError>,
    ) -> Result<PathBuf, CloneError> {
        let mut entries = self.entries();
        if matches!(entries.get(name), Some(Entry::Cloning { .. })) {
            return Err(WorkspaceError::Exists.into());
        }
        self.0.workspaces.is_free(name)?;
        // Before the name leads anywhere: what is made under it must not find what was another one's.
        self.0.workspaces.has_place()?;
        forget()?;
        let path = self.0.workspaces.create(name)?;
        // What failed under this name before is history.
        entries.remove(name);
        self.0.workspaces.changed();
        Ok(path)
    }

    /// How this name stands, where it is not simply a workspace.
    pub fn standing(&self, name: &WorkspaceName) -> Option<Standing> {
        self.entries().get(name).map(Entry::standing)
    }

    /// All that are in progress, or failed.
    pub fn all(&self) -> Vec<(WorkspaceName, Standing)> {
        self.entries().iter().map(|(name, entry)| (name.clone(), entry.standing())).collect()
    }

    /// Ends a clone and waits until nothing is left of it; forgets one that failed.
    pub async fn remove(&self, name: &WorkspaceName) -> Result<(), CloneError> {
        let running = match self.entries().get(name) {
            Some(Entry::Cloning { cancel, over, .. }) => {
                cancel.cancel();
                Some(over.clone())
            }
            Some(Entry::Failed { .. }) | None => None,
        };
        if let Some(over) = &running {
            over.cancelled().await;
        }
        let forgotten = {
            let mut entries = self.entries();
            // Somebody may have begun anew under this name.
            let failed = matches!(entries.get(name), Some(Entry::Failed { .. }));
            failed && entries.remove(name).is_some()
        };
        if forgotten {
            self.0.workspaces.changed();
        }
        // It may have become whole before it heard of its end.
        if self.is_there(name).await? {
            return Err(CloneError::Ready);
        }
        if running.is_some() || forgotten { Ok(()) } else { Err(WorkspaceError::Unknown.into()) }
    }

    async fn is_there(&self, name: &WorkspaceName) -> Result<bool, WorkspaceError> {
        let (workspaces, name) = (self.0.workspaces.clone(), name.clone());
        let resolved = spawn_blocking(move || workspaces.resolve(&name)).await;
        match resolved.map_err(|error| WorkspaceError::Io(std::io::Error::other(error)))? {
            Ok(_) => Ok(true),
            Err(WorkspaceError::Unknown) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Clones may be made again.
    pub fn reopen(&self) {
        self.0.closed.store(false, Ordering::SeqCst);
    }

    /// Ends all of them, waits until nothing is left, and lets none begin until [`reopen`](Self::reopen).
    pub async fn cancel_all(&self) {
        let running: Vec<CancellationToken> = {
            let entries = self.entries();
            // Under the lock: whoever begins one looks under it.
            self.0.closed.store(true, Ordering::SeqCst);
            let tokens = entries.values().filter_map(|entry| match entry {
                Entry::Cloning { cancel, over, .. } => {
                    cancel.cancel();
                    Some(over.clone())
                }
                Entry::Failed { .. } => None,
            });
            tokens.collect()
        };
        for over in running {
            over.cancelled().await;
        }
    }

    // Each change under the lock is complete before anything in it can panic.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clone's supervisor holds it for as long as anything of the clone lives.
fn lock_of(folder: &Path) -> PathBuf {
    folder.join("lock")
}

async fn discard(folder: Unfinished) {
    let path = folder.path().to_owned();
    match spawn_blocking(move || folder.discard()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, folder = %path.display(), "a clone's folder cannot be removed"),
        Err(error) => tracing::error!(%error, "a clone's folder cannot be removed"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::command::TREE;
    use super::*;
    use crate::workspace::MAX_WORKSPACES;

    fn clones(folder: &Path) -> Clones {
        let state_dir = folder.join("state");
        std::fs::create_dir(&state_dir).unwrap();
        let workspaces = Workspaces::open(&folder.join("workspaces")).unwrap();
        let mut config = Config { state_dir, ..Config::default() };
        config.git.max_clones = 1;
        let supervisor = Supervisor::at("/nonexistent/core-agent");
        let (guard, tasks) = (Guard::new(), TaskTracker::new());
        let identity = Identity::of(&config, &supervisor, guard.clone()).unwrap();
        Clones::new(&config, identity, workspaces, supervisor, guard, tasks)
    }

    #[tokio::test]
    async fn a_clone_that_fails_leaves_its_reason_and_no_folder_until_somebody_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let clones = clones(folder.path());
        let name: WorkspaceName = "one".parse().unwrap();
        let begin = |name| clones.begin(name, "https://example.com/a".parse().unwrap(), None, || Ok(()));
        begin(&name).unwrap();
        assert!(matches!(clones.standing(&name), Some(Standing::Cloning(_))));
        let empty = clones.create_empty(&name, || panic!("it is taken"));
        assert!(matches!(empty, Err(CloneError::Workspace(WorkspaceError::Exists))));
        let two = "two".parse().unwrap();
        let another = begin(&two);
        assert!(matches!(another, Err(CloneError::TooMany)), "{another:?}");
        clones.0.tasks.close();
        clones.0.tasks.wait().await;
        assert!(matches!(clones.standing(&name), Some(Standing::Failed { .. })));
        assert_eq!(std::fs::read_dir(folder.path().join("workspaces")).unwrap().count(), 0);
        clones.remove(&name).await.unwrap();
        assert_eq!(clones.standing(&name), None);
        assert!(matches!(begin(&name), Err(CloneError::Closed)));
    }

    #[tokio::test]
    async fn what_a_killed_agent_has_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let clones = clones(folder.path());
        let left = clones.0.workspaces.begin(&"one".parse().unwrap()).unwrap();
        std::fs::create_dir(left.path().join(TREE)).unwrap();
        std::fs::write(left.path().join(TREE).join("file"), "text").unwrap();
        clones.create_empty(&"two".parse().unwrap(), || Ok(())).unwrap();
        std::mem::forget(left);
        Clones::sweep(clones.0.workspaces.unfinished().unwrap()).await;
        let names: Vec<_> = std::fs::read_dir(folder.path().join("workspaces")).unwrap().flatten().collect();
        assert_eq!(names.iter().map(std::fs::DirEntry::file_name).collect::<Vec<_>>(), ["two"]);
        let removed = clones.remove(&"two".parse().unwrap()).await;
        assert!(matches!(removed, Err(CloneError::Ready)), "{removed:?}");
    }

    #[tokio::test]
    async fn a_name_is_made_clean_before_it_is_taken_and_left_alone_where_it_is_taken_already() {
        let folder = tempfile::tempdir().unwrap();
        let clones = clones(folder.path());
        let name: WorkspaceName = "one".parse().unwrap();
        let failed = || PrivateFileError::TooLarge { path: "file".into() };
        let refused = clones.create_empty(&name, || Err(failed()));
        assert!(matches!(refused, Err(CloneError::Forget(_))) && !folder.path().join("workspaces/one").exists());
        let address: Address = "https://example.com/a".parse().unwrap();
        let refused = clones.begin(&name, address.clone(), None, || Err(failed()));
        assert!(matches!(refused, Err(CloneError::Forget(_))) && clones.standing(&name).is_none());
        assert_eq!(clones.0.workspaces.unfinished().unwrap().len(), 0, "nothing is left of it");
        for number in 1..MAX_WORKSPACES {
            clones.create_empty(&format!("w{number}").parse().unwrap(), || Ok(())).unwrap();
        }
        clones.create_empty(&name, || Ok(())).unwrap();
        let more = "more".parse().unwrap();
        for full in [
            clones.create_empty(&more, || panic!("it is refused")).map(drop),
            clones.begin(&more, address.clone(), None, || panic!("it is refused")),
        ] {
            assert!(matches!(full, Err(CloneError::Workspace(WorkspaceError::TooMany))), "{full:?}");
        }
        for taken in [
            clones.create_empty(&name, || panic!("it is taken")).map(drop),
            clones.begin(&name, address, None, || panic!("it is taken")),
        ] {
            assert!(matches!(taken, Err(CloneError::Workspace(WorkspaceError::Exists))), "{taken:?}");
        }
    }
}
