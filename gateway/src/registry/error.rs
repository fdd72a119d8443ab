//! What can go wrong with a registry that is open.

#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Busy for too long, the disk is full, or the file cannot be reached: it may work later.
    #[error("the registry cannot be used just now: {0}")]
    Unavailable(sqlx::Error),
    /// Others have been waiting for it as well, for too long.
    #[error("the registry cannot be used just now: too much waits for it")]
    Crowded,
    /// A row holds what nothing of this version wrote.
    #[error("the registry holds something unreadable: table {table}, column {column}, row {row}")]
    Unreadable { table: &'static str, column: &'static str, row: String },
    /// A query that should not fail did.
    #[error("the registry failed: {0}")]
    Failed(sqlx::Error),
}

/// SQLite's primary result codes.
pub(super) mod code {
    pub(in super::super) const BUSY: u32 = 5;
    pub(in super::super) const LOCKED: u32 = 6;
    pub(in super::super) const READONLY: u32 = 8;
    pub(in super::super) const IOERR: u32 = 10;
    pub(in super::super) const CORRUPT: u32 = 11;
    pub(in super::super) const FULL: u32 = 13;
    pub(in super::super) const CANTOPEN: u32 = 14;
    pub(in super::super) const NOTADB: u32 = 26;
}

/// The primary result code behind an error, if SQLite gave one.
pub(super) fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

impl From<sqlx::Error> for RegistryError {
    fn from(error: sqlx::Error) -> Self {
        use code::{BUSY, CANTOPEN, FULL, IOERR, LOCKED, READONLY};
        let passing = match sqlite_code(&error) {
            Some(BUSY | LOCKED | READONLY | IOERR | FULL | CANTOPEN) => true,
            Some(_) => false,
            None => matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)),
        };
        if passing { Self::Unavailable(error) } else { Self::Failed(error) }
    }
}
