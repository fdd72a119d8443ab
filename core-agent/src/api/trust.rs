//! `/v1/workspaces/{workspace}/trust`: whether a workspace's own settings are used.

use super::AppState;
use super::caller::Caller;
use super::extract::Path;
use super::problem::ApiError;
use crate::policy::Command;
use crate::workspace::WorkspaceName;
use axum::extract::State;
use http::StatusCode;
use protocol::problem::Problem;

/// Trust a workspace: its `.claude` settings, hooks, commands and `.mcp.json` take effect when a process of the CLI starts
/// in it, and act as the Core's user. It is for the directory as it is now: another one of the same name is not trusted.
#[utoipa::path(
    put,
    path = "/v1/workspaces/{workspace}/trust",
    operation_id = "trust_workspace",
    tag = "workspaces",
    params(("workspace" = String, Path,)),
    responses(
        (status = 204, description = "it is trusted"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn trust(
    State(app): State<AppState>,
    caller: Caller,
    Path(workspace): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    let name: WorkspaceName = workspace.parse()?;
    app.0.claude.trust(name, caller.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Trust a workspace no longer. Processes in it that have nothing to do end; a turn in progress is the last.
#[utoipa::path(
    delete,
    path = "/v1/workspaces/{workspace}/trust",
    operation_id = "distrust_workspace",
    tag = "workspaces",
    params(("workspace" = String, Path,)),
    responses(
        (status = 204, description = "it is not trusted"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn distrust(
    State(app): State<AppState>,
    caller: Caller,
    Path(workspace): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    let name: WorkspaceName = workspace.parse()?;
    app.0.claude.distrust(name, caller.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
