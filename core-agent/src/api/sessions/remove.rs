//! Removing a session, and what is known of those that are gone.

use crate::api::AppState;
use crate::api::caller::Caller;
use crate::api::extract::{Path, Query};
use crate::api::problem::ApiError;
use crate::journal;
use crate::policy::{Command, Use};
use axum::extract::State;
use http::StatusCode;
use protocol::event::Actor;
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// A session that is gone. Nothing of what was said in it is kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::api) struct Removal {
    /// Grows with every removal.
    id: i64,
    session: SessionId,
    workspace: String,
    owner: Actor,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// How many events it had.
    events: u64,
    #[serde(with = "time::serde::rfc3339")]
    removed_at: OffsetDateTime,
    /// `deleted`, `pruned_for_size` or `pruned_for_age`.
    reason: String,
    /// Who deleted it. None: the agent pruned it.
    by: Option<Actor>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::api) struct RemovalList {
    /// Newest first.
    removals: Vec<Removal>,
    /// For `before`, when there are more.
    next: Option<i64>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct RemovalPage {
    /// Removals before this one.
    before: Option<i64>,
    /// At most this many, 1 to 200.
    limit: Option<u32>,
}

impl From<journal::Removal> for Removal {
    fn from(removal: journal::Removal) -> Self {
        let journal::Removal { id, session, workspace, owner, created_at, events, removed_at, reason, by } = removal;
        Self { id, session, workspace, owner, created_at, events, removed_at, reason, by }
    }
}

/// Remove a session with all its history. Its turn and its process end first; whoever follows it is told that it ended.
///
/// For its owner and whoever administers the Core. That it was removed, by whom and when, stays (`list_removals`).
#[utoipa::path(
    delete,
    path = "/v1/sessions/{session}",
    operation_id = "remove_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 204, description = "it is gone"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::RemoveSessions, &app)?;
    caller.session(session, Use::Remove, &app).await?;
    app.0.claude.remove(session, caller.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the sessions that were removed, newest removal first.
#[utoipa::path(
    get,
    path = "/v1/removals",
    operation_id = "list_removals",
    tag = "sessions",
    params(RemovalPage),
    responses(
        (status = 200, body = RemovalList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<RemovalPage>,
) -> Result<axum::Json<RemovalList>, ApiError> {
    caller.may(Command::ReadRemovals, &app)?;
    let limit = page.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::new(ProblemType::BadRequest).detail("limit is 1 to 200").into());
    }
    let found = app.0.journal.removals(page.before, limit).await?;
    let full = found.len() >= limit as usize;
    let removals: Vec<Removal> = found.into_iter().map(Removal::from).collect();
    let next = removals.last().filter(|_| full).map(|removal| removal.id);
    Ok(axum::Json(RemovalList { removals, next }))
}
