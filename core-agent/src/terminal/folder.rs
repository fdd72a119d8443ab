//! Where keepers are found: a socket for each terminal, in a folder of this user's.
//!
//! A socket's path has room for little more than a hundred bytes, and a state folder's may be longer: sockets are bound
//! and reached through a handle of the folder.

use protocol::ids::TerminalId;
use rustix::fs::{AtFlags, CWD, Dir, Mode, OFlags, openat, unlinkat};
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

fn open(folder: &Path) -> io::Result<OwnedFd> {
    Ok(openat(CWD, folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())?)
}

fn within(folder: &OwnedFd, id: TerminalId) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{id}", folder.as_raw_fd()))
}

pub(super) fn listen(folder: &Path, id: TerminalId) -> io::Result<UnixListener> {
    UnixListener::bind(within(&open(folder)?, id))
}

pub(super) async fn connect(folder: &Path, id: TerminalId) -> io::Result<UnixStream> {
    UnixStream::connect(within(&open(folder)?, id)).await
}

/// Takes a terminal's socket away. One that is gone already is as good.
pub(super) fn remove(folder: &Path, id: TerminalId) {
    let removed = open(folder).and_then(|folder| Ok(unlinkat(&folder, id.to_string(), AtFlags::empty())?));
    if let Err(error) = removed {
        tracing::debug!(terminal = %id, %error, "a terminal's socket is gone already");
    }
}

/// The terminals that have a socket, whether somebody listens there or not.
pub(super) fn list(folder: &Path) -> io::Result<Vec<TerminalId>> {
    let entries = Dir::read_from(open(folder)?)?;
    let name = |entry: rustix::io::Result<rustix::fs::DirEntry>| entry.ok()?.file_name().to_str().ok()?.parse().ok();
    Ok(entries.filter_map(name).collect())
}
