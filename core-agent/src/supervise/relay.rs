//! Moving bytes between the agent and the child, one thread for each direction.

use super::supervisor::Event;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, Read, Write};
use std::process::ChildStdin;
use std::sync::mpsc::Sender;
use std::thread;

/// The agent's bytes to the child. The child's stdin is handed over open at the end, for the supervisor to close.
pub(super) fn stdin(mut child: ChildStdin, events: Sender<Event>) {
    thread::spawn(move || {
        let mut child = match copy(&mut io::stdin().lock(), &mut child) {
            Copied::All => Some(child),
            Copied::Refused => None,
        };
        // The supervisor may have ended: nobody is left to tell.
        drop(events.send(Event::StdinEnded(child.take())));
    });
}

/// Notices the end of the agent also while the child reads nothing and the thread above is stuck.
pub(super) fn lifeline(events: Sender<Event>) {
    thread::spawn(move || {
        let stdin = io::stdin();
        loop {
            // No event is asked for: a pipe whose writers are gone says so in any case.
            let mut descriptors = [PollFd::new(&stdin, PollFlags::empty())];
            match poll(&mut descriptors, None) {
                Ok(_) if !descriptors[0].revents().is_empty() => break,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
        drop(events.send(Event::LifelineGone));
    });
}

/// The child's bytes to the agent. When nobody reads them any more they are still taken, so that a child that has a
/// refresh to finish is not ended by a broken pipe.
pub(super) fn output(
    mut child: impl Read + Send + 'static,
    mut agent: impl Write + Send + 'static,
    events: Sender<Event>,
) {
    thread::spawn(move || {
        let _ended = copy(&mut child, &mut agent);
        drop(events.send(Event::OutputEnded));
    });
}

enum Copied {
    All,
    /// The receiver took no more; the rest was read and dropped.
    Refused,
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> Copied {
    let mut buffer = [0; 16 * 1024];
    let mut copied = Copied::All;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return copied,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return copied,
        };
        if matches!(copied, Copied::All) && to.write_all(&buffer[..read]).and_then(|()| to.flush()).is_err() {
            copied = Copied::Refused;
        }
    }
}
