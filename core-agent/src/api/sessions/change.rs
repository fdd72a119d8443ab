//! Changing a session: what it is called, for whom it is there, whether it is in the archive, how it goes on.

use super::{Session, find, title};
use crate::api::AppState;
use crate::api::caller::Caller;
use crate::api::extract::{Json, Path};
use crate::api::problem::ApiError;
use crate::policy::{Command, Use};
use axum::extract::State;
use http::StatusCode;
use protocol::event::{Event, PermissionMode, Visibility};
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::{Deserialize, Serialize};

/// What is left out stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SessionSettings {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    permission_mode: Option<PermissionMode>,
    /// An empty one takes it away.
    #[serde(default)]
    title: Option<String>,
    /// For the session's owner and whoever administers the Core to say. Who may no longer see it stops following it.
    #[serde(default)]
    visibility: Option<Visibility>,
    /// For the session's owner and whoever administers the Core to say. A session in the archive takes no message; what it
    /// had accepted is still answered.
    #[serde(default)]
    archived: Option<bool>,
}

impl SessionSettings {
    /// All that somebody must be allowed who asks for this.
    fn uses(&self) -> impl Iterator<Item = Use> {
        let shares = self.visibility.map(|_| Use::Share);
        let puts_aside = self.archived.map(|_| Use::PutAside);
        let changes = self.model.is_some() || self.permission_mode.is_some() || self.title.is_some();
        let writes = (changes || (shares.is_none() && puts_aside.is_none())).then_some(Use::Write);
        [writes, shares, puts_aside].into_iter().flatten()
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::api) struct Interrupted {
    /// Whether there was a turn to interrupt. Its end follows as an event.
    interrupted: bool,
}

/// Change a session: its model and permission mode for what follows, its title, for whom it is there, whether it is in the
/// archive.
///
/// In this order, title and visibility at once. What is refused leaves what came before it changed; asking again is safe.
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
pub(in crate::api) async fn change(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
    Json(settings): Json<SessionSettings>,
) -> Result<axum::Json<Session>, ApiError> {
    caller.may(Command::Operate, &app)?;
    let found = caller.session(session, Use::See, &app).await?;
    for wanted in settings.uses() {
        caller.may_use(&found, wanted, &app)?;
    }
    let title = settings.title.as_deref().map(title::parse).transpose()?;
    let claude = &app.0.claude;
    if let Some(model) = settings.model {
        claude.set_model(session, model, caller.actor()).await?;
    }
    if let Some(mode) = settings.permission_mode {
        claude.set_mode(session, mode, caller.actor()).await?;
    }
    let title = title.map(|title| {
        let title = title.map(|title| claude.guard().mask(title));
        Event::TitleChanged { title, by: caller.actor() }
    });
    let visibility = settings.visibility.filter(|visibility| *visibility != found.visibility);
    let visibility = visibility.map(|visibility| Event::VisibilityChanged { visibility, by: caller.actor() });
    let changes: Vec<Event> = title.into_iter().chain(visibility).collect();
    if !changes.is_empty() {
        claude.note(session, changes).await?;
    }
    match settings.archived {
        Some(true) => claude.archive(session, caller.actor()).await?,
        Some(false) => claude.unarchive(session, caller.actor()).await?,
        None => {}
    }
    Ok(axum::Json(find(&app, session).await?))
}

/// Close a session for good: its turn and its process end, its history stays.
///
/// For its owner and whoever administers the Core.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/close",
    operation_id = "close_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 204, description = "it is closed"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn close(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::PutAside, &app).await?;
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
pub(in crate::api) async fn interrupt(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<(StatusCode, axum::Json<Interrupted>), ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    let interrupted = app.0.claude.interrupt(session, caller.actor()).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(Interrupted { interrupted })))
}
