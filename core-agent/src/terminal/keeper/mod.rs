//! A terminal's keeper: `core-agent keep-terminal`, one small process for each terminal.
//!
//! ```text
//!  agent ──socket──► keeper ──PTY──► login shell ─► whatever runs in it, setsid or not
//! ```
//!
//! It is a process of its own so that a terminal outlives the agent: killed, upgraded or restarted, the agent finds its
//! terminals again by their sockets. ONE task owns the PTY, what it has said, and the clients. When the shell ends, or
//! the terminal is closed, everything that runs in it ends too: the keeper is the subreaper of all of it.

mod client;
mod connection;
mod life;
mod pace;
mod shell;

use super::folder;
use super::recording::{self, Recording};
use super::reply::is_answer;
use super::screen::Screen;
use super::scrollback::Scrollback;
use super::size::Size;
use super::spec::{About, Spec};
use super::wire::{Exited, Frame, Order, State, Told};
use crate::guard::{Guard, Source, StreamGuard};
use crate::supervise::tree;
use client::{Client, Shown};
use connection::{Connection, ConnectionId, Heard, Inbox, Typed};
use life::{Absence, Act, HANG_UP, HURRIED, Life};
use rustix::process::{DumpableBehavior, Signal, WaitOptions};
use shell::Shell;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};
use zeroize::Zeroizing;

