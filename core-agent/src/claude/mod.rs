//! The genuine Claude CLI on this Core. (Interface that `run`, `link_client` and `api` rely on; the rest follows.)

pub mod api_key;
pub mod guard;
pub mod settings;
pub mod stream;

use crate::config::Config;
use crate::journal::Journal;
use crate::supervise::Supervisor;
use crate::workspace::Workspaces;
use protocol::claude::{CoreReport, RevokeConfirmation, RevokeOrder};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[derive(Debug)]
pub struct Claude {
    reports: watch::Sender<CoreReport>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {}

impl Claude {
    pub async fn start(
        config: &Config,
        journal: Journal,
        workspaces: Workspaces,
        supervisor: Supervisor,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Arc<Self>, StartError> {
        let _ = (config, journal, workspaces, supervisor, tasks, shutdown);
        Ok(Arc::new(Self { reports: watch::Sender::new(CoreReport::default()) }))
    }

    /// The Core's state, followed as it changes.
    pub fn reports(&self) -> watch::Receiver<CoreReport> {
        self.reports.subscribe()
    }

    /// The Core was revoked: ends every turn and process, signs out where ordered, and says what it did. May be repeated.
    pub async fn revoke(&self, order: RevokeOrder) -> RevokeConfirmation {
        let _ = order;
        RevokeConfirmation::default()
    }

    /// Ends every process in order (the agent stops). Bounded by its caller.
    pub async fn shutdown(&self) {}
}
