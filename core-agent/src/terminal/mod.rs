//! Terminals: PTYs on this Core that outlive whoever looks at them, and the agent itself.
//!
//! Each is owned by a [keeper], a process of its own. This is the agent's side: which terminals there are, and
//! the way to one of them.

mod cli;
mod courtesy;
mod entry;
mod folder;
pub mod keeper;
mod keepers;
mod left_behind;
mod login;
mod recording;
mod recordings;
mod reply;
mod screen;
mod scrollback;
mod size;
mod spec;
mod start;
mod values;
mod way;
mod wire;

pub use entry::Terminal;
pub use recordings::{Recorded, Recordings};
pub use size::{NoSize, Size};
pub use way::{Attachment, Output, Said, Typing};
pub use wire::{Exited, Replay};

use crate::config::{Config, RecordingPolicy, TerminalConfig};
use crate::git::GitFolder;
use crate::guard::Guard;
use crate::installation::Installation;
use crate::workspace::{WorkspaceError, WorkspaceName, Workspaces};
use courtesy::Typists;
use keepers::Keepers;
use protocol::event::Actor;
use protocol::ids::{CoreId, TerminalId};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a keeper may take to end a terminal, beyond what its programs get. After that it is killed.
const END: Duration = Duration::from_secs(15);
const HURRIED_END: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    #[error("there is no such terminal")]
    Unknown,
    #[error("this Core has as many terminals as it takes ({0})")]
    TooMany(u32),
    #[error("you have as many terminals on this Core as one person may have ({0})")]
    TooManyOfOne(u32),
    #[error("as many clients are at terminals of this Core as it takes ({0})")]
    TooManyClients(u32),
    #[error("a name is 1 to 64 characters of text")]
    Name,
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error("a terminal cannot be started: {0}")]
    Start(String),
    #[error("the terminal cannot be reached: {0}")]
    Reach(#[from] io::Error),
    /// The Core was revoked, or the agent ends.
    #[error("no terminals are opened now")]
    Closed,
}

/// A terminal to be made.
#[derive(Clone, Debug)]
pub struct NewTerminal {
    pub name: Option<String>,
    /// None: in the home.
    pub workspace: Option<WorkspaceName>,
    pub size: Size,
    pub by: Actor,
}

#[derive(Debug)]
pub struct Terminals {
    config: TerminalConfig,
    core: CoreId,
    home: PathBuf,
    /// What a shell inherits of the agent's environment.
    passed: Vec<(String, String)>,
    /// Where the CLI and the agent are, so that a person finds them too.
    tools: Vec<PathBuf>,
    /// What git is told of this Core, and of who commits.
    git: GitFolder,
    /// The CLI, as it is configured.
    cli: PathBuf,
    /// Where the agent installs it.
    cli_versions: PathBuf,
    /// The agent's configuration, for its own commands.
    config_file: Option<PathBuf>,
    workspaces: Workspaces,
    recordings: Recordings,
    /// Which program keeps terminals.
    program: PathBuf,
    keepers: Keepers,
    /// For clients.
    places: Arc<Semaphore>,
    typists: Arc<Typists>,
}

