//! The one task that owns a session.

use super::bypass::Bypass;
use super::fork::Forking;
use super::hurry::Hurry;
use super::live::{Born, Live};
use super::places::Place;
use super::queue::NotNow;
use super::spare::Spare;
use super::state::{Closing, Happened, State};
use super::turn::{self, Admission, Turn};
use super::{Command, Gate, Reason, Running, Shared, transcript};
use crate::claude::mcp::Handover;
use crate::claude::process::{Chat, Conversation};
use crate::claude::stream::{Translator, outgoing};
use crate::claude::{instructions, mention};
use crate::git::Signature;
use crate::journal::Message;
use crate::supervise::Exit;
use protocol::event::{BypassEnd, Event, PermissionMode, ProcessEnd, TurnError};
use protocol::ids::{SessionId, UserId};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// What a process that was asked to end may take before it is terminated, and then before it is given up: its
/// supervisor, which outlives this, waits for a refresh in flight and kills what is left.
const GRACE: Duration = Duration::from_secs(15);
const GIVE_UP: Duration = Duration::from_mins(3);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) shared: Arc<Shared>,
    inbox: mpsc::Receiver<Command>,
    pub(super) state: State,
    pub(super) hurry: Hurry,
    /// Whether the journal may hold a message that waits, or a turn whose end could not be written.
    pub(super) look: bool,
    /// The session was closed: what waits is given up.
    pub(super) closed: Option<Reason>,
    /// Forks that wait for its process to end.
    pub(super) forks: Vec<Forking>,
    /// Not before this, for it could not be read or written.
    pub(super) again: Option<Instant>,
    pub(super) bypass: Option<Bypass>,
    /// That one is over, and is not written yet.
    pub(super) bypass_ended: Option<Event>,
    /// The process was started ahead, and no message has come yet.
    pub(super) spare: Option<Spare>,
    /// The last process ended before it was ready, without a word, and another is to be started for what waits.
    pub(super) in_vain: bool,
}

/// What a process is to be started with.
struct Settings {
    workspace: String,
    /// Nobody yet, where it is started ahead.
    owner: Option<UserId>,
    model: Option<String>,
    mode: PermissionMode,
}

impl Session {
    pub(super) fn new(
        id: SessionId,
        shared: Arc<Shared>,
        inbox: mpsc::Receiver<Command>,
        hurry: Hurry,
        spare: Option<Spare>,
    ) -> Self {
        Self {
            id,
            shared,
            inbox,
            state: State::asleep(),
            hurry,
            look: true,
            closed: None,
            forks: Vec::new(),
            again: None,
            bypass: None,
            bypass_ended: None,
            spare,
            in_vain: false,
        }
    }

