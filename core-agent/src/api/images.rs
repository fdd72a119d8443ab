//! `/v1/sessions/{session}/images`: pictures of messages, as they were sent.

use super::AppState;
use super::caller::Caller;
use super::extract::Path;
use super::problem::ApiError;
use crate::policy::{Command, Use};
use axum::extract::{FromRequestParts, State};
use http::header;
use http::request::Parts;
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use tokio::sync::OwnedSemaphorePermit;

/// Read a picture, by the hash that its message names.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/images/{image}",
    operation_id = "read_image",
    tag = "sessions",
    params(("session" = SessionId, Path,), ("image" = String, Path, description = "SHA-256 in hexadecimal digits")),
    responses(
        (status = 200, description = "the picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp"))),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(
    State(app): State<AppState>,
    caller: Caller,
    Path((session, image)): Path<(SessionId, String)>,
) -> Result<([(header::HeaderName, &'static str); 1], Vec<u8>), ApiError> {
    caller.may(Command::Observe, &app)?;
    caller.session(session, Use::See, &app).await?;
    let found = app.0.journal.image(session, &image).await?.ok_or(ProblemType::NotFound)?;
    Ok(([(header::CONTENT_TYPE, found.media_type.media_type())], found.data))
}

/// Room in memory for a body with pictures. Text needs none: a flood of pictures does not keep it out.
#[derive(Debug)]
pub(super) struct Room {
    _permit: Option<OwnedSemaphorePermit>,
}

impl FromRequestParts<AppState> for Room {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: usize| length <= super::MAX_BODY) {
            return Ok(Self { _permit: None });
        }
        let permit = app.0.uploads.clone().try_acquire_owned().map_err(|_| ProblemType::TooManyRequests)?;
        Ok(Self { _permit: Some(permit) })
    }
}
