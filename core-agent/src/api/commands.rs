//! `/v1/sessions/{session}/commands`: the slash commands that the CLI offers.

use super::AppState;
use super::caller::Caller;
use super::extract::Path;
use super::problem::ApiError;
use crate::claude::commands::SlashCommand;
use crate::policy::{Command, Use};
use axum::extract::State;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::Serialize;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CommandList {
    /// In the CLI's order. A message whose text begins with a slash and a name uses one.
    commands: Vec<SlashCommand>,
}

/// List the slash commands of a session, as the CLI said when a process last started in its workspace, or in any where
/// none has yet.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/commands",
    operation_id = "list_commands",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 200, body = CommandList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<axum::Json<CommandList>, ApiError> {
    // Where the CLI has said nothing yet, it is started to say it: that is more than looking.
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    Ok(axum::Json(CommandList { commands: app.0.claude.commands(session).await? }))
}
