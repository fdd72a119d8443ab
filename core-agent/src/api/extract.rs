//! axum's extractors with this API's refusals.

use super::problem::ApiError;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::StatusCode;
use http::request::Parts;
use protocol::problem::{Problem, ProblemType};
use serde::de::DeserializeOwned;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// Parameters in the path. One that cannot be understood names nothing.
#[derive(Debug)]
pub struct Path<T>(pub T);

#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = axum::Json::from_request(request, state).await;
        body.map(|axum::Json(body)| Self(body)).map_err(|rejection| refuse_body(&rejection))
    }
}

fn refuse_body(rejection: &JsonRejection) -> ApiError {
    let kind = match rejection {
        JsonRejection::JsonSyntaxError(_) => ProblemType::BadRequest,
        JsonRejection::MissingJsonContentType(_) => ProblemType::UnsupportedMediaType,
        // A body that is too large arrives as a failure to read it; the enum is not ours to match exhaustively.
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => ProblemType::BodyTooLarge,
        JsonRejection::JsonDataError(_) => ProblemType::InvalidBody,
        _ => ProblemType::BadRequest,
    };
    Problem::new(kind).detail(rejection.body_text()).into()
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<_, PathRejection> = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(path)| Self(path)).map_err(|_| ProblemType::NotFound.into())
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query: Result<_, QueryRejection> = axum::extract::Query::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| Problem::new(ProblemType::BadRequest).detail(rejection.body_text()).into())
    }
}
