//! One process a conversation: two that resume the same one would fork it silently.
//!
//! A supervisor outlives a killed agent for as long as its child takes to end. While it lives it holds a lock on the
//! conversation's file; the next agent waits for that lock before it starts another. The lock ends with the supervisor,
//! however that ends.

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

const LOOK: Duration = Duration::from_millis(50);

/// Takes the lock, if nobody has it.
pub(super) fn hold(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let file = openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// Returns when nobody has the lock. A file that cannot be looked at is left for the supervisor to complain of.
pub async fn free(path: &Path) {
    loop {
        match hold(path) {
            // By hand: a process that is being started at this moment has a copy of the descriptor, and the lock with it.
            Ok(file) => {
                if let Err(error) = flock(&file, FlockOperation::Unlock) {
                    tracing::warn!(%error, path = %path.display(), "a lock cannot be given back");
                }
                return;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(LOOK).await,
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_conversation_is_free_once_its_holder_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.lock");
        free(&path).await;
        let held = hold(&path).unwrap();
        assert_eq!(hold(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert!(timeout(LOOK * 3, free(&path)).await.is_err());
        drop(held);
        free(&path).await;
        hold(&path).unwrap();
    }
}
