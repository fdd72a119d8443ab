//! The supervisor: `core-agent supervise`.
//!
//! ```text
//!  Running ──stdin ends, agent dies, SIGTERM──► Ending ──grace over──► Terminating ──► Killing ──nobody left──► exit
//!     │           (holds while a refresh is in flight,   │                 │              ▲
//!     │            then closes the child's stdin)        │                 │              │
//!     └──────────────────────the child exits─────────────┴─────────────────┴──────────────┘
//! ```
//!
//! Where the end is hurried and held, everything that the child has started is killed meanwhile: only the child itself has
//! a refresh to finish.
//!
//! No parent-death signal is set on the child: it would end the CLI in the middle of a refresh. When the supervisor itself
//! is killed, the child's stdin closes, on which the CLI finishes and exits.

use super::refresh::{hold, observe};
use super::spec::Spec;
use super::{alone, relay, tree};
use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::{
    DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, WaitStatus, pidfd_open, pidfd_send_signal,
};
use secrecy::{ExposeSecret as _, SecretString};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use zeroize::Zeroizing;

const LONGEST_SPEC: u64 = 1024 * 1024;
const KEY_DESCRIPTOR: i32 = 3;
/// The variable that tells the CLI where its key is.
const KEY_VARIABLE: &str = "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR";
/// Between `SIGTERM` and `SIGKILL`.
const TERMINATION: Duration = Duration::from_secs(5);
/// The same where the end is hurried: a revoked Core's work stops within a second, on a busy machine too. Nothing is lost
/// that the agent has heard, and no refresh is in flight by then.
const HURRIED_TERMINATION: Duration = Duration::from_millis(400);
/// How long to go on killing before giving up on what cannot be killed.
const KILLING: Duration = Duration::from_secs(10);
/// How long the agent may take to read the last output.
const LAST_OUTPUT: Duration = Duration::from_secs(30);
/// While the child of a hurried end is held, what it started is killed after this: the agent's last word to the child, to
/// interrupt its turn, is to come first. A tool that dies before it only makes the CLI go on with the next step.
const WORD: Duration = Duration::from_millis(200);
/// How often to look at what tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(50);
const KILL_AGAIN: Duration = Duration::from_millis(5);

