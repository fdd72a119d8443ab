//! A shell on a PTY of its own.

use super::super::size::Size;
use super::super::spec::Spec;
use pty_process::{OwnedReadPty, OwnedWritePty};
use rustix::process::{Pid, WaitStatus};
use std::io;
use tokio::process::Child;

use super::super::wire::Exited;

#[derive(Debug)]
pub(super) struct Shell {
    pub(super) pid: Pid,
    pub(super) output: OwnedReadPty,
    pub(super) input: OwnedWritePty,
    /// Held, so that nobody but the keeper reaps it.
    _child: Child,
}

impl Shell {
    /// A login shell that leads a session of its own, with the PTY as its controlling terminal.
    pub(super) fn start(spec: &Spec) -> io::Result<Self> {
        let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
        pty.resize(native(spec.size)).map_err(io::Error::other)?;
        let [name, arguments @ ..] = &spec.arguments[..] else { return Err(io::ErrorKind::InvalidInput.into()) };
        let env = spec.env.iter().map(|(name, value)| (name, value));
        let command = pty_process::Command::new(&spec.shell).arg0(name).args(arguments);
        let command = command.env_clear().envs(env).current_dir(&spec.cwd);
        let child = command.spawn(pts).map_err(io::Error::other)?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        let (output, input) = pty.into_split();
        Ok(Self { pid: pid.ok_or(io::ErrorKind::InvalidData)?, output, input, _child: child })
    }

    pub(super) fn resize(&self, size: Size) -> io::Result<()> {
        self.input.resize(native(size)).map_err(io::Error::other)
    }
}

fn native(size: Size) -> pty_process::Size {
    pty_process::Size::new(size.rows().get(), size.columns().get())
}

pub(super) fn exited(status: WaitStatus) -> Exited {
    Exited { code: status.exit_status(), signal: status.terminating_signal() }
}
