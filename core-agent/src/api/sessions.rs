//! `/v1/sessions`: conversations with Claude.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path, Query};
use super::problem::ApiError;
use crate::journal;
use crate::policy::Command;
use crate::workspace::WorkspaceName;
use axum::extract::State;
use http::StatusCode;
use protocol::cursor::Cursor;
use protocol::event::{Actor, PermissionMode};
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Session {
    id: SessionId,
    workspace: String,
    model: Option<String>,
    permission_mode: PermissionMode,
    created_by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    closed_at: Option<OffsetDateTime>,
    /// The newest event's id, for `after`.
    cursor: String,
    /// Where it runs without asking: in whose name, and until when.
    bypass: Option<Bypass>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Bypass {
    by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
}

impl Session {
    fn new(session: journal::Session, epoch: u32) -> Self {
        Self {
            id: session.id,
            workspace: session.workspace,
            model: session.model,
            permission_mode: session.permission_mode,
            created_by: session.created_by,
            created_at: session.created_at,
            closed_at: session.closed_at,
            cursor: Cursor { epoch, seq: session.last_seq }.to_string(),
            // Its end may not be written yet.
            bypass: session.bypass.filter(|bypass| bypass.until > OffsetDateTime::now_utc()).map(Bypass::from),
        }
    }
}

impl From<journal::Bypass> for Bypass {
    fn from(bypass: journal::Bypass) -> Self {
        Self { by: bypass.by, until: bypass.until }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SessionList {
    /// Newest first.
    sessions: Vec<Session>,
    /// For `before`, when there are more.
    next: Option<SessionId>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Sessions older than this one.
    before: Option<SessionId>,
    /// At most this many, 1 to 200.
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    workspace: String,
    /// A name that the CLI lists, or a full one. The CLI's default when left out.
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    permission_mode: PermissionMode,
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionSettings {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    permission_mode: Option<PermissionMode>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Interrupted {
    /// Whether there was a turn to interrupt. Its end follows as an event.
    interrupted: bool,
}

/// List sessions, newest first.
#[utoipa::path(
    get,
    path = "/v1/sessions",
    operation_id = "list_sessions",
    tag = "sessions",
    params(Page),
    responses(
        (status = 200, body = SessionList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<axum::Json<SessionList>, ApiError> {
    caller.may(Command::Observe, &app)?;
    let limit = page.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::new(ProblemType::BadRequest).detail("limit is 1 to 200").into());
    }
    let found = app.0.journal.sessions(page.before, limit).await?;
    let full = found.len() >= limit as usize;
    let epoch = app.0.journal.epoch();
    let sessions: Vec<Session> = found.into_iter().map(|session| Session::new(session, epoch)).collect();
    let next = sessions.last().filter(|_| full).map(|session| session.id);
    Ok(axum::Json(SessionList { sessions, next }))
}

/// Begin a session in a workspace. Its process starts with its first message.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    operation_id = "create_session",
    tag = "sessions",
    request_body = NewSession,
    responses(
        (status = 201, body = Session),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Json(new): Json<NewSession>,
) -> Result<(StatusCode, axum::Json<Session>), ApiError> {
    caller.may(Command::Operate, &app)?;
    let name: WorkspaceName = new.workspace.parse()?;
    let workspaces = app.0.workspaces.clone();
    let resolved = tokio::task::spawn_blocking(move || workspaces.resolve(&name)).await;
    resolved.map_err(|_| ProblemType::Internal)??;
    let claude = &app.0.claude;
    let id = claude.create_session(new.workspace, new.model, new.permission_mode, caller.actor()).await?;
    Ok((StatusCode::CREATED, axum::Json(find(&app, id).await?)))
}

/// Read a session.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}",
    operation_id = "read_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 200, body = Session),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<axum::Json<Session>, ApiError> {
    caller.may(Command::Observe, &app)?;
    Ok(axum::Json(find(&app, session).await?))
}

/// Change a session's model or permission mode, for what follows.
#[utoipa::path(
    patch,
    path = "/v1/sessions/{session}",
    operation_id = "change_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    request_body = SessionSettings,
    responses(
        (status = 200, body = Session),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
    Json(settings): Json<SessionSettings>,
) -> Result<axum::Json<Session>, ApiError> {
    caller.may(Command::Operate, &app)?;
    let claude = &app.0.claude;
    if let Some(model) = settings.model {
        claude.set_model(session, model, caller.actor()).await?;
    }
    if let Some(mode) = settings.permission_mode {
        claude.set_mode(session, mode, caller.actor()).await?;
    }
    Ok(axum::Json(find(&app, session).await?))
}

/// Close a session: its turn and its process end, its history stays.
#[utoipa::path(
    delete,
    path = "/v1/sessions/{session}",
    operation_id = "close_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 204, description = "it is closed"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn close(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    app.0.claude.close(session, caller.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Interrupt the turn in progress.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/interrupt",
    operation_id = "interrupt_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 202, body = Interrupted),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn interrupt(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<(StatusCode, axum::Json<Interrupted>), ApiError> {
    caller.may(Command::Operate, &app)?;
    let interrupted = app.0.claude.interrupt(session, caller.actor()).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(Interrupted { interrupted })))
}

pub(super) async fn find(app: &AppState, id: SessionId) -> Result<Session, ApiError> {
    let session = app.0.journal.session(id).await?.ok_or(ProblemType::NotFound)?;
    Ok(Session::new(session, app.0.journal.epoch()))
}
