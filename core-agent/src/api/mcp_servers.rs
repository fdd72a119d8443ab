//! `/v1/mcp-servers` and `/v1/workspaces/{workspace}/mcp-servers`: what the CLI is given besides its own tools.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::claude::mcp::{Server, ServerName, Servers};
use crate::policy::Command;
use crate::workspace::WorkspaceName;
use axum::extract::State;
use http::StatusCode;
use protocol::problem::{Problem, ProblemType};
use serde::Serialize;
use std::collections::BTreeMap;

/// A server without its secrets.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct McpServer {
    name: String,
    #[serde(flatten)]
    server: Shown,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Shown {
    Stdio {
        command: String,
        args: Vec<String>,
        env: BTreeMap<String, String>,
        /// The variables' names. What they hold is told to nobody.
        secret_env: Vec<String>,
    },
    Http {
        /// Without its query, which may hold a secret.
        url: String,
        headers: BTreeMap<String, String>,
        /// The headers' names. What they hold is told to nobody.
        secret_headers: Vec<String>,
    },
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct McpServerList {
    servers: Vec<McpServer>,
}

fn shown(servers: Servers) -> axum::Json<McpServerList> {
    let show = |(name, server)| {
        let server = match server {
            Server::Stdio { command, args, env, secret_env } => {
                Shown::Stdio { command, args, env, secret_env: secret_env.into_keys().collect() }
            }
            Server::Http { mut url, headers, secret_headers } => {
                url.set_query(None);
                let secret_headers = secret_headers.into_keys().collect();
                Shown::Http { url: url.to_string(), headers, secret_headers }
            }
        };
        McpServer { name, server }
    };
    axum::Json(McpServerList { servers: servers.into_iter().map(show).collect() })
}

/// The workspace's name, if it is one that exists.
async fn existing(app: &AppState, workspace: &str) -> Result<String, ApiError> {
    let name: WorkspaceName = workspace.parse()?;
    let workspaces = app.0.workspaces.clone();
    let looked = tokio::task::spawn_blocking(move || workspaces.resolve(&name)).await;
    looked.map_err(|_| ProblemType::Internal)??;
    Ok(workspace.to_owned())
}

fn named(server: &str) -> Result<ServerName, ApiError> {
    server.parse().map_err(|fault: crate::claude::mcp::ServerFault| {
        Problem::new(ProblemType::InvalidBody).detail(fault.to_string()).into()
    })
}

/// List the MCP servers of every session, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/mcp-servers",
    operation_id = "list_mcp_servers",
    tag = "mcp",
    responses(
        (status = 200, body = McpServerList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<McpServerList>, ApiError> {
    caller.may(Command::Operate, &app)?;
    Ok(shown(app.0.claude.mcp_servers().listed(None)))
}

/// Set an MCP server of every session, as a whole. It takes effect when a process of the CLI starts; idle ones end.
///
/// A program is named by an absolute path, or by a name that the Core's PATH leads to, and starts in the home directory of
/// the Core's user, whatever the session's workspace.
#[utoipa::path(
    put,
    path = "/v1/mcp-servers/{server}",
    operation_id = "set_mcp_server",
    tag = "mcp",
    params(("server" = String, Path, description = "1 to 32 lower-case letters, digits, underscores or hyphens")),
    request_body = Server,
    responses(
        (status = 204, description = "it is set"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn set(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Json(server): Json<Server>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    app.0.claude.set_mcp_server(None, named(&name)?, server, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove an MCP server of every session.
#[utoipa::path(
    delete,
    path = "/v1/mcp-servers/{server}",
    operation_id = "remove_mcp_server",
    tag = "mcp",
    params(("server" = String, Path,)),
    responses(
        (status = 204, description = "it is gone"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    app.0.claude.remove_mcp_server(None, name, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the MCP servers of a workspace's sessions, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/workspaces/{workspace}/mcp-servers",
    operation_id = "list_workspace_mcp_servers",
    tag = "mcp",
    params(("workspace" = String, Path,)),
    responses(
        (status = 200, body = McpServerList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list_of_workspace(
    State(app): State<AppState>,
    caller: Caller,
    Path(workspace): Path<String>,
) -> Result<axum::Json<McpServerList>, ApiError> {
    caller.may(Command::Operate, &app)?;
    Ok(shown(app.0.claude.mcp_servers().listed(Some(&existing(&app, &workspace).await?))))
}

/// Set an MCP server of a workspace's sessions, as a whole. It wins over one of every session that has its name.
///
/// A program starts in the workspace, and may be one of it.
#[utoipa::path(
    put,
    path = "/v1/workspaces/{workspace}/mcp-servers/{server}",
    operation_id = "set_workspace_mcp_server",
    tag = "mcp",
    params(("workspace" = String, Path,), ("server" = String, Path,)),
    request_body = Server,
    responses(
        (status = 204, description = "it is set"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn set_of_workspace(
    State(app): State<AppState>,
    caller: Caller,
    Path((workspace, name)): Path<(String, String)>,
    Json(server): Json<Server>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    let workspace = existing(&app, &workspace).await?;
    app.0.claude.set_mcp_server(Some(workspace), named(&name)?, server, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove an MCP server of a workspace's sessions.
#[utoipa::path(
    delete,
    path = "/v1/workspaces/{workspace}/mcp-servers/{server}",
    operation_id = "remove_workspace_mcp_server",
    tag = "mcp",
    params(("workspace" = String, Path,), ("server" = String, Path,)),
    responses(
        (status = 204, description = "it is gone"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn remove_of_workspace(
    State(app): State<AppState>,
    caller: Caller,
    Path((workspace, name)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Entrust, &app)?;
    app.0.claude.remove_mcp_server(Some(workspace), name, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}
