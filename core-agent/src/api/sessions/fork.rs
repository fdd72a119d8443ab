//! `POST /v1/sessions/{session}/fork`: another session that goes on from here.

use super::{Session, find, title};
use crate::api::AppState;
use crate::api::caller::Caller;
use crate::api::extract::{Json, Path};
use crate::api::problem::ApiError;
use crate::journal;
use crate::policy::{Command, Use};
use axum::extract::State;
use http::StatusCode;
use protocol::event::Visibility;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::Deserialize;

/// What is left out is as it is in the session that is forked.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewFork {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    visibility: Option<Visibility>,
}

/// Fork a session: a new one of the caller's, in the same workspace, with its history so far. Both go on independently.
///
/// A session with a turn in progress or messages that wait is refused as `session-busy`. The CLI's process of an idle one
/// ends; its next message starts another.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/fork",
    operation_id = "fork_session",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    request_body = NewFork,
    responses(
        (status = 201, body = Session),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn fork(
    State(app): State<AppState>,
    caller: Caller,
    Path(source): Path<SessionId>,
    Json(new): Json<NewFork>,
) -> Result<(StatusCode, axum::Json<Session>), ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(source, Use::Write, &app).await?;
    let title = new.title.as_deref().map(title::parse).transpose()?.flatten();
    let fork = journal::NewFork {
        source,
        id: SessionId::new(),
        title: title.map(|title| app.0.claude.guard().mask(title)),
        visibility: new.visibility,
        by: caller.actor(),
    };
    let id = fork.id;
    app.0.claude.fork(fork).await?;
    Ok((StatusCode::CREATED, axum::Json(find(&app, id).await?)))
}
