//! `/v1/sessions/{session}/mcp-servers`: how a session's process stands with its MCP servers.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::claude::mcp::ServerStatus;
use crate::policy::{Command, Use};
use axum::extract::State;
use http::StatusCode;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ServerStatusList {
    servers: Vec<ServerStatus>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerSwitch {
    enabled: bool,
}

/// Ask a session's process how its MCP servers are. Without a process there is nothing to ask.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/mcp-servers",
    operation_id = "read_session_mcp_servers",
    tag = "mcp",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 200, body = ServerStatusList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<axum::Json<ServerStatusList>, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    Ok(axum::Json(ServerStatusList { servers: app.0.claude.mcp_status(session).await? }))
}

/// Connect a session's process to an MCP server anew.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/mcp-servers/{server}/reconnect",
    operation_id = "reconnect_session_mcp_server",
    tag = "mcp",
    params(("session" = SessionId, Path,), ("server" = String, Path,)),
    responses(
        (status = 204, description = "it is connected"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn reconnect(
    State(app): State<AppState>,
    caller: Caller,
    Path((session, server)): Path<(SessionId, String)>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    app.0.claude.reconnect_mcp_server(session, &server).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switch an MCP server of a session's process off or on, for as long as the process lives.
#[utoipa::path(
    patch,
    path = "/v1/sessions/{session}/mcp-servers/{server}",
    operation_id = "switch_session_mcp_server",
    tag = "mcp",
    params(("session" = SessionId, Path,), ("server" = String, Path,)),
    request_body = ServerSwitch,
    responses(
        (status = 204, description = "it is switched"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn switch(
    State(app): State<AppState>,
    caller: Caller,
    Path((session, server)): Path<(SessionId, String)>,
    Json(ServerSwitch { enabled }): Json<ServerSwitch>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    app.0.claude.switch_mcp_server(session, &server, enabled).await?;
    Ok(StatusCode::NO_CONTENT)
}
