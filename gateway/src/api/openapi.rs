//! The API's description, for people and for generators of clients.
//!
//! `gateway/openapi.json` is committed and served as it is; a test holds it equal to what the code generates.

#[cfg(test)]
mod generated;

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use protocol::ids::{ApiTokenId, ApprovalId, CoreId, LoginSessionId, PairingTokenId, SessionId, SignInId};
use protocol::problem::Problem;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};

const DOCUMENT: &str = include_str!("../../openapi.json");

#[derive(OpenApi)]
#[openapi(
    info(title = "Condrix", description = "One endpoint for a team; many hosts behind it."),
    // What a path may name, and what everything may end in: nothing else leads to them.
    components(schemas(ApiTokenId, ApprovalId, CoreId, LoginSessionId, PairingTokenId, Problem, SessionId, SignInId)),
    security(("cookie" = []), ("bearer" = [])),
)]
struct Head;

/// Everything but the paths.
pub(super) fn head() -> utoipa::openapi::OpenApi {
    let mut head = Head::openapi();
    let components = head.components.get_or_insert_default();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::auth::COOKIE));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    head
}

pub(super) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}
