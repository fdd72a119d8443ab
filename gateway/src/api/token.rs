//! Exchanging an API token for an access token.

use super::content::OptionalBody;
use crate::app::App;
use crate::auth::{Caller, bearer};
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    /// The API token, unless it is in the `Authorization` header.
    #[schema(value_type = Option<String>)]
    api_token: Option<SecretString>,
}

/// As OAuth 2.0 answers (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
pub(super) struct AccessTokenView {
    access_token: String,
    #[schema(value_type = String)]
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
}

/// Get an access token for an API token, which stands in the body or in `Authorization: Bearer`. It lives for minutes.
#[utoipa::path(
    post, path = "/api/v1/token", operation_id = "get_access_token", tag = "tokens", security(()), request_body(content = Exchange),
    responses((status = 200, body = AccessTokenView))
)]
pub(super) async fn exchange(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<Exchange>,
) -> Result<Json<AccessTokenView>, ApiError> {
    let secret = match (body.api_token, headers.get(AUTHORIZATION)) {
        (Some(secret), None) => secret,
        (None, Some(authorization)) => SecretString::from(bearer(authorization)?.to_owned()),
        (Some(_), Some(_)) | (None, None) => {
            let detail = "api_token: exactly one is needed, in the body or in the Authorization header";
            return Err(ApiError::InvalidBody(detail.to_owned()));
        }
    };
    let now = OffsetDateTime::now_utc();
    app.auth.allow_guess(caller.peer, now)?;
    let access = app.auth.exchange(&secret, now)?;
    app.auth.forgive_guess(caller.peer);
    Ok(Json(AccessTokenView {
        access_token: access.token.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_in: access.expires_in.as_secs(),
    }))
}
