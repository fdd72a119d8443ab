//! Keeping the sign-in alive: the one task that lets the CLI refresh ahead of the expiry.

use super::credentials::{Attempt, Past, Refresher};
use super::process::ProcessError;
use super::session::Gate;
use super::state::{Board, Change};
use protocol::claude::ErrorKind;
use serde_json::Value;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(super) struct Keeper {
    refresher: Refresher,
    board: Board,
    gate: watch::Receiver<Gate>,
    /// Held during an attempt: whoever closes the gate waits here until no process of ours can write credentials.
    attempting: Mutex<()>,
}

impl Keeper {
    pub(super) fn new(refresher: Refresher, board: Board, gate: watch::Receiver<Gate>) -> Self {
        Self { refresher, board, gate, attempting: Mutex::default() }
    }

    /// Refreshes whenever it is due, until it is over. An attempt is not cut short by that: the gate ends it in order, and
    /// [`Self::idle`] waits for it.
    pub(super) async fn run(&self, over: CancellationToken) {
        let mut past = Past::Untried;
        loop {
            let due = async {
                let past = self.refresher.until_due(past).await;
                self.gate.clone().wait_for(|gate| *gate == Gate::Open).await.ok()?;
                Some(past)
            };
            match over.run_until_cancelled(due).await.flatten() {
                Some(due) => past = due,
                None => return,
            }
            let attempt = {
                let _one = self.attempting.lock().await;
                // It may have closed, and waited for the lock in vain, before this held it.
                if *self.gate.borrow() == Gate::Closed {
                    continue;
                }
                self.refresher.attempt(self.gate.clone()).await
            };
            past = self.judge(attempt, past);
        }
    }

    fn judge(&self, attempt: Attempt, past: Past) -> Past {
        let (kind, detail) = match attempt {
            Attempt::Refreshed => {
                tracing::info!("the access token was refreshed");
                return Past::Succeeded;
            }
            // The state tells by itself what the file says.
            Attempt::Ended => {
                tracing::warn!("the sign-in has ended: there is nothing left to refresh");
                return Past::Untried;
            }
            Attempt::GivenUp => return past,
            Attempt::Unreachable => (ErrorKind::Network, "the access token could not be refreshed yet".to_owned()),
            Attempt::Cli(error) => (ErrorKind::Cli, error.to_string()),
            Attempt::DiskFull => {
                let detail = "the access token is not refreshed: the disk that holds the CLI's credentials is full";
                (ErrorKind::Cli, detail.to_owned())
            }
        };
        tracing::warn!(detail, ?past, "a refresh did not succeed");
        self.board.change(Change::RefreshFailed { kind, detail });
        past.failed_again()
    }

    /// Asks the CLI what it offers, unless that is known by the time it can be asked. It could refresh on the way, so that
    /// it is one of the attempts; to be run to its end, for the same reason.
    pub(super) async fn initialize(&self, known: impl FnOnce() -> bool) -> Result<Option<Value>, ProcessError> {
        let _one = self.attempting.lock().await;
        if *self.gate.borrow() == Gate::Closed {
            return Err(ProcessError::Closed);
        }
        if known() {
            return Ok(None);
        }
        self.refresher.initialize().await.map(Some)
    }

    /// Returns when no attempt is under way. None begins while the gate is closed.
    pub(super) async fn idle(&self) {
        drop(self.attempting.lock().await);
    }
}
