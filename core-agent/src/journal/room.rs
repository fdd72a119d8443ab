//! How much room the journal takes, and how much there is.

use super::{Journal, JournalError};
use std::io;

/// What the journal may take and must leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In bytes: of the journal.
    pub max_size: u64,
    /// In bytes: of its file system, for everybody else.
    pub min_free: u64,
}

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What the journal holds. Free pages within its file are not counted: they are written to first.
    pub used: u64,
    /// What its file system has left.
    pub free: u64,
}

/// Whether something new may begin. What goes on is written for as long as the disk takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    /// The journal is as large as it may be.
    JournalFull,
    /// The file system has too little left.
    DiskLow,
}

impl Space {
    /// With so much more in the journal, and so much beside it on its file system.
    #[must_use]
    pub const fn with(self, journal: u64, beside: u64) -> Self {
        let free = self.free.saturating_sub(journal.saturating_add(beside));
        Self { used: self.used.saturating_add(journal), free }
    }

    pub const fn room(self, limits: Limits) -> Room {
        if self.free < limits.min_free {
            Room::DiskLow
        } else if self.used >= limits.max_size {
            Room::JournalFull
        } else {
            Room::Enough
        }
    }
}

impl Journal {
    pub async fn space(&self) -> Result<Space, JournalError> {
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&self.readers).await?;
        let unused: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&self.readers).await?;
        let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&self.readers).await?;
        let used = u64::try_from((pages - unused).max(0).saturating_mul(size)).unwrap_or(0);
        let folder = self.folder.clone();
        // The disk may be slow: a thread for those who wait asks it.
        let asked = tokio::task::spawn_blocking(move || crate::disk::free(&folder)).await;
        let free = asked.map_err(io::Error::other).flatten().map_err(sqlx::Error::Io)?;
        Ok(Space { used, free })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_new_begins_only_while_both_limits_leave_room() {
        let limits = Limits { max_size: 100, min_free: 10 };
        let room = |used, free| Space { used, free }.room(limits);
        assert_eq!(room(99, 10), Room::Enough);
        assert_eq!(room(100, 10), Room::JournalFull);
        assert_eq!(room(0, 9), Room::DiskLow);
        assert_eq!(room(100, 9), Room::DiskLow);
        let with = |journal, beside| Space { used: 50, free: 100 }.with(journal, beside).room(limits);
        assert_eq!((with(49, 41), with(49, 42), with(50, 0)), (Room::Enough, Room::DiskLow, Room::JournalFull));
        assert_eq!(with(0, u64::MAX), Room::DiskLow);
    }
}
