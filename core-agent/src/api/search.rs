//! `GET /v1/search`: messages and answers that hold some words.

use super::AppState;
use super::caller::Caller;
use super::extract::Query;
use super::problem::ApiError;
use crate::journal::{self, Search, Words};
use crate::policy::Command;
use axum::extract::State;
use protocol::cursor::Cursor;
use protocol::event::Actor;
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const DEFAULT_HITS: u32 = 20;
const MOST_HITS: u32 = 100;
/// In bytes.
const LONGEST_QUERY: usize = 400;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// Words, all of which must be in the text; the last may be the beginning of one.
    q: String,
    /// Only in this workspace's sessions.
    workspace: Option<String>,
    /// At most this many, 1 to 100.
    limit: Option<u32>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct HitList {
    /// The best first.
    hits: Vec<Hit>,
}

/// A message or an answer that holds the words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Hit {
    session: SessionId,
    title: Option<String>,
    workspace: String,
    seq: u64,
    /// The event's id.
    event: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Who wrote it. None: Claude.
    by: Option<Actor>,
    /// The text around the words, in pieces.
    snippet: Vec<Piece>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Piece {
    text: String,
    /// Whether this is one of the words.
    found: bool,
}

impl Hit {
    fn new(found: journal::Found, epoch: u32) -> Self {
        let journal::Found { session, title, workspace, seq, at, by, snippet } = found;
        let event = Cursor { epoch, seq }.to_string();
        let snippet = snippet.into_iter().map(|(found, text)| Piece { text, found }).collect();
        Self { session, title, workspace, seq, event, at, by, snippet }
    }
}

/// Search what was said on this Core, in the sessions that are there for the caller.
#[utoipa::path(
    get,
    path = "/v1/search",
    operation_id = "search",
    tag = "sessions",
    params(Sought),
    responses(
        (status = 200, body = HitList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn search(
    State(app): State<AppState>,
    caller: Caller,
    Query(sought): Query<Sought>,
) -> Result<axum::Json<HitList>, ApiError> {
    caller.may(Command::Observe, &app)?;
    let limit = sought.limit.unwrap_or(DEFAULT_HITS);
    let refused = |detail: &str| ApiError::from(Problem::new(ProblemType::BadRequest).detail(detail));
    if !(1..=MOST_HITS).contains(&limit) {
        return Err(refused("limit is 1 to 100"));
    }
    if sought.q.len() > LONGEST_QUERY {
        return Err(refused("q is too long"));
    }
    let words = Words::parse(&sought.q).ok_or_else(|| refused("q has no word to look for"))?;
    let search = Search { words, viewer: caller.viewer(&app), workspace: sought.workspace, limit };
    let epoch = app.0.journal.epoch();
    let hits = app.0.journal.search(&search).await?.into_iter().map(|found| Hit::new(found, epoch)).collect();
    Ok(axum::Json(HitList { hits }))
}
