//! The one task that owns a session.

use super::live::Live;
use super::places::Place;
use super::state::{Closing, Happened, State};
use super::turn::{self, Turn};
use super::{Command, Gate, Running, Shared, transcript};
use crate::claude::process::{Chat, Conversation};
use crate::claude::stream::{Translator, outgoing};
use crate::claude::{instructions, mention};
use crate::journal::{JournalError, Message, MessageStatus};
use crate::supervise::Exit;
use protocol::event::{Event, InterruptReason, PermissionMode, ProcessEnd, TurnError};
use protocol::ids::SessionId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// What a process that was asked to end may take before it is terminated, and then before it is given up: its
/// supervisor, which outlives this, waits for a refresh in flight and kills what is left.
const GRACE: Duration = Duration::from_secs(15);
const GIVE_UP: Duration = Duration::from_mins(3);
/// A full disk or a busy journal is waited for: the CLI waits too, for nobody reads it.
const JOURNAL_RETRIES: u32 = 30;
const JOURNAL_RETRY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) shared: Arc<Shared>,
    inbox: mpsc::Receiver<Command>,
    pub(super) state: State,
    /// Whether the journal may hold a message that waits.
    pub(super) look: bool,
}

impl Session {
    pub(super) fn new(id: SessionId, shared: Arc<Shared>, inbox: mpsc::Receiver<Command>) -> Self {
        Self { id, shared, inbox, state: State::asleep(), look: true }
    }

    #[tracing::instrument(name = "claude.session", skip_all, fields(session = %self.id))]
    pub(super) async fn run(mut self, running: Running) {
        loop {
            self.advance().await;
            let deadline = self.state.deadline(self.shared.idle_timeout);
            tokio::select! {
                biased;
                command = self.inbox.recv() => match command {
                    Some(command) => self.command(command).await,
                    // The list of running sessions holds a sender as long as this task is in it.
                    None => return,
                },
                happened = self.state.happens(&self.shared.places) => match happened {
                    Happened::Place(place) => self.start(place).await,
                    Happened::Heard(heard) => self.heard(heard).await,
                    Happened::Gone(exit) => self.gone(exit).await,
                    Happened::Wanted => self.close(ProcessEnd::Idle),
                },
                () = self.shared.over.cancelled(), if matches!(self.state, State::Asleep { .. } | State::Waiting) => {
                    self.state = State::asleep();
                    if running.leave(self.id, &self.inbox) {
                        return;
                    }
                }
                () = until(deadline) => if self.due().await && running.leave(self.id, &self.inbox) {
                    return;
                },
            }
        }
    }

    /// Takes the next message, where one can be taken.
    async fn advance(&mut self) {
        while self.look && matches!(self.state, State::Asleep { .. } | State::Ready { .. }) {
            if *self.shared.gate.borrow() == Gate::Closed {
                return;
            }
            let Some(message) = self.next_message().await else {
                self.look = false;
                return;
            };
            if let Err(detail) = turn::admit(&self.shared.board.claude(), message.by.user) {
                self.refuse(&message, TurnError::AuthenticationFailed, detail).await;
                continue;
            }
            if let State::Ready { live, .. } = &self.state
                && (live.stale || live.sign_in != self.shared.account.sign_ins())
            {
                self.closing(ProcessEnd::SignedOut, false, true);
                return;
            }
            match std::mem::replace(&mut self.state, State::Waiting) {
                State::Ready { live, .. } => self.begin(live, message).await,
                // A process is needed first; then the message is taken again.
                _ => return,
            }
        }
    }

    /// The oldest message that waits.
    pub(super) async fn next_message(&self) -> Option<Message> {
        let open = self.shared.journal.open_messages(self.id).await;
        let open = open.inspect_err(|error| tracing::error!(%error, "the journal cannot be read")).ok()?;
        for message in open {
            match message.status {
                MessageStatus::Queued => return Some(message),
                // Nobody is working on it: its end could not be written when it came.
                MessageStatus::Running if !matches!(self.state, State::Turn { .. }) => {
                    let (turn, reason) = (message.turn, InterruptReason::ProcessEnded);
                    self.record(vec![Event::TurnInterrupted { turn, reason, by: None, usage: None }]).await;
                }
                MessageStatus::Running | MessageStatus::Ended => {}
            }
        }
        None
    }

