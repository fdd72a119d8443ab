//! Opening the registry, or saying why not.
//!
//! Nothing here ever begins anew where something was: a file that is damaged or missing beside its keys stops the
//! gateway, because an empty registry would forget who was revoked. So does an audit log that was altered, and a Core
//! that is not as revoked, or has not the key or the epoch, as the log has it.

use super::cores::{self, Contradiction};
use super::data_dir::{check_private, create_private};
use super::error::{code, sqlite_code};
use super::{BrokenChain, DataDir, FolderError, Opened, Registry, RegistryError, audit};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for the registry before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{} is in use by another process", path.display())]
    InUse { path: PathBuf },
    #[error("{} is missing or empty, but this gateway's keys are there: bring the registry back from a backup", path.display())]
    Missing { path: PathBuf },
    #[error("{} is damaged ({found}): bring it back from a backup", path.display())]
    Corrupt { path: PathBuf, found: String },
    #[error("{}: {source}", path.display())]
    Altered { path: PathBuf, source: BrokenChain },
    #[error("{}: {source}", path.display())]
    Contradicted { path: PathBuf, source: Contradiction },
    #[error("the registry cannot be brought up to this version: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Registry {
    /// Opens the registry in `dir`, for this process alone, and brings it up to this version's form.
    pub async fn open(dir: &DataDir) -> Result<Self, OpenError> {
        let lock = acquire(dir)?;
        let path = dir.registry();
        if path.exists() {
            check_private(&path, 0o600)?;
        }
        create_private(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let damaged = |error: sqlx::Error| match sqlite_code(&error) {
            Some(code::CORRUPT | code::NOTADB) => OpenError::Corrupt { path: path.clone(), found: error.to_string() },
            _ => OpenError::Registry(error.into()),
        };
        let pool = |connections: u32, options: SqliteConnectOptions| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                // On a full disk SQLite ends the transaction by itself; sqlx goes on counting it and would refuse every
                // later one on this connection. A fresh connection knows of none.
                .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
                .connect_with(options)
        };
        let writer = pool(1, options.clone()).await.map_err(damaged)?;
        let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&writer).await.map_err(damaged)?;
        if found != "ok" {
            return Err(OpenError::Corrupt { path, found });
        }
        let tables: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&writer).await.map_err(damaged)?;
        if tables == 0 && dir.identity_key().exists() {
            return Err(OpenError::Missing { path });
        }
        sqlx::migrate!("../migrations/registry").run(&writer).await?;
        let mut connection = writer.acquire().await.map_err(damaged)?;
        audit::verify(&mut connection).await?.map_err(|source| OpenError::Altered { path: path.clone(), source })?;
        cores::check_standing(&mut connection)
            .await?
            .map_err(|source| OpenError::Contradicted { path: path.clone(), source })?;
        drop(connection);
        let readers = pool(READERS, options.read_only(true)).await.map_err(damaged)?;
        Ok(Self(Arc::new(Opened { readers, writer, _lock: lock })))
    }
}

