//! Databases of programs: judged as SQLite itself judges them, and changed behind a program's back.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};
use std::path::Path;

/// Asserts that a database is whole.
pub async fn assert_whole(file: &Path) {
    let mut database = open(file).await;
    let whole: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut database).await.expect("it can be checked");
    assert_eq!(whole, ["ok"], "{}", file.display());
    let lost = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut database).await.expect("it can be checked");
    let lost: Vec<String> = lost.iter().map(|row| row.get(0)).collect();
    assert!(lost.is_empty(), "{}: rows of {lost:?} refer to nothing", file.display());
}

/// Carries out a statement, also while the program runs.
pub async fn execute(file: &Path, statement: &'static str) {
    let done = sqlx::query(statement).execute(&mut open(file).await).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    options.connect().await.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