impl Terminals {
    /// Finds the terminals that an earlier agent has left.
    pub async fn start(
        config: &Config,
        core: CoreId,
        workspaces: Workspaces,
        guard: Guard,
        program: PathBuf,
        tasks: TaskTracker,
    ) -> io::Result<Self> {
        let folder = config.state_dir.join("terminals");
        crate::private_files::ensure_folder(&folder).map_err(io::Error::other)?;
        let home = config.claude.home.clone().ok_or(io::ErrorKind::NotFound)?;
        let terminals = Self {
            config: config.terminals.clone(),
            core,
            recordings: Recordings::new(config.state_dir.join("recordings"), config.terminals.recordings_size),
            home,
            tools: [Some(config.claude.command.as_path()), std::env::current_exe().ok().as_deref()]
                .into_iter()
                .filter_map(|program| program?.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned))
                .collect(),
            git: GitFolder::at(&config.state_dir),
            cli: config.claude.command.clone(),
            cli_versions: Installation::new(&config.state_dir).versions(),
            config_file: config.file.clone(),
            passed: config.claude.inherited(),
            workspaces,
            program,
            keepers: Keepers {
                folder,
                entries: Arc::default(),
                guard,
                open: Arc::new(AtomicBool::new(true)),
                left: CancellationToken::new(),
                tasks,
            },
            places: Arc::new(Semaphore::new(config.terminals.max_clients as usize)),
            typists: Arc::default(),
        };
        terminals.keepers.find_all().await?;
        Ok(terminals)
    }

    pub fn list(&self) -> Vec<Terminal> {
        self.keepers.entries.all()
    }

    pub fn find(&self, id: TerminalId) -> Result<Terminal, TerminalError> {
        self.keepers.entries.get(id).ok_or(TerminalError::Unknown)
    }

    pub async fn create(&self, new: NewTerminal) -> Result<Terminal, TerminalError> {
        check_name(new.name.as_deref())?;
        if !self.keepers.open.load(Ordering::SeqCst) {
            return Err(TerminalError::Closed);
        }
        let id = TerminalId::new();
        // Taken until the terminal has an entry of its own: two that are made at once count as two.
        let place = self.keepers.entries.reserve(&self.config, new.by.user)?;
        for ended in self.keepers.entries.surplus(&self.config) {
            // It may have gone by itself meanwhile.
            drop(self.keepers.entries.order(ended, wire::Order::Close { hurried: true }).await);
        }
        let workspace = new.workspace.clone();
        let cwd = match new.workspace {
            Some(name) => {
                let workspaces = self.workspaces.clone();
                let resolved = tokio::task::spawn_blocking(move || workspaces.resolve(&name)).await;
                resolved.map_err(io::Error::other)??
            }
            None => self.home.clone(),
        };
        let recording = match self.config.recording {
            RecordingPolicy::Off => None,
            RecordingPolicy::On => Some(self.record(id).await?),
        };
        let login = login::look_up(&self.config.shell, &self.home);
        let created_by = new.by.user;
        let about = spec::About {
            id,
            name: new.name,
            workspace: workspace.map(|name| name.to_string()),
            recorded: recording.is_some(),
            created_by: new.by,
            created_at: time::OffsetDateTime::now_utc(),
        };
        let spec = spec::Spec {
            env: login.environment(&self.passed, self.core, self.config_file.as_deref(), &about, &self.git),
            arguments: login::arguments(&login.shell, &self.tools),
            shell: login.shell,
            about,
            recording,
            folder: self.keepers.folder.clone(),
            cwd,
            size: new.size,
            scrollback: self.config.scrollback as usize,
            detached_for: self.config.detached_timeout,
            orphaned_for: self.config.orphaned_timeout,
            mask: values::Values(self.keepers.guard.values()),
        };
        let started = async {
            start::keeper(&self.program, &spec).await?;
            Ok(self.keepers.follow(id).await?)
        };
        if let Err(error) = started.await {
            // Nobody would know of what there is of it.
            self.keepers.end_unheard(id).await;
            return Err(error);
        }
        tracing::info!(terminal = %id, user = %created_by, "a terminal was opened");
        drop(place);
        // Whoever closes them all looks at the list after shutting the door: one of the two sees the other.
        if !self.keepers.open.load(Ordering::SeqCst) {
            self.close(id).await?;
            return Err(TerminalError::Closed);
        }
        self.find(id)
    }

    pub const fn recordings(&self) -> &Recordings {
        &self.recordings
    }

    /// Where a new terminal's recording goes.
    async fn record(&self, id: TerminalId) -> Result<PathBuf, TerminalError> {
        let (recordings, entries) = (self.recordings.clone(), Arc::clone(&self.keepers.entries));
        let path = recordings.path(id);
        let made = tokio::task::spawn_blocking(move || recordings.make_room(|id| entries.get(id).is_some()));
        made.await
            .map_err(io::Error::other)?
            .map_err(|error| TerminalError::Start(format!("its recording has no place: {error}")))?;
        Ok(path)
    }

    pub async fn rename(&self, id: TerminalId, name: String) -> Result<Terminal, TerminalError> {
        check_name(Some(&name))?;
        self.keepers.entries.order(id, wire::Order::Rename { name: name.clone() }).await?;
        self.keepers.entries.wait(id, |terminal| terminal.name.as_deref() == Some(&name)).await?;
        self.find(id)
    }

    /// Ends a terminal and all that runs in it, and returns when it is gone.
    pub async fn close(&self, id: TerminalId) -> Result<(), TerminalError> {
        self.end(id, false).await
    }

    async fn end(&self, id: TerminalId, hurried: bool) -> Result<(), TerminalError> {
        self.find(id)?;
        let entries = &self.keepers.entries;
        let patience = if hurried { HURRIED_END } else { END };
        let asked = async {
            entries.order(id, wire::Order::Close { hurried }).await?;
            entries.gone(id).await;
            Ok(())
        };
        if let Ok(ended) = timeout(patience, asked).await {
            return ended;
        }
        tracing::warn!(terminal = %id, "a keeper does not end its terminal: it is killed");
        entries.kill(id);
        timeout(END, entries.gone(id)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut).into())
    }

    /// Ends what people have started of the CLI in terminals, which go on. Returns how many processes there were.
    pub async fn end_clis(&self) -> usize {
        let path = self.passed.iter().find(|(name, _)| name == "PATH").map_or("", |(_, path)| path);
        cli::end_all(cli::Cli::find(&self.cli, path, &self.cli_versions), self.core).await
    }

    /// Lets go of those that are left: they go on, and the next agent finds them.
    pub fn leave(&self) {
        self.keepers.left.cancel();
    }

    /// Terminals may be opened again.
    pub fn reopen(&self) {
        self.keepers.open.store(true, Ordering::SeqCst);
    }

    /// Ends all of them, and lets none be opened until [`reopen`](Self::reopen). Returns how many have ended.
    pub async fn close_all(&self, hurried: bool) -> u32 {
        self.keepers.open.store(false, Ordering::SeqCst);
        let ended = futures::future::join_all(self.list().into_iter().map(async |terminal| {
            let ended = self.end(terminal.id, hurried).await;
            ended
                .inspect_err(|error| tracing::error!(terminal = %terminal.id, %error, "a terminal could not be ended"))
                .is_ok()
        }));
        let unheard = self.keepers.end_all_unheard();
        let (ended, unheard) = tokio::join!(ended, unheard);
        ended.into_iter().map(u32::from).sum::<u32>() + unheard
    }

    /// For a client.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, TerminalError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| TerminalError::TooManyClients(self.config.max_clients))
    }

    /// A client of a terminal, `writes` or only looks.
    pub async fn attach(
        &self,
        id: TerminalId,
        position: Option<u64>,
        size: Option<Size>,
        writes: bool,
    ) -> Result<(Attachment, Said, Typing), TerminalError> {
        self.find(id)?;
        let wanted = wire::Attach { position, size, writes };
        way::attach(&self.keepers.folder, id, wanted, &self.typists, self.config.shared_output_rate).await
    }
}

fn check_name(name: Option<&str>) -> Result<(), TerminalError> {
    let is_text = |name: &str| {
        (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control) && !name.trim().is_empty()
    };
    if name.is_none_or(is_text) { Ok(()) } else { Err(TerminalError::Name) }
}
