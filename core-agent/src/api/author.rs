//! `/v1/git/author`: in whose name the caller's commits on this Core are made.

use super::AppState;
use super::caller::Caller;
use super::extract::Json;
use super::problem::ApiError;
use crate::git::{self, AuthorError, Authors};
use crate::policy::Command;
use axum::extract::State;
use http::StatusCode;
use protocol::ids::UserId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};

/// Whom commits name as their author and committer.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Author {
    /// 1 to 200 characters, without line breaks, `<` and `>`.
    name: String,
    /// The same, and without spaces.
    email: String,
}

/// Read the author of one's own commits.
#[utoipa::path(
    get,
    path = "/v1/git/author",
    operation_id = "read_git_author",
    tag = "git",
    responses(
        (status = 200, body = Author),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<Author>, ApiError> {
    caller.may(Command::Operate, &app)?;
    let author = on_disk(&app, &caller, Authors::get).await?;
    Ok(axum::Json(Author { name: author.name().to_owned(), email: author.email().to_owned() }))
}

/// Say who the author of one's own commits is, from the next one on: in sessions that one began, whoever writes in them, and
/// in terminals that one opened. Without an author the configuration of the Core's user holds.
#[utoipa::path(
    put,
    path = "/v1/git/author",
    operation_id = "set_git_author",
    tag = "git",
    request_body = Author,
    responses(
        (status = 204, description = "it holds"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn set(
    State(app): State<AppState>,
    caller: Caller,
    Json(Author { name, email }): Json<Author>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    let author = git::Author::new(name, email)?;
    on_disk(&app, &caller, move |authors, user| authors.put(user, &author)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget the author of one's own commits.
#[utoipa::path(
    delete,
    path = "/v1/git/author",
    operation_id = "remove_git_author",
    tag = "git",
    responses(
        (status = 204, description = "it is forgotten"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn remove(State(app): State<AppState>, caller: Caller) -> Result<StatusCode, ApiError> {
    caller.may(Command::Operate, &app)?;
    on_disk(&app, &caller, Authors::remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The disk may be slow: a thread for those who wait does it.
async fn on_disk<T: Send + 'static>(
    app: &AppState,
    caller: &Caller,
    work: impl FnOnce(&Authors, UserId) -> Result<T, AuthorError> + Send + 'static,
) -> Result<T, ApiError> {
    let (authors, user) = (app.0.authors.clone(), caller.actor().user);
    let done = tokio::task::spawn_blocking(move || work(&authors, user)).await;
    Ok(done.map_err(|_| ProblemType::Internal)??)
}