/// The lock is the file's, not the process's: it ends with the last handle, however the process ends.
fn acquire(dir: &DataDir) -> Result<File, OpenError> {
    let path = dir.lock();
    let file = create_private(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(OpenError::InUse { path: dir.registry() }),
        Err(error) => Err(FolderError::Io { path, source: error.into() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cores::tests::add;
    use super::super::tests::{folder, registry};
    use super::super::{Action, Actor, Keys};
    use super::*;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};

    async fn error(dir: &DataDir) -> OpenError {
        Registry::open(dir).await.expect_err("the registry opened")
    }

    #[tokio::test]
    async fn a_registry_is_kept_from_start_to_start() {
        let (folder, registry) = registry().await;
        registry.record(Actor::Gateway, Action::SetupTokenIssued, "", &[]).await.unwrap();
        registry.close().await;
        drop(registry);
        let dir = DataDir::open(folder.path()).unwrap();
        let registry = Registry::open(&dir).await.unwrap();
        assert_eq!(super::super::events(&mut registry.reader().await.unwrap()).await.len(), 1);
        for file in ["registry.db", "registry.lock", "registry.db-wal"] {
            let mode = std::fs::metadata(folder.path().join(file)).unwrap().mode();
            assert_eq!(mode & 0o077, 0, "{file} is open to others");
        }
    }

    #[tokio::test]
    async fn a_second_process_is_refused_while_the_first_holds_the_registry() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        assert!(matches!(error(&dir).await, OpenError::InUse { .. }));
        registry.close().await;
        drop(registry);
        Registry::open(&dir).await.unwrap();
    }

    #[tokio::test]
    async fn a_missing_or_emptied_registry_is_never_silently_made_anew() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        Keys::open(&dir, &registry, std::time::SystemTime::now()).await.unwrap();
        registry.close().await;
        drop(registry);
        std::fs::remove_file(dir.registry()).unwrap();
        assert!(matches!(error(&dir).await, OpenError::Missing { .. }));
        assert!(matches!(error(&dir).await, OpenError::Missing { .. }), "the attempt before left an empty file");
    }

    #[tokio::test]
    async fn a_damaged_registry_is_refused() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        for number in 0..200 {
            registry.record(Actor::Gateway, Action::CoreChanged, &number.to_string(), &[]).await.unwrap();
        }
        registry.close().await;
        drop(registry);
        let whole = std::fs::read(dir.registry()).unwrap();
        let file = File::options().write(true).open(dir.registry()).unwrap();
        // A page in the middle, then the header: SQLite notices the one when it looks, the other when it opens.
        file.write_all_at(&[0xa5; 4096], (whole.len() / 4096 - 2) as u64 * 4096).unwrap();
        assert!(matches!(error(&dir).await, OpenError::Corrupt { .. }));
        file.write_all_at(&[0xa5; 100], 0).unwrap();
        assert!(matches!(error(&dir).await, OpenError::Corrupt { .. }));
        assert_eq!(std::fs::metadata(dir.registry()).unwrap().len(), whole.len() as u64, "it was left for rescue");
    }

    #[tokio::test]
    async fn a_registry_edited_behind_the_audit_logs_back_is_refused() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        registry.record(Actor::Gateway, Action::CoreRevoked, "somebody", &[]).await.unwrap();
        registry.close().await;
        drop(registry);
        let options = SqliteConnectOptions::new().filename(dir.registry());
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        sqlx::raw_sql("DROP TRIGGER audit_events_are_not_changed; UPDATE audit_events SET subject = 'nobody';")
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        assert!(matches!(error(&dir).await, OpenError::Altered { .. }));
    }

    #[tokio::test]
    async fn a_core_that_is_not_as_the_audit_log_has_it_is_refused() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        let (revoked, restored) = (add(&registry, "revoked").await, add(&registry, "restored").await);
        add(&registry, "untouched").await;
        cores::revoke(&registry, revoked.id, &Actor::CommandLine).await.unwrap();
        cores::revoke(&registry, restored.id, &Actor::CommandLine).await.unwrap();
        cores::restore(&registry, restored.id, &Actor::CommandLine).await.unwrap();
        registry.close().await;
        drop(registry);
        let honest = std::fs::read(dir.registry()).unwrap();
        for edit in [
            "UPDATE cores SET revoked_at = NULL WHERE name = 'revoked'",
            "UPDATE cores SET revoked_at = NULL, epoch = 3 WHERE name = 'revoked'",
            "UPDATE cores SET epoch = 1 WHERE name = 'restored'",
            "UPDATE cores SET revoked_at = 1 WHERE name = 'untouched'",
            "UPDATE cores SET public_key = (SELECT randomblob(32)) WHERE name = 'untouched'",
            "DELETE FROM cores WHERE name = 'revoked'",
            "INSERT INTO cores (id, name, labels, public_key, hostname, paired_at)
             VALUES ('00000000-0000-7000-8000-000000000000', 'new', '{}', randomblob(32), 'h', 1)",
        ] {
            let options = SqliteConnectOptions::new().filename(dir.registry());
            let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
            sqlx::raw_sql(edit).execute(&pool).await.unwrap();
            pool.close().await;
            assert!(matches!(error(&dir).await, OpenError::Contradicted { .. }), "{edit}");
            std::fs::write(dir.registry(), &honest).unwrap();
        }
        Registry::open(&dir).await.unwrap();
    }

    #[tokio::test]
    async fn a_registry_that_others_can_read_is_refused() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        registry.close().await;
        drop(registry);
        std::fs::set_permissions(dir.registry(), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        assert!(matches!(error(&dir).await, OpenError::Folder(FolderError::TooOpen { .. })));
    }

    #[tokio::test]
    async fn a_folder_that_others_can_read_is_refused() {
        let folder = folder();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert!(DataDir::open(folder.path()).is_err());
    }
}
