//! The registry: the truth about who exists and who may do what, in one SQLite file.
//!
//! Reads take a connection; a privileged change is one [`Change`], which cannot be committed without its audit event.
//! Exactly one process has the registry open: the gateway, or the command line while no gateway runs.

mod audit;
mod change;
mod data_dir;
mod error;
mod keys;
mod names;
mod open;
mod row;
mod settings;

pub mod api_tokens;
pub mod core_claude;
pub mod cores;
pub mod login_sessions;
pub mod pairing_tokens;
pub mod setup_tokens;
pub mod users;

#[cfg(test)]
pub(crate) use audit::events;
pub use audit::{Action, Actor, BrokenChain, verify};
pub use change::{Change, Routine};
pub use data_dir::{DataDir, FolderError};
pub use error::RegistryError;
pub use keys::{Keys, KeysError, TokenKeys, key_id};
pub use names::{CoreName, InvalidName, Labels, TokenName, UserName};
pub use open::OpenError;

use sqlx::Sqlite;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use std::fs::File;
use std::sync::Arc;

/// A handle to the registry; clones share it. The lock on the data folder lasts as long as any of them.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    readers: SqlitePool,
    /// One connection: SQLite has one writer, and waiting for it here is fair and bounded.
    writer: SqlitePool,
    _lock: File,
}

impl Registry {
    /// A connection that sees the last committed state and cannot write.
    pub async fn reader(&self) -> Result<PoolConnection<Sqlite>, RegistryError> {
        Ok(self.0.readers.acquire().await?)
    }

    /// Whether the registry answers: what readiness asks.
    pub async fn ping(&self) -> Result<(), RegistryError> {
        let mut reader = self.reader().await?;
        sqlx::query_scalar!("SELECT seq FROM audit_head").fetch_one(&mut *reader).await?;
        Ok(())
    }

    /// Writes everything out. What is still in use afterwards fails.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use tempfile::TempDir;

    /// A registry in a folder of its own. Keep the folder for as long as the registry is needed.
    pub(crate) async fn registry() -> (TempDir, Registry) {
        let folder = folder();
        let registry = Registry::open(&DataDir::open(folder.path()).unwrap()).await.unwrap();
        (folder, registry)
    }

    pub(crate) fn folder() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }
}
