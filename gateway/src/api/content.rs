//! What comes in: JSON, small, and nothing that is not asked for.

use crate::problem::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

/// A body that must be there.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        // Whoever sends JSON says so: a form of another site cannot, without asking the gateway first.
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(ApiError::MediaType),
            Err(JsonRejection::JsonSyntaxError(error)) => Err(ApiError::BadRequest(error.body_text())),
            Err(JsonRejection::JsonDataError(error)) => Err(ApiError::InvalidBody(error.body_text())),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiError::BodyTooLarge),
            Err(error) => Err(ApiError::BadRequest(error.body_text())),
        }
    }
}

/// A body that may be left out, for requests whose members all have a default.
pub(super) struct OptionalBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if request.headers().contains_key(CONTENT_TYPE) {
            return Body::from_request(request, state).await.map(|Body(body)| Self(body));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::BodyTooLarge)?;
        if bytes.is_empty() { Ok(Self(T::default())) } else { Err(ApiError::MediaType) }
    }
}