    async fn begin(&mut self, mut live: Box<Live>, message: Message) {
        let model = self.model().await;
        if !self.record(vec![Event::TurnStarted { turn: message.turn, model }]).await {
            self.state = State::ready(live);
            self.look = false;
            return;
        }
        live.translator.begin(message.turn);
        live.say(outgoing::message(message.turn.as_uuid(), &mention::silence(&message.text))).await;
        let turn = Turn::new(message.turn, self.shared.account.credentials(), &self.shared.board);
        self.state = State::Turn { live, turn: Box::new(turn) };
    }

    /// Tells that a message cannot be worked on.
    pub(super) async fn refuse(&self, message: &Message, error: TurnError, detail: String) {
        let turn = message.turn;
        let failed = Event::TurnFailed { turn, error, status: None, detail, usage: None };
        self.record(vec![Event::TurnStarted { turn, model: None }, failed]).await;
    }

    /// The message at the head of the queue cannot be worked on, for the CLI does not run.
    pub(super) async fn refuse_head(&mut self, detail: String) {
        tracing::warn!(detail, "the CLI could not be started");
        match self.next_message().await {
            Some(message) => self.refuse(&message, TurnError::Cli, detail).await,
            None => self.look = false,
        }
    }

    async fn start(&mut self, place: Place) {
        match self.spawn(place).await {
            Ok((live, instructions)) => {
                let initialize = outgoing::initialize(instructions.as_deref());
                let id = initialize.id.clone();
                live.control(initialize).await;
                self.state = State::Starting { live: Box::new(live), initialize: id, since: Instant::now() };
            }
            Err(detail) => {
                self.state = State::asleep();
                self.refuse_head(detail).await;
            }
        }
    }

    /// A process for this session and what its workspace tells the model, or why there is none.
    async fn spawn(&self, place: Place) -> Result<(Live, Option<String>), String> {
        let shared = &self.shared;
        let session = shared.journal.session(self.id).await.map_err(|error| error.to_string())?;
        let session = session.ok_or_else(|| "there is no such session".to_owned())?;
        let name = session.workspace.parse().map_err(|_| "the workspace's name is none".to_owned())?;
        let cwd = shared.workspaces.resolve(&name).map_err(|error| format!("the workspace cannot be used: {error}"))?;
        let (id, claude_dir) = (self.id, shared.claude_dir.clone());
        let workspace = cwd.clone();
        let looked =
            move || transcript::prepare(&claude_dir, id).map(|resumed| (resumed, instructions::read(&workspace)));
        let looked = tokio::task::spawn_blocking(looked).await.map_err(std::io::Error::other).and_then(|looked| looked);
        let (resumed, instructions) =
            looked.map_err(|error| format!("the CLI's transcript cannot be looked at: {error}"))?;
        let mode = if resumed { after_resume(session.permission_mode) } else { session.permission_mode };
        let chat = Chat {
            cwd: &cwd,
            conversation: if resumed { Conversation::Resume(id) } else { Conversation::New(id) },
            model: session.model.as_deref(),
            mode,
        };
        let sign_in = shared.account.sign_ins();
        let process = shared.launcher.chat(&chat).await.map_err(|error| error.to_string())?;
        if mode != session.permission_mode {
            self.record(vec![Event::PermissionModeChanged { mode, by: None }]).await;
        }
        let translator = Translator::new(shared.guard.clone(), mode);
        Ok((Live::new(process, translator, resumed, sign_in, place), instructions))
    }

    /// Lets the process end by itself, for want of work.
    pub(super) fn close(&mut self, reason: ProcessEnd) {
        self.closing(reason, false, false);
    }

