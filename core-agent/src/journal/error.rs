use protocol::ids::{SessionId, TurnId};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// Damaged, of another kind, or of a newer version. A new one is never put in its place.
    #[error("the journal {} cannot be used: {reason}; it was left as it is", .path.display())]
    Unusable { path: PathBuf, reason: String },
    #[error("the journal cannot be opened: {0}")]
    Open(Arc<sqlx::Error>),
    #[error("there is no session {0}")]
    UnknownSession(SessionId),
    #[error("session {0} exists")]
    SessionExists(SessionId),
    #[error("there is no turn {0} in this session")]
    UnknownTurn(TurnId),
    /// Nothing of what was to be written was written.
    #[error("the disk is full")]
    DiskFull,
    #[error("other searches are under way")]
    SearchesBusy,
    /// More is found than can be ranked in time.
    #[error("the search takes too long")]
    SearchTooBroad,
    #[error("the journal is closed")]
    Closed,
    #[error("the journal's table {table} has a row {row} whose {column} cannot be understood")]
    Row { table: &'static str, column: &'static str, row: String },
    #[error("the journal cannot be read or written: {0}")]
    Storage(Arc<sqlx::Error>),
}

/// SQLite's result codes for a full disk or file, and for the log's index, for which there is no room
/// (`SQLITE_IOERR_SHMSIZE`).
const FULL: [&str; 2] = ["13", "4874"];

pub(super) fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| FULL.contains(&&*code))
}

impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> Self {
        if is_full(&error) { Self::DiskFull } else { Self::Storage(Arc::new(error)) }
    }
}

impl JournalError {
    pub(super) fn row(table: &'static str, column: &'static str, row: &str) -> Self {
        Self::Row { table, column, row: row.to_owned() }
    }
}
