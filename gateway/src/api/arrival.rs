//! A request is acted on when all of it has arrived, by whom it is from then.
//!
//! The edge recognised the caller at the request's head. A body may take up to a minute from there, in which the
//! caller's login or API token can end: what comes in under it afterwards must do nothing. So the whole body is awaited
//! here, before any handler, and the credential is looked at again.

use super::BODY;
use crate::auth::{Caller, Principal};
use crate::problem::ApiError;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::LengthLimitError;
use std::error::Error as _;

pub(super) async fn whole(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = match to_bytes(body, BODY).await {
        Ok(body) => body,
        Err(reason) if reason.source().and_then(|source| source.downcast_ref::<LengthLimitError>()).is_some() => {
            return ApiError::BodyTooLarge.into_response();
        }
        // Its sender has gone, or was cut off.
        Err(_) => return ApiError::BadRequest("the body did not come to its end".to_owned()).into_response(),
    };
    if let Some(caller) = parts.extensions.get_mut::<Caller>() {
        // Nobody, rather than refused: where nobody needs to be logged in, a stale credential keeps nobody out.
        caller.principal = caller.principal.take().filter(Principal::is_live);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}