const LONGEST_SPEC: u64 = 1024 * 1024;
/// Connections at once: a bound for what clients can make this process hold. More than an agent has places for readers by
/// default, so that those who watch keep nobody out.
const MOST_CONNECTIONS: usize = 320;
const INBOX: usize = 64;
/// What is read from the PTY at once.
const PIECE: usize = 16 * 1024;
/// What clients may take for the last frames.
const FAREWELL: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the keeper cannot prepare itself: {0}")]
    Prepare(#[from] io::Error),
    #[error("no orders came")]
    Orders,
    #[error("the shell cannot be started: {0}")]
    Shell(#[source] io::Error),
    #[error("the recording cannot be begun: {0}")]
    Recording(#[source] io::Error),
    #[error("the terminal's socket cannot be made: {0}")]
    Socket(#[source] io::Error),
}

/// Keeps one terminal, as the first line of stdin says. Stdout says `ready`, or what is wrong.
pub fn run() -> ExitCode {
    match keep() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // The agent reads this; it may be gone.
            drop(writeln!(io::stdout(), "{fault}"));
            ExitCode::FAILURE
        }
    }
}

fn keep() -> Result<(), Fault> {
    // Fails only for a process that leads its session already, which is what is wanted.
    let _ = rustix::process::setsid();
    let prepare = |error: rustix::io::Errno| Fault::Prepare(error.into());
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(prepare)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(prepare)?;
    let mut line = Zeroizing::new(Vec::new());
    io::stdin().lock().take(LONGEST_SPEC).read_until(b'\n', &mut line)?;
    // The error is not repeated: it could quote the line.
    let spec: Spec = serde_json::from_slice(&line).map_err(|_| Fault::Orders)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let kept = runtime.block_on(async {
        let listener = folder::listen(&spec.folder, spec.about.id).map_err(Fault::Socket)?;
        // A task like those that read and write: to wake the one that a runtime blocks on costs a look at its driver.
        let kept = tokio::spawn(Keeper::start(spec)?.run(listener));
        kept.await.map_err(io::Error::other)?
    });
    runtime.shutdown_background();
    kept
}

struct Keeper {
    about: About,
    folder: std::path::PathBuf,
    /// Without a client, and without an agent.
    alone: Absence,
    orphaned: Absence,
    shell: Shell,
    life: Life,
    /// Whether the PTY may say more.
    speaks: bool,
    scrollback: Scrollback,
    recording: Option<Recording>,
    screen: Screen,
    guard: Guard,
    stream: StreamGuard,
    shown: Shown,
    exit: Option<Exited>,
    connections: BTreeMap<ConnectionId, Connection>,
    clients: BTreeMap<ConnectionId, Client>,
    /// The agent's own connections.
    followers: BTreeMap<ConnectionId, Option<State>>,
    /// Who typed last: its size counts, and its emulator answers.
    active: Option<ConnectionId>,
    typed: VecDeque<Typed>,
    next: u64,
    slowed_until: Option<Instant>,
}

impl Keeper {
    fn start(spec: Spec) -> Result<Self, Fault> {
        let recording = spec
            .recording
            .as_deref()
            .map(|path| Recording::begin(path, spec.size, spec.about.name.as_deref()).map_err(Fault::Recording));
        let recording = recording.transpose()?;
        let shell = Shell::start(&spec).map_err(Fault::Shell)?;
        let guard = Guard::new();
        guard.set_live(Source::Agent, spec.mask.0);
        let now = Instant::now();
        let mut keeper = Self {
            recording,
            shell,
            life: Life::begin(),
            speaks: true,
            scrollback: Scrollback::new(spec.scrollback),
            screen: Screen::new(spec.size),
            stream: guard.stream(),
            guard,
            shown: Shown { size: spec.size, title: None, exited: None },
            exit: None,
            connections: BTreeMap::new(),
            clients: BTreeMap::new(),
            followers: BTreeMap::new(),
            active: None,
            typed: VecDeque::new(),
            next: 0,
            alone: Absence::begin(now, spec.detached_for),
            orphaned: Absence::begin(now, spec.orphaned_for),
            slowed_until: None,
            about: spec.about,
            folder: spec.folder,
        };
        if keeper.recording.is_some() {
            keeper.record(recording::NOTICE);
        }
        Ok(keeper)
    }

    async fn run(mut self, listener: UnixListener) -> Result<(), Fault> {
        let mut children = signal(SignalKind::child())?;
        let mut terminated = signal(SignalKind::terminate())?;
        let mut hung_up = signal(SignalKind::hangup())?;
        let (inbox, mut heard) = mpsc::channel(INBOX);
        let room = Arc::new(Notify::new());
        let mut piece = vec![0; PIECE];
        // The agent waits for this line; it may be gone already, and find the terminal later.
        drop(writeln!(io::stdout(), "ready"));
        // A shell that has ended before signals were heard of.
        self.reap();
        while self.speaks || !self.life.is_past(Instant::now()) {
            self.conclude();
            self.serve();
            self.count_absences();
            let deadline = self.deadline();
            let (listens, writes) = (self.speaks && self.slowed_until.is_none(), self.typed.front());
            tokio::select! {
                biased;
                Some(()) = children.recv() => self.reap(),
                _ = terminated.recv() => self.close(HANG_UP),
                _ = hung_up.recv() => self.close(HANG_UP),
                Some((from, said)) = heard.recv() => self.hear(from, said),
                // Before what the terminal says: one that never stops must not put off its own end.
                () = sleep_until(deadline) => self.step(),
                () = room.notified() => {}
                written = write(&mut self.shell.input, writes) => self.took(&written),
                accepted = listener.accept(), if self.connections.len() < MOST_CONNECTIONS => {
                    // A client that is gone before it was accepted is nobody's loss.
                    if let Ok((stream, _)) = accepted {
                        self.accept(stream, inbox.clone(), Arc::clone(&room));
                    }
                }
                read = self.shell.output.read(&mut piece), if listens => match read {
                    Ok(count @ 1..) => self.say(&piece[..count]),
                    // The kernel's way to say that nobody has the terminal open any more is an error (EIO).
                    Ok(0) | Err(_) => self.speaks = false,
                },
            }
        }
        self.farewell().await;
        Ok(())
    }

    fn accept(&mut self, stream: tokio::net::UnixStream, inbox: Inbox, room: Arc<Notify>) {
        let id = ConnectionId(self.next);
        self.next += 1;
        self.connections.insert(id, Connection::begin(id, stream, inbox, room));
    }

    fn say(&mut self, bytes: &[u8]) {
        let said = self.stream.push(bytes);
        self.record(&said);
        self.slowed_until = self.pause().map(|pause| Instant::now() + pause);
    }

    fn pause(&self) -> Option<Duration> {
        // For those who use it: who only watches slows nobody down. One that pauses is to miss nothing that can be kept.
        let pacing = self.clients.values().filter(|client| client.paces(&self.scrollback));
        pace::pause(pacing.map(|client| client.behind(&self.scrollback)).min())
    }

    fn record(&mut self, said: &[u8]) {
        self.keep(said);
        self.note(|recording| recording.said(said));
    }

    /// Writes to the recording, if there is one. Whoever is there sees it when there is none any more.
    fn note(&mut self, what: impl FnOnce(&mut Recording) -> io::Result<()>) {
        if self.recording.as_mut().is_some_and(|recording| what(recording).is_err()) {
            self.recording = None;
            self.about.recorded = false;
            self.keep(recording::ENDED);
        }
    }

    fn keep(&mut self, said: &[u8]) {
        self.scrollback.push(said);
        if let Some(title) = self.screen.feed(said) {
            self.shown.title = Some(title);
        }
    }

    /// Hands everybody what they are owed.
    fn serve(&mut self) {
        let Self { clients, connections, shown, scrollback, screen, .. } = self;
        for (id, client) in clients {
            if let Some(connection) = connections.get(id) {
                client.serve(&connection.outgoing, shown, scrollback, || screen.restoring());
            }
        }
        // Whoever takes something shortens the wait.
        self.slowed_until =
            self.slowed_until.and_then(|until| self.pause().map(|pause| until.min(Instant::now() + pause)));
        let state = self.state();
        for (id, told) in &mut self.followers {
            if told.as_ref() != Some(&state)
                && let Some(connection) = self.connections.get(id)
                && connection.outgoing.try_send(Frame::Said(Told::State(state.clone()))).is_ok()
            {
                *told = Some(state.clone());
            }
        }
    }

    fn state(&self) -> State {
        let count = |writes| {
            let counted = self.clients.values().filter(|client| client.writes == writes).count();
            u32::try_from(counted).unwrap_or(u32::MAX)
        };
        State {
            about: self.about.clone(),
            size: self.shown.size,
            title: self.shown.title.clone(),
            writers: count(true),
            observers: count(false),
            exited: self.shown.exited,
        }
    }

    fn hear(&mut self, from: ConnectionId, heard: Heard) {
        match heard {
            Heard::Typed(typed) => self.type_in(from, typed),
            Heard::Order(order) => self.obey(from, order),
            Heard::Gone => {
                self.connections.remove(&from);
                self.clients.remove(&from);
                self.followers.remove(&from);
            }
        }
    }

    fn obey(&mut self, from: ConnectionId, order: Order) {
        match order {
            Order::Follow => {
                self.followers.insert(from, None);
            }
            Order::Attach(wanted) => {
                let (client, attached) =
                    Client::attach(&wanted, &self.shown, &self.scrollback, || self.screen.restoring());
                let Some(connection) = self.connections.get(&from) else { return };
                // The first frame of its connection: there is room.
                if connection.outgoing.try_send(Frame::Said(Told::Attached(attached))).is_ok() {
                    self.clients.insert(from, client);
                    if self.active.is_none_or(|active| !self.clients.contains_key(&active)) {
                        self.activate(from);
                    }
                }
            }
            Order::Ready => self.change(from, |client| client.ready = true),
            Order::Pause => self.change(from, |client| client.paused = true),
            Order::Resume => self.change(from, |client| client.paused = false),
            Order::Resize { size } => {
                self.change(from, |client| client.size = Some(size));
                self.activate(from);
            }
            Order::Rename { name } => self.about.name = Some(name),
            Order::Mask { values } => self.guard.set_live(Source::Agent, values.0),
            Order::Close { hurried } => self.close(if hurried { HURRIED } else { HANG_UP }),
        }
    }

    fn change(&mut self, id: ConnectionId, change: impl FnOnce(&mut Client)) {
        if let Some(client) = self.clients.get_mut(&id) {
            change(client);
        }
    }

    fn type_in(&mut self, from: ConnectionId, typed: Typed) {
        let may = self.clients.get(&from).is_some_and(|client| client.writes && client.ready);
        if !may || !self.life.is_running() {
            return;
        }
        if is_answer(&typed.bytes) {
            if self.active != Some(from) {
                return;
            }
        } else {
            self.activate(from);
        }
        self.typed.push_back(typed);
    }

    /// The size follows whoever writes.
    fn activate(&mut self, id: ConnectionId) {
        let Some(client) = self.clients.get(&id).filter(|client| client.writes) else { return };
        self.active = Some(id);
        if let Some(size) = client.size
            && size != self.shown.size
        {
            self.resize(size);
        }
    }

    fn resize(&mut self, size: Size) {
        // A PTY whose shell is gone has no size any more.
        if self.shell.resize(size).is_ok() {
            self.screen.resize(size);
            self.shown.size = size;
            self.note(|recording| recording.resized(size));
        }
    }

    fn took(&mut self, written: &io::Result<usize>) {
        match written {
            Ok(count) => {
                if let Some(front) = self.typed.front_mut() {
                    let _taken = front.bytes.split_to(*count);
                    if front.bytes.is_empty() {
                        self.typed.pop_front();
                    }
                }
            }
            // Nobody is there to read it.
            Err(_) => self.typed.clear(),
        }
    }

    /// `grace`: what its programs get to end by themselves.
    fn close(&mut self, grace: Duration) {
        let act = self.life.close(Instant::now(), grace);
        self.act(act);
    }

    fn act(&mut self, act: Option<Act>) {
        match act {
            Some(Act::HangUp) => {
                tree::signal_descendants(Signal::HUP);
                tree::signal_descendants(Signal::CONT);
            }
            Some(Act::Kill) => tree::signal_descendants(Signal::KILL),
            Some(Act::GiveUp) => self.speaks = false,
            None => {}
        }
    }

    /// Takes in every child that has ended, the shell among them and orphans that came to this process.
    fn reap(&mut self) {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.shell.pid => {
                    self.exit = Some(shell::exited(status));
                    let act = self.life.shell_ended(Instant::now());
                    self.act(act);
                }
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return,
                Err(_nobody) => return self.life.nobody_left(Instant::now()),
            }
        }
    }

    fn count_absences(&mut self) {
        let now = Instant::now();
        self.alone.goes_on(self.clients.is_empty(), now);
        self.orphaned.goes_on(self.followers.is_empty(), now);
    }

    /// When it has been alone for too long. One that ends is not closed again.
    fn forgotten_at(&self) -> Option<Instant> {
        let absences = [self.alone.too_long_at(), self.orphaned.too_long_at()];
        absences.into_iter().flatten().min().filter(|_| self.life.is_running())
    }

    /// When [`Self::step`] has something to do at the latest.
    fn deadline(&self) -> Instant {
        let far = Instant::now() + Duration::from_hours(1);
        let next = [self.life.deadline(), self.forgotten_at(), self.slowed_until];
        next.into_iter().flatten().fold(far, Instant::min)
    }

    /// Does what the time has come for.
    fn step(&mut self) {
        let now = Instant::now();
        self.slowed_until = self.slowed_until.filter(|until| *until > now);
        if self.forgotten_at().is_some_and(|forgotten| forgotten <= now) {
            self.close(HANG_UP);
        }
        let act = self.life.due(now);
        self.act(act);
        self.reap();
    }

    /// The end is told when nothing more can be said.
    fn conclude(&mut self) {
        if let (true, false, None) = (self.life.is_over(), self.speaks, self.shown.exited) {
            let held = self.stream.finish();
            self.record(&held);
            self.shown.exited = Some(self.exit.unwrap_or(Exited { code: None, signal: None }));
        }
    }

    async fn farewell(mut self) {
        self.conclude();
        self.serve();
        folder::remove(&self.folder, self.about.id);
        let writers = std::mem::take(&mut self.connections).into_values().map(|connection| connection.writer);
        let written = async {
            for writer in writers {
                // It fails only when it was cut off.
                drop(writer.await);
            }
        };
        // Whoever does not take the last frames in time does without them.
        drop(timeout(FAREWELL, written).await);
    }
}

/// Writes what was typed, if there is something.
async fn write(input: &mut pty_process::OwnedWritePty, typed: Option<&Typed>) -> io::Result<usize> {
    match typed {
        Some(typed) => input.write(&typed.bytes).await,
        None => std::future::pending().await,
    }
}