    /// Ends the process, if there is one. `now`: without waiting for it to end by itself.
    pub(super) fn closing(&mut self, reason: ProcessEnd, turn: bool, now: bool) {
        let mut live = match std::mem::replace(&mut self.state, State::asleep()) {
            State::Starting { live, .. } | State::Ready { live, .. } | State::Turn { live, .. } => live,
            other @ (State::Asleep { .. } | State::Waiting | State::Closing(_)) => {
                self.state = other;
                return;
            }
        };
        let wait = if now { GIVE_UP } else { GRACE };
        if now {
            live.terminate();
        } else {
            live.close();
        }
        let until = Instant::now() + wait;
        self.state =
            State::Closing(Box::new(Closing { live, reason, until, terminated: now, turn, replies: Vec::new() }));
    }

    async fn gone(&mut self, exit: Exit) {
        let state = std::mem::replace(&mut self.state, State::asleep());
        if let State::Closing(closing) = state {
            let reason = match closing.reason {
                // 128 and the signal's number; none when the supervisor itself was killed.
                ProcessEnd::Exited if exit.code.is_none_or(|code| code > 128) => ProcessEnd::Killed,
                reason => reason,
            };
            tracing::info!(?reason, exit = exit.code, "the CLI's process has ended");
            self.record(vec![Event::ProcessEnded { reason, exit_code: exit.code }]).await;
            for reply in closing.replies {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(super::Ended { turn: closing.turn, process: true });
            }
        }
    }

    /// Something took its time. Returns whether the task has nothing left to do.
    async fn due(&mut self) -> bool {
        match &mut self.state {
            State::Asleep { since } => {
                *since = Instant::now();
                return true;
            }
            State::Waiting => {}
            State::Starting { .. } => {
                self.refuse_head("the CLI did not get ready in time".to_owned()).await;
                self.closing(ProcessEnd::Killed, false, true);
            }
            State::Ready { .. } => self.close(ProcessEnd::Idle),
            State::Turn { live, turn } => {
                tracing::warn!("the CLI did not stop when interrupted and is ended");
                turn.until = None;
                live.terminate();
            }
            State::Closing(closing) if closing.terminated => {
                tracing::error!("a CLI process has not ended in time; its supervisor goes on with it");
                self.gone(Exit { code: None }).await;
            }
            State::Closing(closing) => {
                closing.terminated = true;
                closing.until = Instant::now() + GIVE_UP;
                closing.live.terminate();
            }
        }
        false
    }

    /// Writes events, and says whether they are durable. A journal that cannot take them is waited for.
    pub(super) async fn record(&self, events: Vec<Event>) -> bool {
        if events.is_empty() {
            return true;
        }
        for attempt in 1.. {
            match self.shared.journal.append(self.id, events.clone()).await {
                Ok(_) => return true,
                Err(error @ (JournalError::DiskFull | JournalError::Storage(_))) if attempt < JOURNAL_RETRIES => {
                    tracing::warn!(%error, attempt, "the journal cannot be written; trying again");
                    sleep(JOURNAL_RETRY).await;
                }
                Err(error) => {
                    tracing::error!(%error, "events are lost");
                    return false;
                }
            }
        }
        false
    }

    /// The model that the CLI uses now, as far as it is known.
    async fn model(&self) -> Option<String> {
        // Only for show: a journal that cannot be read is reported where it matters.
        let session = self.shared.journal.session(self.id).await.ok().flatten()?;
        self.shared.models.resolve(session.model.as_deref())
    }
}

/// What was allowed to an earlier process is asked for again. Planning asks for everything anyway.
const fn after_resume(mode: PermissionMode) -> PermissionMode {
    match mode {
        PermissionMode::Default | PermissionMode::AcceptEdits => PermissionMode::Default,
        PermissionMode::Plan => PermissionMode::Plan,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_session_asks_before_it_edits() {
        assert_eq!(after_resume(PermissionMode::AcceptEdits), PermissionMode::Default);
        assert_eq!(after_resume(PermissionMode::Default), PermissionMode::Default);
        assert_eq!(after_resume(PermissionMode::Plan), PermissionMode::Plan);
    }
}
