//! `/v1/sessions`: conversations with Claude.

pub(super) mod change;
pub(super) mod export;
pub(super) mod fork;
mod markdown;
pub(super) mod remove;
mod title;

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path, Query};
use super::problem::ApiError;
use crate::journal::{self, Activity, Filter, Viewer};
use crate::policy::{Command, Use};
use crate::workspace::WorkspaceName;
use axum::extract::State;
use http::StatusCode;
use protocol::cursor::Cursor;
use protocol::event::{Actor, PermissionMode, Visibility};
use protocol::ids::{SessionId, UserId};
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;
/// How many a reader of the Core is told of that are nothing but new.
const NEWEST: u32 = 100;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Session {
    id: SessionId,
    workspace: String,
    model: Option<String>,
    permission_mode: PermissionMode,
    title: Option<String>,
    visibility: Visibility,
    /// Its owner.
    created_by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    closed_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    archived_at: Option<OffsetDateTime>,
    /// The session that this one was forked off, which may be gone.
    forked_from: Option<SessionId>,
    /// The newest event's id, for `after`.
    cursor: String,
    /// When that event was written.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    activity: Activity,
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
    pub(super) fn new(session: journal::Session, epoch: u32) -> Self {
        Self {
            id: session.id,
            workspace: session.workspace,
            model: session.model,
            permission_mode: session.permission_mode,
            title: session.title,
            visibility: session.visibility,
            created_by: session.created_by,
            created_at: session.created_at,
            closed_at: session.closed_at,
            archived_at: session.archived_at,
            forked_from: session.forked_from,
            cursor: Cursor { epoch, seq: session.last_seq }.to_string(),
            updated_at: session.updated_at,
            activity: session.activity,
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
    /// Those in the archive instead of those that are not.
    #[serde(default)]
    archived: bool,
    /// Those in this workspace.
    workspace: Option<String>,
    /// Those of this owner.
    owner: Option<UserId>,
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
    /// What people call it: at most 200 characters on one line.
    #[serde(default)]
    title: Option<String>,
    /// `private`: for its owner, and for whoever administers the Core to read and remove; on a plan that is the plan's owner.
    #[serde(default)]
    visibility: Visibility,
}

/// List the sessions that are there for the caller, newest first.
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
    let filter = Filter {
        viewer: caller.viewer(&app),
        archived: page.archived,
        workspace: page.workspace,
        owner: page.owner,
        active: false,
    };
    Ok(axum::Json(listed(&app, &filter, page.before, limit).await?))
}

/// What the list begins with for somebody who asks for nothing in particular, and behind it the older ones in which
/// something goes on: what waits for a person is told however long ago it was begun.
pub(super) async fn newest(app: &AppState, viewer: Viewer) -> Result<SessionList, ApiError> {
    let mut filter = Filter { viewer, archived: false, workspace: None, owner: None, active: false };
    let mut list = listed(app, &filter, None, NEWEST).await?;
    if list.next.is_some() {
        filter.active = true;
        list.sessions.extend(listed(app, &filter, list.next, LARGEST_PAGE).await?.sessions);
    }
    Ok(list)
}

async fn listed(
    app: &AppState,
    filter: &Filter,
    before: Option<SessionId>,
    limit: u32,
) -> Result<SessionList, ApiError> {
    let found = app.0.journal.sessions(filter, before, limit).await?;
    let full = found.len() >= limit as usize;
    let epoch = app.0.journal.epoch();
    let sessions: Vec<Session> = found.into_iter().map(|session| Session::new(session, epoch)).collect();
    let next = sessions.last().filter(|_| full).map(|session| session.id);
    Ok(SessionList { sessions, next })
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
    let session = journal::NewSession {
        id: SessionId::new(),
        workspace: new.workspace,
        model: new.model,
        permission_mode: new.permission_mode,
        title: new.title.as_deref().map(title::parse).transpose()?.flatten(),
        visibility: new.visibility,
        by: caller.actor(),
    };
    let id = app.0.claude.create_session(session).await?;
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
    let session = caller.session(session, Use::See, &app).await?;
    Ok(axum::Json(Session::new(session, app.0.journal.epoch())))
}

pub(super) async fn find(app: &AppState, id: SessionId) -> Result<Session, ApiError> {
    let session = app.0.journal.session(id).await?.ok_or(ProblemType::NotFound)?;
    Ok(Session::new(session, app.0.journal.epoch()))
}
