//! The genuine Claude CLI on this Core: its sign-in, its processes, its conversations.
//!
//! ```text
//!  api ─► Claude ─┬─ sign_in · sign_out ─┐
//!                 ├─ session (one task each) ─► stream ─► guard ─► journal
//!                 ├─ credentials (watch, refresh)        │
//!                 └─ state (report) ◄────────────────────┘
//!                              all processes ─► process ─► supervise
//! ```

mod account;
mod admission;
pub mod api_key;
pub mod commands;
mod credentials;
mod deny;
mod end;
mod entrust;
mod hands;
pub mod image;
mod instructions;
mod keep;
mod lifetime;
mod limits;
pub mod mcp;
mod mention;
pub mod model;
mod offers;
mod owner;
pub mod process;
mod prune;
mod recovery;
pub mod session;
pub mod settings;
pub mod sign_in;
mod sign_out;
mod state;
pub mod stream;
pub mod trust;

use crate::config::Config;
use crate::git::Signature;
use crate::guard::{Guard, Source};
use crate::journal::{self, Acceptance, Answer, Decided, Journal, JournalError, NewMessage, NewSession, Room};
use crate::supervise::Supervisor;
use crate::workspace::{WorkspaceError, Workspaces};
use account::Account;
use admission::Admission;
use commands::Commands;
use credentials::{Refresher, Watcher};
use hands::Hands;
use keep::Keeper;
use mcp::{McpError, McpServers, Starter};
use model::{ModelError, Models};
use process::{Launcher, ProcessError};
use protocol::claude::{ClaudeState, CoreReport, Method, State};
use protocol::event::{Actor, PermissionMode};
use protocol::ids::{SessionId, SignInId, UserId};
use prune::Pruner;
use recovery::Recovery;
use session::{AnswerFault, ControlError, Gate, Places, SessionError, Sessions, Shared, Spares};
use settings::{Settings, SettingsError};
use sign_in::{AccountKind, Begun, SignInError, SignIns};
use state::{Board, Change};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use trust::{Trust, TrustError};

/// A slow CLI does not keep the agent from starting; what it says is then learnt later.
const FIRST_CHECK: Duration = Duration::from_secs(15);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

