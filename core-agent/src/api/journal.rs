//! `GET /v1/journal`: how large the journal is, and how large it may be.

use super::AppState;
use super::caller::Caller;
use super::problem::ApiError;
use crate::journal::{Limits, Room};
use crate::policy::Command;
use axum::extract::State;
use protocol::problem::Problem;
use serde::Serialize;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct JournalState {
    used_bytes: u64,
    max_bytes: u64,
    /// What its file system has left.
    free_bytes: u64,
    min_free_bytes: u64,
    /// Whether messages are accepted.
    has_room: bool,
    /// Sessions that the agent has removed so far, since there were too many or they were too old.
    pruned_sessions: u64,
}

/// Read how much room the journal has.
#[utoipa::path(
    get,
    path = "/v1/journal",
    operation_id = "read_journal",
    tag = "sessions",
    responses(
        (status = 200, body = JournalState),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<JournalState>, ApiError> {
    caller.may(Command::Observe, &app)?;
    let (journal, limits) = (&app.0.journal, &app.0.config.journal);
    let (space, pruned_sessions) = (journal.space().await?, journal.pruned().await?);
    Ok(axum::Json(JournalState {
        used_bytes: space.used,
        max_bytes: limits.max_size,
        free_bytes: space.free,
        min_free_bytes: limits.min_free,
        has_room: space.room(Limits { max_size: limits.max_size, min_free: limits.min_free }) == Room::Enough,
        pruned_sessions,
    }))
}
