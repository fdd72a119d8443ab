//! Databases of programs that have ended, as SQLite itself judges them.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _};
use std::path::Path;

/// Asserts that a database is whole.
pub async fn assert_whole(file: &Path) {
    let options = SqliteConnectOptions::new().filename(file);
    let mut database = options.connect().await.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let whole: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut database).await.expect("it can be checked");
    assert_eq!(whole, ["ok"], "{}", file.display());
    let lost = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut database).await.expect("it can be checked");
    let lost: Vec<String> = lost.iter().map(|row| row.get(0)).collect();
    assert!(lost.is_empty(), "{}: rows of {lost:?} refer to nothing", file.display());
}
