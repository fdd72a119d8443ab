//! `/v1/sessions/{session}/bypass`: running without asking, for a while and in somebody's name.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use super::sessions::Session;
use crate::policy::{Command, Use};
use axum::extract::State;
use http::StatusCode;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBypass {
    /// For how long; at most what the Core's configuration says.
    seconds: u64,
}

/// Let a session run without asking for each tool, in place of what was lent before. It ends by itself, and with the
/// session's process. Questions and plans still wait for a person.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/bypass",
    operation_id = "begin_bypass",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    request_body = NewBypass,
    responses(
        (status = 201, body = Session),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn begin(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
    Json(NewBypass { seconds }): Json<NewBypass>,
) -> Result<(StatusCode, axum::Json<Session>), ApiError> {
    caller.may(Command::Entrust, &app)?;
    caller.session(session, Use::Write, &app).await?;
    app.0.claude.begin_bypass(session, seconds, caller.actor()).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(Session::new(caller.session(session, Use::See, &app).await?, app.0.journal.epoch())),
    ))
}

/// Let a session ask again, in mid-turn too. Whoever may operate it may do that.
#[utoipa::path(
    delete,
    path = "/v1/sessions/{session}/bypass",
    operation_id = "end_bypass",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 204, description = "it asks"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn end(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    app.0.claude.end_bypass(session, caller.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