/// Exit codes of the supervisor's own, as shells use them.
const CANNOT_START: u8 = 127;
const BAD_ORDERS: u8 = 64;

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the supervisor cannot prepare itself: {0}")]
    Prepare(#[source] io::Error),
    #[error("no orders came: {0}")]
    Orders(String),
    #[error("another process of this conversation has not ended: {0}")]
    Alone(#[source] io::Error),
    #[error("the program cannot be started: {0}")]
    Start(#[source] io::Error),
}

pub(super) enum Event {
    /// The child's stdin, if the child still reads.
    StdinEnded(Option<ChildStdin>),
    LifelineGone,
    OutputEnded,
    EndNow,
    Exited(Pid, WaitStatus),
    /// No process is left beneath the supervisor.
    AllGone,
}

/// Supervises one child, as the first line of stdin says, and exits as the child did.
pub fn run() -> ExitCode {
    let code = supervise().unwrap_or_else(|fault| {
        complain(&fault.to_string());
        match fault {
            Fault::Prepare(_) | Fault::Orders(_) => BAD_ORDERS,
            Fault::Alone(_) | Fault::Start(_) => CANNOT_START,
        }
    });
    ExitCode::from(code)
}

/// The agent keeps the end of stderr for its log; it may be gone, too.
pub(super) fn complain(text: &str) {
    drop(writeln!(io::stderr(), "core-agent supervise: {text}"));
}

fn supervise() -> Result<u8, Fault> {
    // Fails only for a process that leads its session already, which is what is wanted.
    let _ = rustix::process::setsid();
    let prepare = |error: rustix::io::Errno| Fault::Prepare(error.into());
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(prepare)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(prepare)?;
    // Before the child is made: the descriptors that this takes keep `KEY_DESCRIPTOR` free of what starts it.
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(Fault::Prepare)?;
    let spec = read_spec()?;
    // Held to the end of this process.
    let _held = spec.alone.as_deref().map(alone::hold).transpose().map_err(Fault::Alone)?;
    let mut child = start(&spec).map_err(Fault::Start)?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let Some(pid) = pid else { return Err(Fault::Start(io::ErrorKind::InvalidData.into())) };
    // Before anybody waits for the child, so that the handle is its own.
    let handle = pidfd_open(pid, PidfdFlags::empty()).map_err(prepare)?;
    let (sender, events) = channel();
    watch(&mut child, signals, &sender);
    let mut supervision = Supervision {
        child: pid,
        handle,
        grace: spec.grace,
        refreshes_in: spec.refreshes_in,
        phase: Phase::Running,
        stdin: None,
        code: None,
        outputs: 2,
        alone: false,
    };
    supervision.run(&events);
    Ok(supervision.code.unwrap_or(1))
}

fn read_spec() -> Result<Spec, Fault> {
    let mut line = Zeroizing::new(Vec::new());
    let read = io::stdin().lock().take(LONGEST_SPEC).read_until(b'\n', &mut line);
    read.map_err(|error| Fault::Orders(error.to_string()))?;
    if line.last() != Some(&b'\n') {
        return Err(Fault::Orders("the agent ended first".to_owned()));
    }
    // The error is not repeated: it could quote the line.
    serde_json::from_slice(&line).map_err(|_| Fault::Orders("they cannot be understood".to_owned()))
}

fn start(spec: &Spec) -> io::Result<Child> {
    let [program, arguments @ ..] = spec.argv.as_slice() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(spec.env.iter().map(|(name, value)| (name, value)));
    command.current_dir(&spec.cwd).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(key) = &spec.api_key {
        command.env(KEY_VARIABLE, KEY_DESCRIPTOR.to_string());
        let mapping = FdMapping { parent_fd: key_pipe(key)?, child_fd: KEY_DESCRIPTOR };
        command.fd_mappings(vec![mapping]).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    }
    command.spawn()
}

/// A pipe that holds the key and nothing more. A key is far smaller than a pipe's buffer, so that writing never waits.
fn key_pipe(key: &SecretString) -> io::Result<OwnedFd> {
    if key.expose_secret().len() > 4096 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (read, mut write) = io::pipe()?;
    write.write_all(key.expose_secret().as_bytes())?;
    Ok(read.into())
}

/// Starts the threads that report what happens.
fn watch(child: &mut Child, mut signals: Signals, events: &Sender<Event>) {
    if let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        relay::stdin(stdin, events.clone());
        relay::output(stdout, io::stdout(), events.clone());
        relay::output(stderr, io::stderr(), events.clone());
    }
    relay::lifeline(events.clone());
    let sender = events.clone();
    thread::spawn(move || signals.forever().take_while(|_| sender.send(Event::EndNow).is_ok()).for_each(drop));
    let sender = events.clone();
    thread::spawn(move || {
        loop {
            match rustix::process::wait(WaitOptions::empty()) {
                Ok(Some((pid, status))) => drop(sender.send(Event::Exited(pid, status))),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
        drop(sender.send(Event::AllGone));
    });
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Running,
    /// Since when, and since when the child's stdin has been closed.
    Ending {
        since: Instant,
        closed: Option<Instant>,
        hurry: bool,
    },
    Terminating {
        since: Instant,
        patience: Duration,
    },
    Killing {
        since: Instant,
    },
    /// No process is left; the agent reads the last output.
    Draining {
        since: Instant,
    },
}

struct Supervision {
    child: Pid,
    handle: OwnedFd,
    grace: Duration,
    refreshes_in: Option<PathBuf>,
    phase: Phase,
    stdin: Option<ChildStdin>,
    code: Option<u8>,
    /// Relays that still move output.
    outputs: u8,
    alone: bool,
}

impl Supervision {
    fn run(&mut self, events: &Receiver<Event>) {
        loop {
            let event = match self.patience() {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(patience) => events.recv_timeout(patience),
            };
            match event {
                Ok(event) => self.hear(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.step();
            if self.alone && self.outputs == 0 {
                return;
            }
            if let Phase::Draining { since } = self.phase
                && since.elapsed() >= LAST_OUTPUT
            {
                return;
            }
        }
    }

    const fn patience(&self) -> Option<Duration> {
        match self.phase {
            Phase::Running => None,
            Phase::Ending { .. } | Phase::Terminating { .. } | Phase::Draining { .. } => Some(LOOK),
            Phase::Killing { .. } => Some(KILL_AGAIN),
        }
    }

    fn hear(&mut self, event: Event) {
        let now = Instant::now();
        match event {
            Event::StdinEnded(stdin) => {
                self.stdin = stdin;
                self.begin_to_end(now, false);
            }
            Event::LifelineGone => self.begin_to_end(now, false),
            Event::EndNow => self.begin_to_end(now, true),
            Event::OutputEnded => self.outputs -= 1,
            Event::Exited(pid, status) if pid == self.child => {
                self.code = Some(code(status));
                self.phase = Phase::Killing { since: now };
            }
            Event::Exited(..) => {}
            Event::AllGone => {
                self.alone = true;
                self.phase = Phase::Draining { since: now };
            }
        }
    }

    fn begin_to_end(&mut self, now: Instant, hurried: bool) {
        match &mut self.phase {
            Phase::Running => self.phase = Phase::Ending { since: now, closed: None, hurry: hurried },
            Phase::Ending { hurry, .. } => *hurry |= hurried,
            Phase::Terminating { patience, .. } if hurried => *patience = HURRIED_TERMINATION,
            Phase::Terminating { .. } | Phase::Killing { .. } | Phase::Draining { .. } => {}
        }
    }

    /// Does what the time has come for.
    fn step(&mut self) {
        match self.phase {
            Phase::Ending { since, closed, hurry } => {
                if self.must_hold(since) {
                    // The child goes on for its refresh's sake alone.
                    if hurry && since.elapsed() >= WORD {
                        tree::kill_descendants(Some(self.child));
                    }
                    return;
                }
                self.stdin = None;
                let closed = closed.unwrap_or_else(Instant::now);
                if hurry || closed.elapsed() >= self.grace {
                    // It may have ended by itself: its exit is then on its way.
                    let _ = pidfd_send_signal(&self.handle, Signal::TERM);
                    let patience = if hurry { HURRIED_TERMINATION } else { TERMINATION };
                    self.phase = Phase::Terminating { since: Instant::now(), patience };
                } else {
                    self.phase = Phase::Ending { since, closed: Some(closed), hurry };
                }
            }
            Phase::Terminating { since, patience } if since.elapsed() >= patience => {
                self.phase = Phase::Killing { since: Instant::now() };
                self.step();
            }
            Phase::Running | Phase::Terminating { .. } | Phase::Draining { .. } => {}
            Phase::Killing { since } => {
                tree::kill_descendants(None);
                if since.elapsed() >= KILLING {
                    complain("some processes could not be ended");
                    self.alone = true;
                    self.phase = Phase::Draining { since: Instant::now() };
                }
            }
        }
    }

    fn must_hold(&self, since: Instant) -> bool {
        let observed = self.refreshes_in.as_deref().map(|directory| observe(directory, SystemTime::now()));
        observed.is_some_and(|refresh| hold(refresh, since.elapsed()))
    }
}

fn code(status: WaitStatus) -> u8 {
    let code = status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
