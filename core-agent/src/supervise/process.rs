//! The agent's side of a supervisor.

use super::lines::{LineError, Lines};
use super::spec::Spec;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use zeroize::Zeroizing;

/// Lines that wait for the child to read them.
const STDIN_QUEUE: usize = 64;
/// What is kept of the child's stderr: its end, where the reason for a failure is.
const STDERR_TAIL: usize = 64 * 1024;
/// What a supervisor may take beyond its child's grace: a refresh in flight, then the end of the whole tree.
const SUPERVISOR_BOUND: Duration = Duration::from_secs(150);

#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    #[error("the supervisor cannot be started: {0}")]
    Start(#[source] std::io::Error),
    #[error("the supervisor's orders cannot be written: {0}")]
    Spec(#[from] serde_json::Error),
    #[error("the supervisor ended before it read its orders: {0}")]
    Orders(#[source] std::io::Error),
    /// The process has ended or its stdin was closed.
    #[error("the process no longer reads")]
    Closed,
}

/// Which program supervises.
#[derive(Clone, Debug)]
pub struct Supervisor {
    program: PathBuf,
}

impl Supervisor {
    /// This very program, by the kernel's own name for it: also after an upgrade has replaced its file.
    pub fn this_program() -> Self {
        Self { program: PathBuf::from("/proc/self/exe") }
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.program.clone()
    }

    /// The program by a name that others can run it by: `/proc/self` is not the agent there.
    pub(crate) fn lasting_name(&self) -> PathBuf {
        let Ok(path) = std::fs::read_link(&self.program) else { return self.program.clone() };
        // After an upgrade, what stands at its place does.
        path.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map_or(path.clone(), PathBuf::from)
    }

    /// Another build of the agent: for tests, which are not the agent themselves.
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }
}

/// How a child ended: its exit code, 128 and the signal's number when a signal ended it, 127 when it could not be started,
/// none when the supervisor itself was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: Option<i32>,
}

/// A child under supervision. Dropping it ends the child and everything that the child started, in the background and
/// with regard to a refresh in flight.
#[derive(Debug)]
pub struct Supervised {
    child: Child,
    stdin: Option<mpsc::Sender<Zeroizing<String>>>,
    stdout: Lines<ChildStdout>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    grace: Duration,
    _writer: AbortOnDropHandle<()>,
    _stderr_reader: AbortOnDropHandle<()>,
}

impl Supervised {
    /// Starts a supervisor and gives it its orders. Whether the child itself could be started shows by its exit.
    pub async fn spawn(supervisor: &Supervisor, spec: &Spec) -> Result<Self, SuperviseError> {
        let mut orders = Zeroizing::new(serde_json::to_vec(spec)?);
        orders.push(b'\n');
        let mut child = Command::new(&supervisor.program)
            .arg("supervise")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(SuperviseError::Start)?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(SuperviseError::Start(std::io::ErrorKind::BrokenPipe.into()));
        };
        stdin.write_all(&orders).await.map_err(SuperviseError::Orders)?;
        let (sender, lines) = mpsc::channel(STDIN_QUEUE);
        let tail = Arc::<Mutex<VecDeque<u8>>>::default();
        Ok(Self {
            child,
            stdin: Some(sender),
            stdout: Lines::new(stdout),
            stderr: tail.clone(),
            grace: spec.grace,
            _writer: AbortOnDropHandle::new(tokio::spawn(write_lines(stdin, lines))),
            _stderr_reader: AbortOnDropHandle::new(tokio::spawn(keep_tail(stderr, tail))),
        })
    }

    /// Hands a line to the child; its end is added here. Waits only while many lines are unread. A task of its own writes,
    /// so that a child that is busy writing cannot block its reader.
    pub async fn write_line(&self, line: impl Into<String>) -> Result<(), SuperviseError> {
        let stdin = self.stdin.as_ref().ok_or(SuperviseError::Closed)?;
        stdin.send(Zeroizing::new(line.into())).await.map_err(|_| SuperviseError::Closed)
    }

    /// Hands a line to the child if that needs no waiting.
    pub fn try_write_line(&self, line: impl Into<String>) -> Result<(), SuperviseError> {
        let stdin = self.stdin.as_ref().ok_or(SuperviseError::Closed)?;
        stdin.try_send(Zeroizing::new(line.into())).map_err(|_| SuperviseError::Closed)
    }

    /// The child's stdin closes once it has read what was written: the CLI finishes its turn and exits.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// The next line of the child's stdout, or None once it has closed. Cancel safe.
    pub async fn next_line(&mut self) -> Option<Result<String, LineError>> {
        self.stdout.next().await
    }

    /// The end of what the child wrote to stderr.
    pub fn stderr_tail(&self) -> String {
        let tail: Vec<u8> = lock(&self.stderr).iter().copied().collect();
        String::from_utf8_lossy(&tail).into_owned()
    }

    /// Waits for the child, and all that it started, to be gone. Cancel safe. Closes nothing.
    pub async fn wait(&mut self) -> Exit {
        match self.child.wait().await {
            Ok(status) => Exit { code: status.code() },
            Err(error) => {
                tracing::error!(%error, "a supervisor cannot be waited for");
                Exit { code: None }
            }
        }
    }

    /// Asks the supervisor to end its child without waiting for the child to finish by itself.
    pub fn terminate(&self) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw)
            // The supervisor is not reaped yet, so that the id is still its own. It may have ended: nothing to do then.
            && let Err(error) = rustix::process::kill_process(pid, rustix::process::Signal::TERM)
        {
            tracing::debug!(%error, "the supervisor has ended already");
        }
    }

    /// Ends the child: closes its stdin, drains its output, and terminates it when its grace is over. Bounded in time.
    pub async fn end(&mut self) -> Exit {
        self.close_stdin();
        if let Ok(exit) = timeout(self.grace, self.drain()).await {
            return exit;
        }
        self.terminate();
        if let Ok(exit) = timeout(SUPERVISOR_BOUND, self.drain()).await {
            return exit;
        }
        tracing::error!("a supervisor did not end its child in time and is killed");
        if let Err(error) = self.child.start_kill() {
            tracing::debug!(%error, "the supervisor has ended already");
        }
        self.wait().await
    }

    /// Reads on, so that nobody is blocked by output that nobody wants, until the supervisor has ended.
    async fn drain(&mut self) -> Exit {
        while let Some(line) = self.stdout.next().await {
            if let Err(LineError::Io(_)) = line {
                break;
            }
        }
        self.wait().await
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.terminate();
    }
}

async fn write_lines(mut stdin: ChildStdin, mut lines: mpsc::Receiver<Zeroizing<String>>) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        if stdin.write_all(line.as_bytes()).await.is_err() {
            // The supervisor has ended: the next write says so to the caller, for the channel closes here.
            return;
        }
    }
}

async fn keep_tail(mut stderr: ChildStderr, tail: Arc<Mutex<VecDeque<u8>>>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        let mut tail = lock(&tail);
        let excess = (tail.len() + read).saturating_sub(STDERR_TAIL);
        tail.drain(..excess);
        tail.extend(&buffer[..read]);
    }
}

fn lock(tail: &Mutex<VecDeque<u8>>) -> MutexGuard<'_, VecDeque<u8>> {
    tail.lock().unwrap_or_else(PoisonError::into_inner)
}