    #[tracing::instrument(name = "claude.session", skip_all, fields(session = %self.id))]
    pub(super) async fn run(mut self, running: Running) {
        if let Some(place) = self.spare.as_mut().and_then(|spare| spare.place.take()) {
            self.start(place).await;
        }
        loop {
            self.advance().await;
            self.tell_bypass_end().await;
            let bypass = self.bypass.as_ref().map(Bypass::until);
            let deadline =
                self.state.deadline(self.shared.idle_timeout).into_iter().chain(self.again).chain(bypass).min();
            tokio::select! {
                biased;
                command = self.inbox.recv() => match command {
                    Some(command) => self.command(command).await,
                    // The list of running sessions holds a sender as long as this task is in it.
                    None => return,
                },
                happened = self.state.happens(self.id, &self.shared) => match happened {
                    Happened::Place(place) => self.start(place).await,
                    Happened::Heard(heard) => self.heard(heard).await,
                    Happened::Gone(exit) => self.gone(exit).await,
                    Happened::Wanted => self.close(ProcessEnd::Idle),
                },
                () = self.shared.over.cancelled(), if matches!(self.state, State::Asleep { .. } | State::Waiting { .. }) => {
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
        self.carry_out_forks().await;
        if let State::Ready { live, .. } = &self.state
            && (live.trust != self.shared.trust.revision(&live.workspace)
                || live.mcp != self.shared.mcp.revision()
                || !live.is_at_home(&self.shared.workspaces))
        {
            self.close(ProcessEnd::Idle);
        }
        while self.look && self.again.is_none() && matches!(self.state, State::Asleep { .. } | State::Ready { .. }) {
            if *self.shared.gate.borrow() == Gate::Closed {
                return;
            }
            if let Some(reason) = &self.closed {
                match self.give_up_queue(reason).await {
                    Ok(()) => self.look = false,
                    Err(NotNow) => self.later(),
                }
                return;
            }
            let message = match self.next_message().await {
                Ok(Some(message)) => message,
                Ok(None) => {
                    self.look = false;
                    if matches!(self.state, State::Ready { .. }) && self.is_archived().await {
                        self.close(ProcessEnd::Idle);
                    }
                    return;
                }
                Err(NotNow) => return self.later(),
            };
            match turn::admit(&self.shared.board.claude(), message.by.user) {
                Admission::Now => {}
                Admission::Later => return,
                Admission::Never(detail) => {
                    if self.refuse(&message, TurnError::AuthenticationFailed, detail).await.is_err() {
                        return self.later();
                    }
                    continue;
                }
            }
            if let State::Ready { live, .. } = &self.state
                && (live.stale || live.sign_in != self.shared.account.sign_ins())
            {
                self.closing(ProcessEnd::SignedOut, false, true);
                return;
            }
            match std::mem::replace(&mut self.state, State::waiting()) {
                State::Ready { live, .. } => self.begin(live, message).await,
                // A process is needed first; then the message is taken again.
                _ => return,
            }
        }
    }

    async fn begin(&mut self, mut live: Box<Live>, message: Message) {
        let model = self.model().await;
        let Ok(pictures) = self.pictures(&message).await else {
            self.state = State::ready(live);
            return self.later();
        };
        let Ok(settled) = self.settle(&mut live).await else {
            self.state = State::ready(live);
            return self.later();
        };
        let started = Event::TurnStarted { turn: message.turn, model };
        if self.write(settled.into_iter().chain([started]).collect()).await.is_err() {
            self.state = State::ready(live);
            return self.later();
        }
        live.translator.begin(message.turn);
        live.say(outgoing::message(message.turn.as_uuid(), &mention::silence(&message.text), &pictures)).await;
        let turn = Turn::new(message.turn, self.shared.account.credentials(), &self.shared.board);
        self.in_vain = false;
        self.state = State::Turn { live, turn: Box::new(turn) };
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
                self.spare = None;
                self.state = State::asleep();
                self.refuse_head(detail).await;
            }
        }
    }

    /// A process for this session and what its workspace tells the model, or why there is none.
    async fn spawn(&self, place: Place) -> Result<(Live, Option<String>), String> {
        let shared = &self.shared;
        let Settings { workspace, owner, model, mode: wanted } = self.settings().await?;
        let name = workspace.parse().map_err(|_| "the workspace's name is none".to_owned())?;
        // The mark first: one that changes meanwhile shows as another.
        let trust = shared.trust.revision(&workspace);
        let (cwd, directory) =
            shared.workspaces.identify(&name).map_err(|error| format!("the workspace cannot be used: {error}"))?;
        let trusted = shared.trust.of(&name, &directory).is_some();
        let mcp = shared.mcp.revision();
        let servers = shared.mcp.configuration(&workspace);
        let (id, claude_dir) = (self.id, shared.claude_dir.clone());
        let folder = cwd.clone();
        // In a trusted workspace the CLI reads them itself.
        let read = move || if trusted { None } else { instructions::read(&folder) };
        let looked = move || transcript::prepare(&claude_dir, id).map(|resumed| (resumed, read()));
        let looked = tokio::task::spawn_blocking(looked).await.map_err(std::io::Error::other).and_then(|looked| looked);
        let handover = self.hand_over(servers).await?;
        let signature = Arc::new(Signature::new(shared.launcher.git()));
        if let Some(owner) = owner {
            sign(&signature, owner).await;
        }
        let (resumed, instructions) =
            looked.map_err(|error| format!("the CLI's transcript cannot be looked at: {error}"))?;
        let mode = if resumed { after_resume(wanted) } else { wanted };
        let chat = Chat {
            cwd: &cwd,
            conversation: if resumed { Conversation::Resume(id) } else { Conversation::New(id) },
            model: model.as_deref(),
            mode,
            trusted,
            mcp: handover.as_ref().map(Handover::path),
            signature: Some(signature.path()),
        };
        let sign_in = shared.account.sign_ins();
        let process = shared.launcher.chat(&chat).await.map_err(|error| error.to_string())?;
        if mode != wanted {
            // It is so whether or not it can be told.
            let _ = self.write(vec![Event::PermissionModeChanged { mode, by: None }]).await;
        }
        let translator = Translator::new(shared.guard.clone(), mode);
        let born = Born { resumed, workspace, directory, signature, trust, mcp, handover, sign_in };
        Ok((Live::new(process, translator, born, place), instructions))
    }

    async fn settings(&self) -> Result<Settings, String> {
        if let Some(spare) = &self.spare {
            let (workspace, mode) = (spare.workspace.clone(), PermissionMode::Default);
            return Ok(Settings { workspace, owner: None, model: None, mode });
        }
        let session = self.shared.journal.session(self.id).await.map_err(|error| error.to_string())?;
        let session = session.ok_or_else(|| "there is no such session".to_owned())?;
        if session.closed_at.is_some() {
            // A message that could not be given up when it was closed.
            return Err("the session is closed".to_owned());
        }
        let (owner, mode) = (Some(session.created_by.user), session.permission_mode);
        Ok(Settings { workspace: session.workspace, owner, model: session.model, mode })
    }

    /// Writes down which MCP servers the process is given.
    async fn hand_over(&self, servers: Option<Value>) -> Result<Option<Handover>, String> {
        let Some(servers) = servers else { return Ok(None) };
        let folder = self.shared.mcp_dir.clone();
        let written = tokio::task::spawn_blocking(move || Handover::write(&folder, &servers)).await;
        let written = written.map_err(|error| error.to_string())?;
        written.map(Some).map_err(|error| format!("the MCP servers cannot be handed over: {error}"))
    }

    /// Lets the process end by itself, for want of work.
    pub(super) fn close(&mut self, reason: ProcessEnd) {
        self.closing(reason, false, false);
    }

    /// Ends the process, if there is one. `now`: without waiting for it to end by itself.
    pub(super) fn closing(&mut self, reason: ProcessEnd, turn: bool, now: bool) {
        self.drop_bypass(BypassEnd::ProcessEnded);
        let mut live = match std::mem::replace(&mut self.state, State::asleep()) {
            State::Starting { live, .. } | State::Ready { live, .. } | State::Turn { live, .. } => live,
            other @ (State::Asleep { .. } | State::Waiting { .. } | State::Closing(_)) => {
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
        // A turn whose end could not be written is found and ended now.
        self.look = true;
        if let State::Closing(closing) = state {
            let reason = match closing.reason {
                // 128 and the signal's number; none when the supervisor itself was killed.
                ProcessEnd::Exited if exit.code.is_none_or(|code| code > 128) => ProcessEnd::Killed,
                reason => reason,
            };
            tracing::info!(?reason, exit = exit.code, "the CLI's process has ended");
            if self.spare.take().is_none() {
                // The next start of a process tells as much.
                let _ = self.write(vec![Event::ProcessEnded { reason, exit_code: exit.code }]).await;
            }
            for reply in closing.replies {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(super::Ended { turn: closing.turn, process: true });
            }
        }
    }

    /// Something took its time. Returns whether the task has nothing left to do.
    async fn due(&mut self) -> bool {
        if self.again.is_some_and(|again| again <= Instant::now()) {
            self.again = None;
            return false;
        }
        if self.bypass.as_ref().is_some_and(|bypass| bypass.until() <= Instant::now()) {
            self.drop_bypass(BypassEnd::Lapsed);
            return false;
        }
        match &mut self.state {
            State::Asleep { since } => {
                *since = Instant::now();
                // With a message that waits it stays, and looks again. While the gate is closed there is nothing to look
                // for: whoever opens it wakes those with work left.
                let idle = !self.look || *self.shared.gate.borrow() == Gate::Closed;
                return idle && self.bypass.is_none();
            }
            State::Waiting { .. } => {}
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

    /// Whether nothing more is to come.
    async fn is_archived(&self) -> bool {
        let session = self.shared.journal.session(self.id).await;
        // One that cannot be read now is ended when it has been idle for long enough.
        session.is_ok_and(|session| session.is_some_and(|session| session.archived_at.is_some()))
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

/// Tells git whose commits a process makes. Where that fails they are made as git's own configuration says.
pub(super) async fn sign(signature: &Arc<Signature>, owner: UserId) {
    let signature = Arc::clone(signature);
    let signed = tokio::task::spawn_blocking(move || signature.belongs_to(owner).map_err(|error| error.to_string()));
    if let Err(error) = signed.await.unwrap_or_else(|error| Err(error.to_string())) {
        tracing::error!(error, "git cannot be told whose commits a session makes");
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
