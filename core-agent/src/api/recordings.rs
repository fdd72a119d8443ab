//! `/v1/recordings`: what recorded terminals have shown.

use super::AppState;
use super::caller::Caller;
use super::extract::Path;
use super::problem::ApiError;
use crate::policy::Command;
use crate::terminal::{Recorded, Recordings};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use protocol::ids::TerminalId;
use protocol::problem::{Problem, ProblemType};
use serde::Serialize;
use std::io;
use time::OffsetDateTime;
use tokio_util::io::ReaderStream;

/// What a terminal has shown, as asciicast v2. What was typed is not in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Recording {
    terminal: TerminalId,
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// The terminal's name when it was opened.
    name: Option<String>,
    /// Whether the terminal still runs.
    live: bool,
    bytes: u64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RecordingList {
    /// Oldest first.
    recordings: Vec<Recording>,
}

/// List recordings, oldest first.
#[utoipa::path(
    get,
    path = "/v1/recordings",
    operation_id = "list_recordings",
    tag = "terminals",
    responses(
        (status = 200, body = RecordingList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<RecordingList>, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    let all = on_disk(&app, Recordings::list).await?;
    let recordings = all
        .into_iter()
        .map(|Recorded { terminal, started_at, name, bytes }| Recording {
            terminal,
            started_at,
            name,
            live: app.0.terminals.find(terminal).is_ok(),
            bytes,
        })
        .collect();
    Ok(axum::Json(RecordingList { recordings }))
}

/// Download a recording: asciicast v2, for `asciinema play`.
#[utoipa::path(
    get,
    path = "/v1/recordings/{terminal}",
    operation_id = "download_recording",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,)),
    responses(
        (status = 200, content_type = "application/octet-stream", body = [u8]),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn download(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
) -> Result<Response, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    let file = on_disk(&app, move |recordings| recordings.open(terminal)).await?.ok_or(ProblemType::NotFound)?;
    let stream = ReaderStream::new(tokio::fs::File::from_std(file));
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], Body::from_stream(stream)).into_response())
}

/// Delete a recording. That of a terminal which still runs has no name any more, and ends with it.
#[utoipa::path(
    delete,
    path = "/v1/recordings/{terminal}",
    operation_id = "delete_recording",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,)),
    responses(
        (status = 204),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::UseTerminals, &app)?;
    let was_there = on_disk(&app, move |recordings| recordings.remove(terminal)).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemType::NotFound.into()) }
}

async fn on_disk<T: Send + 'static>(
    app: &AppState,
    act: impl FnOnce(&Recordings) -> io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    let recordings = app.0.terminals.recordings().clone();
    let done = tokio::task::spawn_blocking(move || act(&recordings)).await.map_err(|_| ProblemType::Internal)?;
    done.map_err(|error| {
        tracing::error!(%error, "a recording cannot be read or removed");
        ProblemType::Internal.into()
    })
}
