//! Signing the Core in to Claude in a browser, through the CLI's own `claude auth login`: to a plan, or to the console.
//!
//! ```text
//!  begin ─► starting ─address─► waiting ─code─► exchanging ─► signed in
//!               │                  │ ▲  └ malformed, wrong state: stays │
//!               ▼                  ▼ └──────────────────────────────────┤ the CLI wants another
//!             failed     lapsed, superseded, cancelled ◄────────────────┴► wrong code, network, failed
//!                                                       (unless credentials were written: then signed in)
//! ```
//!
//! One at a time per Core, owned by who began it, and by one task that owns its process: whatever ends the task ends the
//! process. The verifier (PKCE) never leaves that process, so that the code alone is worth nothing.

mod code;
mod exchange;
mod kind;
mod prompt;
mod task;

pub use kind::AccountKind;

use super::account::Account;
use super::process::{Launcher, ProcessError};
use protocol::claude::ClaudeState;
use protocol::ids::{SignInId, UserId};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use task::{Order, Task};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;
use url::Url;

/// Sign-ins that are over and whose end is remembered, to tell a late code why it is late.
const MAX_REMEMBERED: usize = 32;
const ORDERS: usize = 4;

/// A sign-in that waits for its code.
#[derive(Clone, Debug)]
pub struct Begun {
    pub id: SignInId,
    /// Where the person approves, in any browser.
    pub url: Url,
    pub lapses_at: OffsetDateTime,
}

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("the Core uses an API key")]
    ApiKeyConfigured,
    #[error("another user's sign-in is in progress")]
    InProgress,
    #[error("there is no such sign-in")]
    Unknown,
    #[error("the sign-in was begun by another user")]
    NotYours,
    #[error("a code is being exchanged")]
    Busy,
    #[error("{0}")]
    Malformed(&'static str),
    #[error("the code belongs to another sign-in")]
    WrongState,
    #[error("the vendor refused the code")]
    WrongCode,
    #[error("the vendor could not be reached: {0}")]
    Network(String),
    #[error("the sign-in is over: {0}")]
    Over(Over),
    #[error("the sign-in failed: {0}")]
    Failed(String),
    #[error("the CLI cannot be run: {0}")]
    Cli(#[from] ProcessError),
    #[error("the Core takes no sign-in now")]
    Closed,
}

/// How a sign-in came to be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Succeeded,
    Lapsed,
    Superseded,
    Cancelled,
    /// A code was tried and refused, or the vendor could not be reached: the CLI tries once.
    Failed,
}

impl std::fmt::Display for Over {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "it has succeeded",
            Self::Lapsed => "it has lapsed",
            Self::Superseded => "a newer one has replaced it",
            Self::Cancelled => "it was cancelled",
            Self::Failed => "its one attempt has failed",
        })
    }
}

#[derive(Debug)]
pub(super) struct SignIns {
    launcher: Launcher,
    account: Arc<Account>,
    tasks: TaskTracker,
    lasts: Duration,
    /// Held while one sign-in makes way for the next.
    current: tokio::sync::Mutex<Option<Current>>,
    over: Arc<Remembered>,
}

#[derive(Debug)]
struct Current {
    id: SignInId,
    by: UserId,
    orders: mpsc::Sender<Order>,
}

/// How the latest sign-ins ended.
#[derive(Debug, Default)]
struct Remembered(Mutex<VecDeque<(SignInId, UserId, Over)>>);

impl Remembered {
    fn add(&self, id: SignInId, by: UserId, over: Over) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() == MAX_REMEMBERED {
            list.pop_front();
        }
        list.push_back((id, by, over));
    }

    fn find(&self, id: SignInId, by: UserId) -> SignInError {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match list.iter().find(|(known, _, _)| *known == id) {
            Some((_, owner, _)) if *owner != by => SignInError::NotYours,
            Some((_, _, over)) => SignInError::Over(*over),
            None => SignInError::Unknown,
        }
    }
}

impl SignIns {
    pub(super) fn new(launcher: Launcher, account: Arc<Account>, tasks: TaskTracker, lasts: Duration) -> Self {
        Self { launcher, account, tasks, lasts, current: tokio::sync::Mutex::default(), over: Arc::default() }
    }

    /// Begins a sign-in. One that the same user had begun is superseded: its process has ended when this returns.
    pub(super) async fn begin(&self, by: UserId, kind: AccountKind) -> Result<Begun, SignInError> {
        let mut current = self.current.lock().await;
        if let Some(previous) = current.take_if(|previous| previous.orders.is_closed() || previous.by == by) {
            previous.end(Over::Superseded).await;
        }
        if current.is_some() {
            return Err(SignInError::InProgress);
        }
        let id = SignInId::new();
        let (orders, mut inbox) = mpsc::channel(ORDERS);
        let (begun, address) = oneshot::channel();
        let task = Task::new(self.launcher.login(kind).await?, kind, Arc::clone(&self.account), by, self.lasts);
        let over = Arc::clone(&self.over);
        self.tasks.spawn(async move {
            let ended = task.run(&mut inbox, begun).await;
            tracing::info!(sign_in = %id, outcome = %ended, "a sign-in is over");
            // The inbox closes last: whoever waits for that finds the outcome.
            over.add(id, by, ended);
        });
        let (url, lapses_at) = address.await.unwrap_or(Err(SignInError::Closed))?;
        *current = Some(Current { id, by, orders });
        Ok(Begun { id, url, lapses_at })
    }

    /// Gives the CLI the code that the person was shown, and tells what came of it.
    pub(super) async fn submit(&self, id: SignInId, by: UserId, text: &str) -> Result<ClaudeState, SignInError> {
        let orders = self.orders(id, by).await?;
        let code = code::parse(text).map_err(SignInError::Malformed)?;
        let (reply, outcome) = oneshot::channel();
        let sent = orders.send(Order::Submit { code, reply }).await;
        match (sent, outcome.await) {
            (Ok(()), Ok(outcome)) => outcome,
            // It ended while the code was on its way.
            (Err(_), _) | (_, Err(_)) => {
                orders.closed().await;
                Err(self.over.find(id, by))
            }
        }
    }

    pub(super) async fn cancel(&self, id: SignInId, by: UserId) -> Result<(), SignInError> {
        self.orders(id, by).await?;
        if let Some(current) = self.current.lock().await.take_if(|current| current.id == id) {
            current.end(Over::Cancelled).await;
        }
        match self.over.find(id, by) {
            // It was too late for that.
            error @ SignInError::Over(Over::Succeeded) => Err(error),
            _ => Ok(()),
        }
    }

    /// Ends whatever sign-in is in progress. Its process has ended when this returns.
    pub(super) async fn end(&self) {
        if let Some(current) = self.current.lock().await.take() {
            current.end(Over::Cancelled).await;
        }
    }

    async fn orders(&self, id: SignInId, by: UserId) -> Result<mpsc::Sender<Order>, SignInError> {
        let current = self.current.lock().await;
        match current.as_ref().filter(|current| current.id == id && !current.orders.is_closed()) {
            Some(current) if current.by != by => Err(SignInError::NotYours),
            Some(current) => Ok(current.orders.clone()),
            None => Err(self.over.find(id, by)),
        }
    }
}

impl Current {
    /// Returns when the task, and so its process, is gone.
    async fn end(self, over: Over) {
        // A task that is gone already has nothing left to end.
        let _ = self.orders.send(Order::End(over)).await;
        self.orders.closed().await;
    }
}
