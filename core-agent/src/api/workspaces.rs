//! `/v1/workspaces`.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::git::{Progress, Standing};
use crate::policy::Command;
use crate::workspace::{WorkspaceError, WorkspaceName, Workspaces};
use axum::extract::State;
use http::StatusCode;
use protocol::event::Actor;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

/// A directory on this Core in which sessions work, once it is ready.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Workspace {
    name: String,
    #[serde(flatten)]
    standing: Standing,
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
    /// A repository to begin with. Without it the workspace is empty.
    #[serde(default)]
    clone: Option<Repository>,
}

/// What to clone.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Repository {
    /// `https://…`, `ssh://…` or `user@host:path`, without a password.
    url: String,
    /// A branch or tag. Without it, the one that the repository names itself.
    #[serde(default)]
    branch: Option<String>,
}

/// List this Core's workspaces by name, those that are being cloned and those whose cloning failed included.
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
    Ok(axum::Json(all(&app).await?))
}

/// All of them as they stand.
pub(super) async fn all(app: &AppState) -> Result<WorkspaceList, ApiError> {
    let trusted = trusted(app);
    let ready = on_disk(app, move |workspaces| {
        Ok(workspaces.list()?.into_iter().map(|name| (trusted(workspaces, &name), name)).collect::<Vec<_>>())
    });
    let ready = ready.await?;
    // What was listed on the disk is ready, whatever was said of its name before.
    let clones = app.0.clones.all().into_iter().map(|(name, standing)| (name, (standing, None)));
    let mut all: BTreeMap<_, _> = clones.collect();
    all.extend(ready.into_iter().map(|(trusted, name)| (name, (Standing::Ready, trusted))));
    let workspaces = all
        .into_iter()
        .map(|(name, (standing, trusted))| Workspace { name: name.to_string(), standing, trusted })
        .collect();
    Ok(WorkspaceList { workspaces })
}

/// Make a workspace: an empty one at once, or one that a repository is cloned into, which takes its time.
#[utoipa::path(
    post,
    path = "/v1/workspaces",
    operation_id = "create_workspace",
    tag = "workspaces",
    request_body = NewWorkspace,
    responses(
        (status = 201, description = "it is there", body = Workspace),
        (status = 202, description = "its repository is being cloned", body = Workspace),
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
    let (clones, claude) = (app.0.clones.clone(), Arc::clone(&app.0.claude));
    let Some(Repository { url, branch }) = new.clone else {
        let made = spawn_blocking(move || clones.create_empty(&name, || claude.forget_workspace(&name))).await;
        made.map_err(|_| ProblemType::Internal)??;
        let workspace = Workspace { name: new.name, standing: Standing::Ready, trusted: None };
        return Ok((StatusCode::CREATED, axum::Json(workspace)));
    };
    let (address, branch) = (url.parse()?, branch.as_deref().map(str::parse).transpose()?);
    // A task of its own makes it: within the runtime, which a thread for those who wait is.
    let begun = move || clones.begin(&name, address, branch, || claude.forget_workspace(&name));
    spawn_blocking(begun).await.map_err(|_| ProblemType::Internal)??;
    let workspace = Workspace { name: new.name, standing: Standing::Cloning(Progress::default()), trusted: None };
    Ok((StatusCode::ACCEPTED, axum::Json(workspace)))
}

/// Read how a workspace stands.
#[utoipa::path(
    get,
    path = "/v1/workspaces/{workspace}",
    operation_id = "read_workspace",
    tag = "workspaces",
    params(("workspace" = String, Path,)),
    responses(
        (status = 200, body = Workspace),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<axum::Json<Workspace>, ApiError> {
    caller.may(Command::Observe, &app)?;
    let name = named(&name)?;
    // Asked first: a clone that becomes whole in between is found on the disk.
    let (standing, trusted) = if let Some(standing) = app.0.clones.standing(&name) {
        (standing, None)
    } else {
        let (name, trusted) = (name.clone(), trusted(&app));
        let looked = on_disk(&app, move |workspaces| {
            workspaces.resolve(&name)?;
            Ok(trusted(workspaces, &name))
        });
        (Standing::Ready, looked.await?)
    };
    Ok(axum::Json(Workspace { name: name.to_string(), standing, trusted }))
}

/// End a clone that is in progress, of which nothing is left, or forget one that failed. A workspace that is ready stays.
#[utoipa::path(
    delete,
    path = "/v1/workspaces/{workspace}",
    operation_id = "cancel_clone",
    tag = "workspaces",
    params(("workspace" = String, Path,)),
    responses(
        (status = 204, description = "nothing is left of it"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    app.0.clones.remove(&named(&name)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks whether a workspace is trusted.
fn trusted(app: &AppState) -> impl Fn(&Workspaces, &WorkspaceName) -> Option<Trusted> + Send + 'static {
    let trust = app.0.claude.trusted().clone();
    move |workspaces, name| {
        let (_, directory) = workspaces.identify(name).ok()?;
        trust.of(name, &directory).map(|mark| Trusted { by: mark.by, at: mark.at })
    }
}

/// What is no name names nothing.
fn named(name: &str) -> Result<WorkspaceName, ApiError> {
    name.parse().map_err(|_: WorkspaceError| ProblemType::NotFound.into())
}

/// The disk may be slow: a thread for those who wait does it.
async fn on_disk<T: Send + 'static>(
    app: &AppState,
    work: impl FnOnce(&Workspaces) -> Result<T, WorkspaceError> + Send + 'static,
) -> Result<T, ApiError> {
    let workspaces = app.0.workspaces.clone();
    let done = spawn_blocking(move || work(&workspaces)).await;
    Ok(done.map_err(|_| ProblemType::Internal)??)
}
