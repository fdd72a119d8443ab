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

use super::address::{Address, Branch, Transport};
use super::command::{Git, TREE, passed};
use super::deploy_key::{DeployKey, DeployKeyError};
use super::progress::{self, Progress};
use super::{Credentials, GitFolder};
use crate::config::Config;
use crate::private_files::PrivateFileError;
use crate::supervise::{self, SuperviseError, Supervised, Supervisor};
use crate::workspace::{Unfinished, WorkspaceError, WorkspaceName, Workspaces};
use serde::Serialize;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often git is asked how far it is, and its folder how large.
const LOOK: Duration = Duration::from_millis(250);
const WEIGH: Duration = Duration::from_secs(2);
/// Failures that are remembered.
const MOST_FAILED: usize = 64;

/// How a workspace stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    Ready,
    Cloning(Progress),
    /// It was not made. `reason` is git's, or ours, for a person.
    Failed {
        reason: String,
    },
}

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
    #[error("a workspace that is there is not removed; its files are for a terminal or a session")]
    Ready,
}

/// Why a clone came to nothing.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cancelled")]
    Cancelled,
    #[error("{0}")]
    Git(String),
    #[error("git is not installed on this Core, or cannot be run")]
    NoGit,
    #[error("it takes longer than {}", humantime_serde::re::humantime::format_duration(*.0))]
    TooLong(Duration),
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the disk has too little room left for it")]
    NoRoom,
    #[error(transparent)]
    DeployKey(#[from] DeployKeyError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Supervise(#[from] SuperviseError),
}

#[derive(Debug)]
enum Entry {
    Cloning { progress: Progress, cancel: CancellationToken, over: CancellationToken },
    Failed { reason: String },
}

/// All of them on this Core. Clones of this share one state.
#[derive(Clone, Debug)]
pub struct Clones(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    git: Git,
    deploy_key: DeployKey,
    credentials: Credentials,
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
    entries: Mutex<BTreeMap<WorkspaceName, Entry>>,
}

