//! Opening a journal: made whole or not at all, refused when it cannot be understood, and its epoch decided.

use super::altered::BEHIND;
use super::error::is_full;
use super::heads::Heads;
use super::reserve::Reserve;
use super::writer::{QUEUE, Writer};
use super::{Journal, JournalError};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/journal");

/// Readers that query at once; others wait their turn.
const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);

pub(super) async fn open(path: &Path, boot_id: &str) -> Result<(Journal, Writer), JournalError> {
    let unusable = |reason: &str| JournalError::Unusable { path: path.to_owned(), reason: reason.to_owned() };
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() == 0 => return Err(unusable("it is empty")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path, boot_id).await?,
        Err(error) => return Err(JournalError::Open(Arc::new(sqlx::Error::Io(error)))),
    }
    let refuse = |error: sqlx::Error| match damage(&error) {
        Some(reason) => unusable(&reason),
        None => JournalError::Open(Arc::new(error)),
    };
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY);
    let reserve = Reserve::of(path);
    let checked = match connect(&options).await {
        Err(error) if is_full(&error) && reserve.give_up() => connect(&options).await,
        checked => checked,
    };
    let mut connection = checked.map_err(refuse)?.map_err(|reason| unusable(&reason))?;
    // Not before the check: it changes the file.
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await.map_err(refuse)?;
    match MIGRATIONS.run(&mut connection).await {
        Ok(()) => {}
        Err(MigrateError::VersionMissing(_)) => return Err(unusable("a newer version of the agent wrote it")),
        Err(error) => return Err(unusable(&error.to_string())),
    }
    let start = Start::of(&mut connection, boot_id).await.map_err(refuse)?;
    let mut start = start.ok_or_else(|| unusable("it has no epoch"))?;
    let epoch = start.epoch;
    match start.note(&mut connection).await {
        Ok(()) => {
            if let Err(error) = reserve.keep() {
                tracing::warn!(%error, "no room can be kept for a start on a full disk");
            }
        }
        Err(error) if is_full(&error) => {
            tracing::error!("the disk is full: until there is room the journal is only read");
        }
        Err(error) => return Err(refuse(error)),
    }
    let options = options.read_only(true);
    let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.clone()).await;
    let searches = SqlitePoolOptions::new().max_connections(1).acquire_timeout(BUSY).connect_lazy_with(options);
    let (commands, queue) = mpsc::channel(QUEUE);
    let (heads, altered) = (Heads::default(), broadcast::Sender::new(BEHIND));
    let folder = path.parent().unwrap_or(Path::new(".")).into();
    let readers = readers.map_err(refuse)?;
    let writer = Writer::new(connection, start, queue, heads.clone(), altered.clone());
    Ok((Journal { epoch, folder, commands, readers, searches, heads, altered }, writer))
}

