//! `/v1/terminals`: which there are, and making, naming and closing them.

pub(super) mod attach;
mod presence;

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::policy::Command;
use crate::terminal::{self, Exited, NewTerminal, Size};
use axum::extract::State;
use http::StatusCode;
use protocol::event::Actor;
use protocol::ids::TerminalId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tracing::Instrument as _;

/// A PTY on this Core, and the login shell that runs in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Terminal {
    id: TerminalId,
    name: Option<String>,
    /// Where it began. None: in the home of the agent's user.
    workspace: Option<String>,
    /// Whether what it shows is kept as a recording.
    recorded: bool,
    created_by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    size: Size,
    /// What the program in it calls itself: text, at most 128 characters.
    title: Option<String>,
    /// Clients that are attached and may type.
    writers: u32,
    /// Clients that only look.
    observers: u32,
    /// How its shell ended. It can be looked at for a while.
    exited: Option<Exited>,
}

impl From<terminal::Terminal> for Terminal {
    fn from(terminal: terminal::Terminal) -> Self {
        let terminal::Terminal {
            id,
            name,
            workspace,
            recorded,
            created_by,
            created_at,
            size,
            title,
            writers,
            observers,
            exited,
        } = terminal;
        Self { id, name, workspace, recorded, created_by, created_at, size, title, writers, observers, exited }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct TerminalList {
    /// Oldest first.
    terminals: Vec<Terminal>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTerminal {
    /// Where to begin. In the home of the agent's user when left out.
    #[serde(default)]
    workspace: Option<String>,
    /// 1 to 64 characters.
    #[serde(default)]
    name: Option<String>,
    /// 24 rows of 80 columns when left out.
    #[serde(default)]
    size: Size,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TerminalName {
    /// 1 to 64 characters.
    name: String,
}

/// List terminals, oldest first.
#[utoipa::path(
    get,
    path = "/v1/terminals",
    operation_id = "list_terminals",
    tag = "terminals",
    responses(
        (status = 200, body = TerminalList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<TerminalList>, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    let terminals = app.0.terminals.list().into_iter().map(Terminal::from).collect();
    Ok(axum::Json(TerminalList { terminals }))
}

/// Open a terminal with the login shell of the agent's user.
#[utoipa::path(
    post,
    path = "/v1/terminals",
    operation_id = "create_terminal",
    tag = "terminals",
    request_body = CreateTerminal,
    responses(
        (status = 201, body = Terminal),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn create(
    State(app): State<AppState>,
    caller: Caller,
    Json(new): Json<CreateTerminal>,
) -> Result<(StatusCode, axum::Json<Terminal>), ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    let workspace = new.workspace.map(|name| name.parse()).transpose()?;
    let new = NewTerminal { name: new.name, workspace, size: new.size, by: caller.actor() };
    let terminals = app.0.terminals.clone();
    // To its end, also when the client has gone: a keeper that nobody follows would be found at the next start only.
    let made = app.0.tasks.spawn(async move { terminals.create(new).await }.in_current_span());
    let made = made.await.map_err(|_| ProblemType::Internal)??;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

/// Read a terminal.
#[utoipa::path(
    get,
    path = "/v1/terminals/{terminal}",
    operation_id = "read_terminal",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,)),
    responses(
        (status = 200, body = Terminal),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
) -> Result<axum::Json<Terminal>, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    Ok(axum::Json(app.0.terminals.find(terminal)?.into()))
}

/// Name a terminal.
#[utoipa::path(
    patch,
    path = "/v1/terminals/{terminal}",
    operation_id = "rename_terminal",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,)),
    request_body = TerminalName,
    responses(
        (status = 200, body = Terminal),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn rename(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
    Json(TerminalName { name }): Json<TerminalName>,
) -> Result<axum::Json<Terminal>, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    Ok(axum::Json(app.0.terminals.rename(terminal, name).await?.into()))
}

/// Close a terminal: everything that runs in it ends.
#[utoipa::path(
    delete,
    path = "/v1/terminals/{terminal}",
    operation_id = "close_terminal",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,)),
    responses(
        (status = 204, description = "it is gone"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn close(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    app.0.terminals.close(terminal).await?;
    Ok(StatusCode::NO_CONTENT)
}
