//! Full-text search over what was said: messages, and answers as whole texts.

use super::rows::Reading;
use super::{Journal, JournalError, Viewer};
use protocol::event::Actor;
use protocol::ids::SessionId;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// What a person types into a search.
const MAX_WORDS: usize = 16;
/// Everything that holds the words is ranked before the best is known.
const LONGEST: Duration = Duration::from_secs(5);
/// Steps of SQLite's between two looks at the clock.
const OPERATIONS: i32 = 1000;
/// SQLite's primary result code for what was stopped.
const SQLITE_INTERRUPT: &str = "9";
/// Around what was found, in words.
const SNIPPET: i32 = 24;
/// Marks what was found within a snippet: characters that no text needs.
const OPEN: char = '\u{2}';
const CLOSE: char = '\u{3}';

/// What is looked for: every word must be there, and the last may be the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// None where there is no word. The index's own language is not spoken here: each word is quoted, so that whatever a
    /// person types is a word and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let between = |character: char| character.is_whitespace() || character.is_control();
        let words = text.split(between).filter(|word| word.chars().any(char::is_alphanumeric));
        let quoted: Vec<String> =
            words.take(MAX_WORDS).map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        (!quoted.is_empty()).then(|| Self(format!("{} *", quoted.join(" "))))
    }
}

#[derive(Clone, Debug)]
pub struct Search {
    pub words: Words,
    pub viewer: Viewer,
    pub workspace: Option<String>,
    pub limit: u32,
}

/// A text in which all the words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub session: SessionId,
    pub title: Option<String>,
    pub workspace: String,
    pub seq: u64,
    pub at: OffsetDateTime,
    /// Who said it. None: Claude.
    pub by: Option<Actor>,
    /// The part of the text around the words, in pieces: whether it is one of the words, and what it says.
    pub snippet: Vec<(bool, String)>,
}

impl Journal {
    /// The best first. Only what the viewer may see.
    pub async fn search(&self, search: &Search) -> Result<Vec<Found>, JournalError> {
        self.search_within(search, LONGEST).await
    }

    pub(super) async fn search_within(&self, search: &Search, longest: Duration) -> Result<Vec<Found>, JournalError> {
        let mut db = match self.searches.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => return Err(JournalError::SearchesBusy),
            acquired => acquired?,
        };
        let until = Instant::now() + longest;
        db.lock_handle().await?.set_progress_handler(OPERATIONS, move || Instant::now() < until);
        let (words, viewer) = (&search.words.0, search.viewer.user.to_string());
        let (open, close) = (OPEN.to_string(), CLOSE.to_string());
        let rows = sqlx::query!(
            r#"SELECT texts.session AS "session!: String", sessions.title AS "title: String",
                 sessions.workspace AS "workspace!: String", texts.seq AS "seq!: i64", events.at AS "at!: i64",
                 json_extract(events.event, '$.by.user') AS "user: String",
                 json_extract(events.event, '$.by.name') AS "name: String",
                 snippet(search, 0, ?1, ?2, '…', ?3) AS "snippet!: String"
               FROM search
               JOIN texts ON texts.id = search.rowid
               JOIN sessions ON sessions.id = texts.session
               JOIN events ON events.session = texts.session AND events.seq = texts.seq
               WHERE search MATCH ?4 AND (?5 IS NULL OR sessions.workspace = ?5)
                 AND (sessions.visibility = 'shared' OR sessions.created_by = ?6 OR ?7)
               ORDER BY search.rank LIMIT ?8"#,
            open,
            close,
            SNIPPET,
            words,
            search.workspace,
            viewer,
            search.viewer.sees_all,
            search.limit
        );
        let rows = rows.fetch_all(&mut *db).await.map_err(|error| {
            let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
            if code.is_some_and(|code| code == SQLITE_INTERRUPT) { JournalError::SearchTooBroad } else { error.into() }
        })?;
        let read = rows.into_iter().map(|row| {
            let name = format!("{}:{}", row.session, row.seq);
            let reading = Reading { table: "events", row: &name };
            let by = match (row.user, row.name) {
                (Some(user), Some(name)) => Some(Actor { user: reading.id("event", &user)?, name }),
                _ => None,
            };
            Ok(Found {
                session: reading.id("session", &row.session)?,
                title: row.title,
                workspace: row.workspace,
                seq: reading.seq("seq", row.seq)?,
                at: reading.time("at", row.at)?,
                by,
                snippet: pieces(&row.snippet),
            })
        });
        read.collect()
    }
}

/// Cuts a snippet at its marks.
fn pieces(snippet: &str) -> Vec<(bool, String)> {
    let mut pieces = Vec::new();
    for part in snippet.split_inclusive([OPEN, CLOSE]) {
        let (text, found) = match part.strip_suffix(CLOSE) {
            Some(text) => (text, true),
            None => (part.strip_suffix(OPEN).unwrap_or(part), false),
        };
        if !text.is_empty() {
            pieces.push((found, text.to_owned()));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_person_types_is_words() {
        let words = |text| Words::parse(text).map(|words| words.0);
        assert_eq!(words("blue  gate").as_deref(), Some(r#""blue" "gate" *"#));
        assert_eq!(words("a OR (b").as_deref(), Some(r#""a" "OR" "(b" *"#));
        assert_eq!(words(r#"say "hi"#).as_deref(), Some(r#""say" """hi" *"#));
        assert_eq!(words("a\0b").as_deref(), Some(r#""a" "b" *"#));
        for nothing in ["", "  ", "*", "\" - ^", "\0"] {
            assert_eq!(words(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_snippet_is_cut_at_what_was_found() {
        let snippet = format!("the {OPEN}gate{CLOSE} squeaks");
        let expected = [(false, "the "), (true, "gate"), (false, " squeaks")];
        assert_eq!(pieces(&snippet), expected.map(|(found, text)| (found, text.to_owned())));
        assert_eq!(pieces(""), []);
    }
}
