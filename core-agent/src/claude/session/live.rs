//! A CLI process and what must be known of it.

use super::allowances::Allowances;
use super::controls::Asked;
use super::places::Place;
use crate::claude::mcp::Handover;
use crate::claude::stream::Translator;
use crate::claude::stream::outgoing::{self, Control};
use crate::git::Signature;
use crate::supervise::{Exit, LineError, Supervised};
use crate::workspace::{Identity, Workspaces};
use futures::FutureExt as _;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::timeout;

/// Lines taken at once when many are there: one write to the journal carries them.
const BATCH: usize = 128;
/// How long a CLI may let a queue of lines lie unread.
const SAY: Duration = Duration::from_secs(5);
/// How much of the CLI's last words is told.
const MAX_REASON: usize = 400;

#[derive(Debug)]
pub(super) struct Live {
    process: Supervised,
    pub(super) translator: Translator,
    pub(super) resumed: bool,
    pub(super) workspace: String,
    /// How the workspace was trusted when it was started (see [`Trust::revision`](crate::claude::trust::Trust::revision)).
    pub(super) trust: Option<OffsetDateTime>,
    /// Which MCP servers it was given (see [`McpServers::revision`](crate::claude::mcp::McpServers::revision)).
    pub(super) mcp: u64,
    /// The sign-in that it was started under (see [`Account::sign_ins`](crate::claude::account::Account::sign_ins)).
    pub(super) sign_in: u64,
    /// It has found itself signed out. The CLI works out how to authenticate once and keeps to it: after a new sign-in
    /// such a process would be refused for ever.
    pub(super) stale: bool,
    pub(super) allowances: Allowances,
    pub(super) asked: Asked,
    /// Which directory it works in: another one may bear the workspace's name by now.
    pub(super) directory: Identity,
    /// Whose commits it makes.
    pub(super) signature: Arc<Signature>,
    /// Until it has read it.
    pub(super) handover: Option<Handover>,
    /// Freed when the process is gone.
    _place: Place,
}

/// What a process was started as.
#[derive(Debug)]
pub(super) struct Born {
    pub(super) resumed: bool,
    pub(super) workspace: String,
    pub(super) directory: Identity,
    pub(super) signature: Arc<Signature>,
    pub(super) trust: Option<OffsetDateTime>,
    pub(super) mcp: u64,
    pub(super) handover: Option<Handover>,
    pub(super) sign_in: u64,
}

#[derive(Debug)]
pub(super) enum Heard {
    Lines(Vec<String>),
    /// The CLI says nothing more.
    Closed,
}

impl Live {
    pub(super) fn new(process: Supervised, translator: Translator, born: Born, place: Place) -> Self {
        let Born { resumed, workspace, directory, signature, trust, mcp, handover, sign_in } = born;
        Self {
            process,
            translator,
            resumed,
            workspace,
            trust,
            mcp,
            sign_in,
            stale: false,
            allowances: Allowances::default(),
            asked: Asked::default(),
            directory,
            signature,
            handover,
            _place: place,
        }
    }

    /// Whether the workspace is still the directory that the process works in. As long as the process lives, the kernel gives
    /// that directory's number to no other.
    pub(super) fn is_at_home(&self, workspaces: &Workspaces) -> bool {
        let name = self.workspace.parse().ok();
        name.and_then(|name| workspaces.identify(&name).ok()).is_some_and(|(_, there)| there == self.directory)
    }

    /// The next lines: at least one, and what is there with it. Cancel safe.
    pub(super) async fn hear(&mut self) -> Heard {
        let mut lines = Vec::new();
        loop {
            let next = if lines.is_empty() {
                Some(self.process.next_line().await)
            } else if lines.len() < BATCH {
                self.process.next_line().now_or_never()
            } else {
                None
            };
            match next {
                Some(Some(Ok(line))) => lines.push(line),
                // Its content is lost and the rest is not: the finished blocks of a message repeat its deltas.
                Some(Some(Err(LineError::TooLong))) => tracing::warn!("a line of the CLI is too long and was skipped"),
                Some(None | Some(Err(LineError::Io(_)))) if lines.is_empty() => return Heard::Closed,
                Some(None | Some(Err(LineError::Io(_)))) | None => return Heard::Lines(lines),
            }
        }
    }

    /// Hands the CLI a line. One that has ended shows by what is heard next; so does one that does not read, for it is
    /// ended here: nobody may wait for it.
    pub(super) async fn say(&self, line: String) {
        match timeout(SAY, self.process.write_line(line)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the CLI no longer reads"),
            Err(_) => {
                tracing::warn!("the CLI does not read and is ended");
                self.process.terminate();
            }
        }
    }

    /// Tells a CLI that is about to be ended to stop what it does: it may have to live on for its refresh. One that does
    /// not read is not waited for.
    pub(super) fn last_word(&self) {
        if let Err(error) = self.process.try_write_line(outgoing::interrupt().line) {
            tracing::debug!(%error, "the CLI no longer reads");
        }
    }

    pub(super) async fn control(&self, control: Control) {
        self.say(control.line).await;
    }

    /// Lets the process end by itself.
    pub(super) fn close(&mut self) {
        self.process.close_stdin();
    }

    pub(super) fn terminate(&mut self) {
        self.process.close_stdin();
        self.process.terminate();
    }

    /// Waits for the process, and all that it started, to be gone. Cancel safe.
    pub(super) async fn gone(&mut self) -> Exit {
        while let Some(line) = self.process.next_line().await {
            if matches!(line, Err(LineError::Io(_))) {
                break;
            }
        }
        self.process.wait().await
    }

    /// The CLI's last words, for a person who wonders why it ended.
    pub(super) fn last_words(&self) -> Option<String> {
        let tail = self.process.stderr_tail();
        let line = tail.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
        Some(line.chars().take(MAX_REASON).collect())
    }
}