impl Clones {
    pub fn new(
        config: &Config,
        workspaces: Workspaces,
        supervisor: Supervisor,
        tasks: TaskTracker,
    ) -> Result<Self, PrivateFileError> {
        let folder = GitFolder::open(&config.state_dir)?;
        let variables = std::env::vars_os();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let known_hosts = &config.git.known_hosts;
        let shared = Shared {
            deploy_key: DeployKey::new(&folder),
            credentials: Credentials::new(&folder),
            git: Git {
                command: config.git.command.clone(),
                helper: supervisor.lasting_name(),
                known_hosts: (!known_hosts.as_os_str().is_empty()).then(|| known_hosts.clone()),
                environment: passed(variables),
                folder,
            },
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
        Ok(Self(Arc::new(shared)))
    }

    pub fn deploy_key(&self) -> &DeployKey {
        &self.0.deploy_key
    }

    pub fn credentials(&self) -> &Credentials {
        &self.0.credentials
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

    /// Begins a clone. Its name is taken from now on.
    pub fn begin(&self, name: &WorkspaceName, address: Address, branch: Option<Branch>) -> Result<(), CloneError> {
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
        let entry = Entry::Cloning { progress: Progress::default(), cancel: cancel.clone(), over: over.clone() };
        entries.insert(name.clone(), entry);
        let clones = self.clone();
        let name = name.clone();
        self.0.tasks.spawn(async move {
            let _over = over.drop_guard();
            clones.make(name, &address, branch.as_ref(), folder, &cancel, place).await;
        });
        Ok(())
    }

    /// Makes an empty workspace, unless its name is being cloned into.
    pub fn create_empty(&self, name: &WorkspaceName) -> Result<PathBuf, WorkspaceError> {
        let mut entries = self.entries();
        if matches!(entries.get(name), Some(Entry::Cloning { .. })) {
            return Err(WorkspaceError::Exists);
        }
        let path = self.0.workspaces.create(name)?;
        // What failed under this name before is history.
        entries.remove(name);
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

    async fn make(
        &self,
        name: WorkspaceName,
        address: &Address,
        branch: Option<&Branch>,
        folder: Unfinished,
        cancel: &CancellationToken,
        place: OwnedSemaphorePermit,
    ) {
        let made = self.work(&name, address, branch, folder.path(), cancel).await;
        let made = match made {
            Ok(()) => {
                let (workspaces, tree, name) = (self.0.workspaces.clone(), folder.path().join(TREE), name.clone());
                let finished = spawn_blocking(move || workspaces.finish(&tree, &name)).await;
                finished.unwrap_or_else(|error| Err(std::io::Error::other(error).into())).map_err(Failure::from)
            }
            Err(failure) => Err(failure),
        };
        discard(folder).await;
        drop(place);
        let mut entries = self.entries();
        match made {
            Ok(()) => {
                tracing::info!(workspace = %name, %address, "a repository was cloned");
                entries.remove(&name);
            }
            Err(Failure::Cancelled) => {
                tracing::info!(workspace = %name, "a clone was cancelled");
                entries.remove(&name);
            }
            Err(failure) => {
                tracing::warn!(workspace = %name, %address, %failure, "a clone failed");
                let failed = entries.iter().filter(|(_, entry)| matches!(entry, Entry::Failed { .. }));
                if failed.clone().count() >= MOST_FAILED
                    && let Some(first) = failed.map(|(name, _)| name.clone()).next()
                {
                    entries.remove(&first);
                }
                entries.insert(name, Entry::Failed { reason: failure.to_string() });
            }
        }
    }

    async fn work(
        &self,
        name: &WorkspaceName,
        address: &Address,
        branch: Option<&Branch>,
        folder: &Path,
        cancel: &CancellationToken,
    ) -> Result<(), Failure> {
        if address.transport() == Transport::Ssh {
            self.0.deploy_key.ensure().await?;
        }
        let spec = self.0.git.clone(address, branch, folder, lock_of(folder));
        let mut process = Supervised::spawn(&self.0.supervisor, &spec).await?;
        let followed = tokio::select! {
            followed = timeout(self.0.timeout, self.follow(name, &mut process, folder)) => {
                followed.unwrap_or(Err(Failure::TooLong(self.0.timeout)))
            }
            () = cancel.cancelled() => Err(Failure::Cancelled),
        };
        // Whoever is not followed to the end is ended, with all that it started.
        if followed.is_err() {
            process.end().await;
        }
        followed
    }

    async fn follow(&self, name: &WorkspaceName, process: &mut Supervised, folder: &Path) -> Result<(), Failure> {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut weighs = interval(WEIGH);
        weighs.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let exit = loop {
            tokio::select! {
                exit = process.wait() => break exit,
                _ = looks.tick() => {
                    if let Some(newest) = progress::newest(&process.stderr_tail())
                        && let Some(Entry::Cloning { progress, .. }) = self.entries().get_mut(name)
                    {
                        *progress = newest;
                    }
                }
                _ = weighs.tick() => self.weigh(folder).await?,
            }
        };
        match exit.code {
            Some(0) => self.weigh(folder).await,
            Some(127) => Err(Failure::NoGit),
            _ => Err(Failure::Git(progress::reason(&process.stderr_tail()))),
        }
    }

    /// That what has come so far is not too large.
    async fn weigh(&self, folder: &Path) -> Result<(), Failure> {
        let (folder, largest) = (folder.to_owned(), self.0.largest);
        // A folder that cannot be looked at is being written: the next look sees more.
        let (workspaces, min_free) = (self.0.workspaces.clone(), self.0.min_free);
        let looked = spawn_blocking(move || (weight(&folder, largest), workspaces.has_room(min_free))).await;
        let (size, has_room) = looked.unwrap_or((0, true));
        if size > largest {
            return Err(Failure::TooLarge(largest));
        }
        if has_room { Ok(()) } else { Err(Failure::NoRoom) }
    }

    // Each change under the lock is complete before anything in it can panic.
    fn entries(&self) -> MutexGuard<'_, BTreeMap<WorkspaceName, Entry>> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn standing(&self) -> Standing {
        match self {
            Self::Cloning { progress, .. } => Standing::Cloning(*progress),
            Self::Failed { reason } => Standing::Failed { reason: reason.clone() },
        }
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

/// Bytes beneath a folder, counted until there are more than `enough`. Links are not followed.
fn weight(folder: &Path, enough: u64) -> u64 {
    let (mut size, mut folders) = (0_u64, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        // What has gone since it was listed weighs nothing.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                folders.push(entry.path());
            }
            // What it takes of the disk, in the unit that the system counts in.
            size = size.saturating_add(data.blocks().saturating_mul(512));
            if size > enough {
                return size;
            }
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clones(folder: &Path) -> Clones {
        let state_dir = folder.join("state");
        std::fs::create_dir(&state_dir).unwrap();
        let workspaces = Workspaces::open(&folder.join("workspaces")).unwrap();
        let mut config = Config { state_dir, ..Config::default() };
        config.git.max_clones = 1;
        Clones::new(&config, workspaces, Supervisor::at("/nonexistent/core-agent"), TaskTracker::new()).unwrap()
    }

    #[tokio::test]
    async fn a_clone_that_fails_leaves_its_reason_and_no_folder_until_somebody_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let clones = clones(folder.path());
        let name: WorkspaceName = "one".parse().unwrap();
        clones.begin(&name, "https://example.com/a".parse().unwrap(), None).unwrap();
        assert!(matches!(clones.standing(&name), Some(Standing::Cloning(_))));
        assert!(matches!(clones.create_empty(&name), Err(WorkspaceError::Exists)));
        let another = clones.begin(&"two".parse().unwrap(), "https://example.com/a".parse().unwrap(), None);
        assert!(matches!(another, Err(CloneError::TooMany)), "{another:?}");
        clones.0.tasks.close();
        clones.0.tasks.wait().await;
        assert!(matches!(clones.standing(&name), Some(Standing::Failed { .. })));
        assert_eq!(std::fs::read_dir(folder.path().join("workspaces")).unwrap().count(), 0);
        clones.remove(&name).await.unwrap();
        assert_eq!(clones.standing(&name), None);
        assert!(matches!(clones.begin(&name, "https://example.com/a".parse().unwrap(), None), Err(CloneError::Closed)));
    }

    #[tokio::test]
    async fn what_a_killed_agent_has_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let clones = clones(folder.path());
        let left = clones.0.workspaces.begin(&"one".parse().unwrap()).unwrap();
        std::fs::create_dir(left.path().join(TREE)).unwrap();
        std::fs::write(left.path().join(TREE).join("file"), "text").unwrap();
        clones.create_empty(&"two".parse().unwrap()).unwrap();
        std::mem::forget(left);
        Clones::sweep(clones.0.workspaces.unfinished().unwrap()).await;
        let names: Vec<_> = std::fs::read_dir(folder.path().join("workspaces")).unwrap().flatten().collect();
        assert_eq!(names.iter().map(std::fs::DirEntry::file_name).collect::<Vec<_>>(), ["two"]);
        let removed = clones.remove(&"two".parse().unwrap()).await;
        assert!(matches!(removed, Err(CloneError::Ready)), "{removed:?}");
    }

    #[test]
    fn a_folder_is_weighed_without_following_links_and_no_further_than_need_be() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/file"), vec![0; 100_000]).unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
        let size = weight(folder.path(), u64::MAX);
        assert!((100_000..200_000).contains(&size), "{size}");
        assert!(weight(folder.path(), 10) > 10);
    }
}