/// Makes a journal under another name first: a file of the right name is always a whole journal, so that an empty or
/// headless one is known to be damaged.
async fn create(path: &Path, boot_id: &str) -> Result<(), JournalError> {
    let unfinished = path.with_extension("new");
    let failed = |error: std::io::Error| JournalError::Open(Arc::new(sqlx::Error::Io(error)));
    if unfinished.exists() {
        fs::remove_file(&unfinished).map_err(failed)?;
    }
    let options = SqliteConnectOptions::new().filename(&unfinished).create_if_missing(true);
    let mut connection = options
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        // So that what removed sessions leave can be given back to the disk. It can only be chosen now.
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .connect()
        .await
        .map_err(|error| JournalError::Open(Arc::new(error)))?;
    fs::set_permissions(&unfinished, Permissions::from_mode(0o600)).map_err(failed)?;
    MIGRATIONS.run(&mut connection).await.map_err(|error| JournalError::Open(Arc::new(error.into())))?;
    sqlx::query!("INSERT INTO epoch (id, epoch, boot_id, clean) VALUES (1, 1, ?, 1)", boot_id)
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    fs::rename(&unfinished, path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Opens the file, if it is a journal and whole; else says what is wrong with it.
async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<Result<SqliteConnection, String>> {
    let mut connection = options.clone().connect().await?;
    Ok(check(&mut connection).await?.map(|()| connection))
}

/// Whether the file is a journal and whole.
async fn check(connection: &mut SqliteConnection) -> sqlx::Result<Result<(), String>> {
    let verdict: Option<String> = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_optional(&mut *connection).await?;
    match verdict.as_deref() {
        Some("ok") => {}
        other => return Ok(Err(other.unwrap_or("its check says nothing").to_owned())),
    }
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'epoch'")
        .fetch_one(connection)
        .await?;
    Ok(if tables == 1 { Ok(()) } else { Err("it is another kind of database".to_owned()) })
}

/// What is written before anything else is. Until there is room for it the journal is only read: this way an agent that
/// finds its disk full is there, and so is what its disk holds.
#[derive(Debug)]
pub(super) struct Start {
    epoch: u32,
    boot_id: String,
    /// What is removed is overwritten in the tables; in the index of words, too, once that is noted in it.
    index_forgets: bool,
    noted: bool,
}

impl Start {
    /// Nothing is written by this, so that an agent which ends before it could write finds what this one has found, and
    /// the same epoch.
    async fn of(connection: &mut SqliteConnection, boot_id: &str) -> sqlx::Result<Option<Self>> {
        sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *connection).await?;
        sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
        // A large removal leaves a long log, which would stay as long as it is.
        sqlx::query("PRAGMA journal_size_limit = 16777216").execute(&mut *connection).await?;
        let forgets: Option<i64> = sqlx::query_scalar("SELECT v FROM search_config WHERE k = 'secure-delete'")
            .fetch_optional(&mut *connection)
            .await?;
        let stored =
            sqlx::query!("SELECT epoch, boot_id, clean FROM epoch WHERE id = 1").fetch_optional(connection).await?;
        let Some(stored) = stored else { return Ok(None) };
        let Ok(epoch) = u32::try_from(stored.epoch) else { return Ok(None) };
        let epoch = next_epoch(epoch, stored.boot_id == boot_id, stored.clean != 0);
        Ok(Some(Self { epoch, boot_id: boot_id.to_owned(), index_forgets: forgets == Some(1), noted: false }))
    }

    /// Notes that the journal is in use on this boot, durably.
    pub(super) async fn note(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        if self.noted {
            return Ok(());
        }
        if !self.index_forgets {
            sqlx::query("INSERT INTO search (search, rank) VALUES ('secure-delete', 1)")
                .execute(&mut *connection)
                .await?;
            self.index_forgets = true;
        }
        sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
        let noted =
            sqlx::query!("UPDATE epoch SET epoch = ?, boot_id = ?, clean = 0 WHERE id = 1", self.epoch, self.boot_id)
                .execute(&mut *connection)
                .await;
        sqlx::query("PRAGMA synchronous = NORMAL").execute(connection).await?;
        noted?;
        self.noted = true;
        Ok(())
    }
}

/// Notes a clean end and closes. With `synchronous=NORMAL` the mark could outlive events that a power cut takes: hence
/// `FULL`, which waits for all that was written before it too.
/// Where the start could not be noted nothing was written, and there is nothing to add.
pub(super) async fn end(mut connection: SqliteConnection, start: &Start) -> sqlx::Result<()> {
    if !start.noted {
        return connection.close().await;
    }
    sqlx::query("PRAGMA synchronous = FULL").execute(&mut connection).await?;
    sqlx::query!("UPDATE epoch SET clean = 1 WHERE id = 1").execute(&mut connection).await?;
    // Readers may still be at work: the log is then folded into the file at the next start.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await
}

/// The newest commits are lost only with the machine, and only when it stopped with the journal in use.
const fn next_epoch(epoch: u32, same_boot: bool, clean: bool) -> u32 {
    if same_boot || clean { epoch } else { epoch + 1 }
}

/// What is wrong with the file itself, when that is what an error says (`SQLITE_CORRUPT`, `SQLITE_NOTADB`).
fn damage(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    let code: i32 = error.code()?.parse().ok()?;
    matches!(code & 0xff, 11 | 26).then(|| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::next_epoch;

    #[test]
    fn the_epoch_changes_only_after_another_boot_without_a_clean_end() {
        assert_eq!(next_epoch(3, true, true), 3);
        assert_eq!(next_epoch(3, true, false), 3, "a killed process loses nothing");
        assert_eq!(next_epoch(3, false, true), 3);
        assert_eq!(next_epoch(3, false, false), 4);
    }
}
