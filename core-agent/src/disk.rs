//! How much room a file system has left.

use std::io;
use std::path::Path;

/// In bytes, for those who are no superuser. Blocking: the disk may be slow.
pub fn free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}