#[derive(Debug, thiserror::Error)]
pub enum ClaudeError {
    #[error("the Core is not signed in to Claude")]
    NotSignedIn,
    #[error("the Core uses an API key")]
    ApiKeyConfigured,
    #[error("there is no such session")]
    UnknownSession,
    #[error("the session is closed")]
    SessionClosed,
    #[error("the Core is signing out or ending")]
    Closed,
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the CLI does not say what it offers: {0}")]
    Cli(#[from] ProcessError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("too many requests wait for this session")]
    Busy,
    #[error("the session's task has ended")]
    SessionGone,
    #[error("the session has a turn in progress or messages that wait")]
    SessionBusy,
    #[error("there is no room for anything new: {0:?}")]
    NoRoom(Room),
    #[error("the CLI's transcript cannot be copied or removed: {0}")]
    Transcript(#[source] std::io::Error),
    #[error(transparent)]
    Answer(#[from] AnswerFault),
    #[error("this Core lets no session run without asking")]
    BypassDisabled,
    #[error("a session runs without asking for 1 to {0} seconds")]
    BypassLength(u64),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Mcp(#[from] McpError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error("the owner's file cannot be removed: {0}")]
    Owner(#[source] std::io::Error),
}

impl From<SessionError> for ClaudeError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Busy => Self::Busy,
            SessionError::Gone => Self::SessionGone,
            SessionError::Answer(fault) => Self::Answer(fault),
            SessionError::Journal(error) => Self::Journal(error),
            SessionError::Transcript(error) => Self::Transcript(error),
        }
    }
}

/// Messages that were taken up while it was not known whose the sign-in is go on as soon as it is.
async fn wake_when_confirmed(mut reports: watch::Receiver<CoreReport>, sessions: Sessions) {
    // The board lives as long as the sessions do, which hold it.
    while reports.wait_for(|report| report.claude.is_unconfirmed()).await.is_ok()
        && reports.wait_for(|report| !report.claude.is_unconfirmed()).await.is_ok()
    {
        sessions.wake_all();
    }
}

/// Everything Claude on this Core.
#[derive(Debug)]
pub struct Claude {
    settings: Arc<Settings>,
    journal: Journal,
    board: Board,
    guard: Guard,
    hands: Hands,
    models: Models,
    commands: Commands,
    workspaces: Workspaces,
    trust: Arc<Trust>,
    mcp: Arc<McpServers>,
    launcher: Launcher,
    watcher: Watcher,
    account: Arc<Account>,
    keeper: Arc<Keeper>,
    sign_ins: SignIns,
    sessions: Sessions,
    pruner: Arc<Pruner>,
    spares: Arc<Spares>,
    tasks: TaskTracker,
    gate: watch::Sender<Gate>,
    /// Held by whoever signs out or ends everything: one at a time.
    ending: tokio::sync::Mutex<()>,
    /// The agent stops: the gate does not open again.
    over: CancellationToken,
    /// The Core is revoked: the gate opens again when it is restored.
    revoked: AtomicBool,
    /// Held while a revocation, or its end, is carried out: in the order in which they came.
    admission: tokio::sync::Mutex<Admission>,
    recovery: std::sync::Mutex<Recovery>,
}

impl Claude {
    /// What masks credentials in whatever leaves this Core.
    /// Who can type into this Core's terminals.
    pub fn hands(&self) -> &Hands {
        &self.hands
    }

    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Reads the sign-in as it is and recovers the sessions that an earlier agent left. Their messages wait until the
    /// gateway has admitted this one ([`Claude::admitted`]): the Core may have been revoked while no agent ran.
    pub async fn start(
        config: &Config,
        journal: Journal,
        workspaces: Workspaces,
        supervisor: Supervisor,
        tasks: &TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Arc<Self>, StartError> {
        let settings = Arc::new(Settings::new(config)?);
        let (guard, board, models) = (Guard::new(), Board::new(), Models::default());
        let hands = Hands::default();
        if let Some(key) = &settings.api_key {
            guard.set_live(Source::ApiKey, vec![key.clone()]);
            board.change(Change::KeyConfigured);
        }
        let starter = Starter::new(supervisor.clone(), settings.path());
        let launcher = Launcher::new(Arc::clone(&settings), supervisor);
        let watcher = Watcher::new(settings.credentials_file(), settings.console_key(), guard.clone());
        let account = Account::new(launcher.clone(), watcher.clone(), board.clone(), &settings, hands.clone());
        let account = Arc::new(account);
        account.show();
        match timeout(FIRST_CHECK, account.check()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the CLI could not be asked for its sign-in"),
            Err(_) => tracing::warn!("the CLI takes its time to say whether it is signed in"),
        }
        let commands = Commands::new(guard.clone());
        let trust = Arc::new(Trust::open(settings.trust_file()));
        let mcp = Arc::new(McpServers::open(settings.mcp_file(), guard.clone(), starter));
        mcp::clear(&settings.mcp_dir());
        Signature::clear(&settings.git);
        let (gate, gate_seen) = watch::channel(Gate::Open);
        let over = shutdown.child_token();
        let shared = Shared {
            launcher: launcher.clone(),
            journal: journal.clone(),
            workspaces: workspaces.clone(),
            board: board.clone(),
            account: Arc::clone(&account),
            guard: guard.clone(),
            models: models.clone(),
            commands: commands.clone(),
            trust: Arc::clone(&trust),
            mcp: Arc::clone(&mcp),
            mcp_dir: settings.mcp_dir(),
            places: Places::new(settings.max_processes),
            gate: gate_seen.clone(),
            over: over.clone(),
            claude_dir: settings.claude_dir(),
            idle_timeout: settings.idle_timeout,
        };
        let sessions = Sessions::new(Arc::new(shared), tasks.clone());
        let refresher = Refresher::new(launcher.clone(), watcher.clone(), &settings);
        let keeper = Arc::new(Keeper::new(refresher, board.clone(), gate_seen));
        let sign_ins = SignIns::new(launcher.clone(), Arc::clone(&account), tasks.clone(), settings.sign_in_timeout);
        tasks.spawn(over.clone().run_until_cancelled_owned({
            let (watcher, account) = (watcher.clone(), Arc::clone(&account));
            async move {
                tokio::join!(watcher.run(), account.run());
            }
        }));
        if settings.api_key.is_none() {
            tasks.spawn({
                let (keeper, over) = (Arc::clone(&keeper), over.clone());
                async move { keeper.run(over).await }
            });
        }
        tasks.spawn(over.clone().run_until_cancelled_owned(wake_when_confirmed(board.follow(), sessions.clone())));
        let recovery = Recovery::at_start(&journal, &gate).await?;
        let pruner = Arc::new(Pruner::new(journal.clone(), sessions.clone(), Arc::clone(&settings)));
        tasks.spawn(over.clone().run_until_cancelled_owned({
            let pruner = Arc::clone(&pruner);
            async move { pruner.run().await }
        }));
        let spares = Arc::new(Spares::new(settings.warm_spares));
        let claude = Arc::new(Self {
            settings,
            journal,
            board,
            guard,
            hands,
            models,
            commands,
            workspaces,
            trust,
            mcp,
            launcher,
            watcher,
            account,
            keeper,
            sign_ins,
            sessions,
            pruner,
            spares,
            tasks: tasks.clone(),
            gate,
            ending: tokio::sync::Mutex::default(),
            over,
            revoked: AtomicBool::new(false),
            admission: tokio::sync::Mutex::default(),
            recovery: recovery.into(),
        });
        claude.recover_in_time();
        Ok(claude)
    }

    /// The Core's state, followed as it changes.
    pub fn reports(&self) -> watch::Receiver<CoreReport> {
        self.board.follow()
    }

    pub fn state(&self) -> ClaudeState {
        self.board.claude()
    }

    /// Counts the changes of [`Self::state`].
    pub fn revision(&self) -> u64 {
        self.board.revision()
    }

    /// Begins a sign-in for this user. See [`sign_in`].
    pub async fn begin_sign_in(&self, by: UserId, kind: AccountKind) -> Result<Begun, SignInError> {
        if self.settings.api_key.is_some() {
            return Err(SignInError::ApiKeyConfigured);
        }
        if *self.gate.borrow() == Gate::Closed {
            return Err(SignInError::Closed);
        }
        let begun = self.sign_ins.begin(by, kind).await?;
        // The gate may have closed while the CLI started: whoever closed it has not seen this one.
        if *self.gate.borrow() == Gate::Closed {
            self.sign_ins.end().await;
            return Err(SignInError::Closed);
        }
        Ok(begun)
    }

    /// Hands in the code of a sign-in that this user began.
    pub async fn submit_code(&self, id: SignInId, by: UserId, code: &str) -> Result<ClaudeState, SignInError> {
        self.sign_ins.submit(id, by, code).await
    }

    pub async fn cancel_sign_in(&self, id: SignInId, by: UserId) -> Result<(), SignInError> {
        self.sign_ins.cancel(id, by).await
    }

    /// Returns the session's id, which is the given one or that of a spare.
    pub async fn create_session(self: &Arc<Self>, new: NewSession) -> Result<SessionId, ClaudeError> {
        let claude = Arc::clone(self);
        // A spare that was taken must not be forgotten because whoever asked has gone.
        self.to_its_end(async move { claude.make_session(new).await }).await
    }

    async fn make_session(self: &Arc<Self>, mut new: NewSession) -> Result<SessionId, ClaudeError> {
        self.launcher.check_age().map_err(ProcessError::from)?;
        if let Some(model) = &new.model {
            self.check_model(model).await?;
        }
        self.has_room().await?;
        // A spare's process waits under this id.
        new.id = self.spares.take(&new.workspace).unwrap_or(new.id);
        let (id, workspace) = (new.id, new.workspace.clone());
        new.title = new.title.map(|title| self.guard.mask(title));
        if let Err(error) = self.journal.create_session(new).await {
            // Nobody else would take it.
            self.sessions.discard(id);
            return Err(error.into());
        }
        let (spares, sessions) = (Arc::clone(&self.spares), self.sessions.clone());
        self.tasks.spawn_blocking(move || spares.renew(&workspace, &sessions));
        Ok(id)
    }

    /// Accepts a message, durably, and lets the session take it when its turn comes.
    pub async fn send(self: &Arc<Self>, message: NewMessage) -> Result<Acceptance, ClaudeError> {
        let claude = Arc::clone(self);
        self.to_its_end(async move { claude.accept(message).await }).await
    }

    async fn accept(&self, mut message: NewMessage) -> Result<Acceptance, ClaudeError> {
        if let Err(refusal) = self.takes_messages() {
            // A retry is told its turn, whatever has become of the sign-in since.
            return self.journal.accepted(&message).await?.ok_or(refusal);
        }
        if let Err(refusal) = self.has_room().await {
            return self.journal.accepted(&message).await?.ok_or(refusal);
        }
        let session = message.session;
        message.text = self.guard.mask(message.text);
        let acceptance = self.journal.accept_message(message).await?;
        match acceptance {
            Acceptance::New { .. } | Acceptance::Retried { .. } => self.sessions.wake(session),
            Acceptance::KeyReused
            | Acceptance::QueueFull
            | Acceptance::ImagesFull
            | Acceptance::Closed
            | Acceptance::Archived => {}
        }
        Ok(acceptance)
    }

    /// Whether a message that is accepted now will be taken.
    fn takes_messages(&self) -> Result<(), ClaudeError> {
        self.launcher.check_age().map_err(ProcessError::from)?;
        if self.recovery().is_due() {
            return Err(ClaudeError::NoRoom(Room::DiskLow));
        }
        let claude = self.board.claude();
        if claude.method == Method::None || claude.state == State::SignedOut {
            return Err(ClaudeError::NotSignedIn);
        }
        // What is accepted at the moment in which it closes is found in the journal when it opens.
        if *self.gate.borrow() == Gate::Closed { Err(ClaudeError::Closed) } else { Ok(()) }
    }

    /// Carries out what must not stop halfway: a client that goes away takes its request's future with it.
    async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ClaudeError>> + Send + 'static,
    ) -> Result<T, ClaudeError> {
        self.tasks.spawn(work).await.map_err(|_| ClaudeError::SessionGone)?
    }

    /// Interrupts the turn in progress. Says whether there was one.
    pub async fn interrupt(&self, session: SessionId, by: Actor) -> Result<bool, ClaudeError> {
        self.open_session(session).await?;
        Ok(self.sessions.interrupt(session, by).await?)
    }

    /// Answers an approval; the first answer wins.
    pub async fn answer(&self, session: SessionId, mut answer: Answer) -> Result<Decided, ClaudeError> {
        answer.message = answer.message.map(|message| self.guard.mask(message));
        answer.terms.answers = answer.terms.answers.map(|answers| self.guard.mask_members(answers));
        answer.terms.input = answer.terms.input.map(|input| self.guard.mask_members(input));
        self.known(session).await?;
        Ok(self.sessions.answer(session, answer).await?)
    }

    pub async fn set_model(self: &Arc<Self>, session: SessionId, model: String, by: Actor) -> Result<(), ClaudeError> {
        self.open_session(session).await?;
        self.check_model(&model).await?;
        Ok(self.sessions.set_model(session, model, by).await?)
    }

    pub async fn set_mode(&self, session: SessionId, mode: PermissionMode, by: Actor) -> Result<(), ClaudeError> {
        self.open_session(session).await?;
        Ok(self.sessions.set_mode(session, mode, by).await?)
    }

    /// That the session is there and takes requests.
    async fn open_session(&self, session: SessionId) -> Result<(), ClaudeError> {
        if self.known(session).await?.closed_at.is_some() { Err(ClaudeError::SessionClosed) } else { Ok(()) }
    }

    async fn known(&self, session: SessionId) -> Result<journal::Session, ClaudeError> {
        self.journal.session(session).await?.ok_or(ClaudeError::UnknownSession)
    }
}
