//! `/v1/workspaces`.

use super::AppState;
use super::caller::Caller;
use super::extract::Json;
use super::problem::ApiError;
use crate::policy::Command;
use crate::workspace::{WorkspaceError, WorkspaceName, Workspaces};
use axum::extract::State;
use http::StatusCode;
use protocol::event::Actor;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A directory on this Core in which sessions work.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Workspace {
    name: String,
    /// Where its own settings, hooks and servers take effect: who said so, and when.
    trusted: Option<Trusted>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Trusted {
    by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct WorkspaceList {
    workspaces: Vec<Workspace>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWorkspace {
    /// 1 to 64 letters, digits, dots, underscores or hyphens; the first is a letter or a digit.
    name: String,
}

/// List this Core's workspaces by name.
#[utoipa::path(
    get,
    path = "/v1/workspaces",
    operation_id = "list_workspaces",
    tag = "workspaces",
    responses(
        (status = 200, body = WorkspaceList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<WorkspaceList>, ApiError> {
    caller.may(Command::Observe, &app)?;
    let trust = app.0.claude.trusted().clone();
    let trusted = move |workspaces: &Workspaces, name: &WorkspaceName| {
        let (_, directory) = workspaces.identify(name).ok()?;
        trust.of(name, &directory).map(|mark| Trusted { by: mark.by, at: mark.at })
    };
    let workspaces = on_disk(&app, move |workspaces| {
        let shown = |name: WorkspaceName| Workspace { trusted: trusted(workspaces, &name), name: name.to_string() };
        Ok(workspaces.list()?.into_iter().map(shown).collect())
    });
    let workspaces = workspaces.await?;
    Ok(axum::Json(WorkspaceList { workspaces }))
}

/// Make an empty workspace.
#[utoipa::path(
    post,
    path = "/v1/workspaces",
    operation_id = "create_workspace",
    tag = "workspaces",
    request_body = NewWorkspace,
    responses(
        (status = 201, body = Workspace),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Json(new): Json<NewWorkspace>,
) -> Result<(StatusCode, axum::Json<Workspace>), ApiError> {
    caller.may(Command::Operate, &app)?;
    let name: WorkspaceName = new.name.parse()?;
    on_disk(&app, move |workspaces| workspaces.create(&name)).await?;
    Ok((StatusCode::CREATED, axum::Json(Workspace { name: new.name, trusted: None })))
}

/// The disk may be slow: a thread for those who wait does it.
async fn on_disk<T: Send + 'static>(
    app: &AppState,
    work: impl FnOnce(&Workspaces) -> Result<T, WorkspaceError> + Send + 'static,
) -> Result<T, ApiError> {
    let workspaces = app.0.workspaces.clone();
    let done = tokio::task::spawn_blocking(move || work(&workspaces)).await;
    Ok(done.map_err(|_| ProblemType::Internal)??)
}
