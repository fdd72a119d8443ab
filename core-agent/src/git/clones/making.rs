//! One clone, from its folder to a workspace or to the reason why there is none.

use super::super::address::{Address, Branch, Transport};
use super::super::command::TREE;
use super::super::deploy_key::DeployKeyError;
use super::super::progress;
use super::list::{self, Entry};
use super::weight::weight;
use super::{Clones, discard, lock_of};
use crate::supervise::{SuperviseError, Supervised};
use crate::workspace::{Unfinished, WorkspaceError, WorkspaceName};
use std::path::Path;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// How often git is asked how far it is, and its folder how large.
const LOOK: Duration = Duration::from_millis(250);
const WEIGH: Duration = Duration::from_secs(2);

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

impl Clones {
    pub(super) async fn make(
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
                list::fail(&mut entries, name, failure.to_string());
            }
        }
        self.0.workspaces.changed();
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
            self.0.identity.ensure_key().await?;
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
                        && *progress != newest
                    {
                        *progress = newest;
                        self.0.workspaces.changed();
                    }
                }
                _ = weighs.tick() => self.weigh(folder).await?,
            }
        };
        match exit.code {
            Some(0) => self.weigh(folder).await,
            Some(127) => Err(Failure::NoGit),
            // A server, or whoever stands in between, may say again what it was told.
            _ => Err(Failure::Git(progress::reason(&self.0.guard.mask(process.stderr_tail())))),
        }
    }

    /// That what has come so far is not too large.
    async fn weigh(&self, folder: &Path) -> Result<(), Failure> {
        let (folder, largest) = (folder.to_owned(), self.0.largest);
        let (workspaces, min_free) = (self.0.workspaces.clone(), self.0.min_free);
        let looked = spawn_blocking(move || (weight(&folder, largest), workspaces.has_room(min_free))).await;
        // Where nobody could look, the next look sees more.
        let (size, has_room) = looked.unwrap_or((0, true));
        if size > largest {
            return Err(Failure::TooLarge(largest));
        }
        if has_room { Ok(()) } else { Err(Failure::NoRoom) }
    }
}
