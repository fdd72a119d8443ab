//! One's own logins.

use super::caller::{Id, User};
use super::page::Page;
use crate::app::App;
use crate::auth::Credential;
use crate::problem::ApiError;
use crate::registry::Actor;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use protocol::ids::LoginSessionId;
use serde::Serialize;
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A browser's login.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoginSessionView {
    id: LoginSessionId,
    /// Whether this very request came by it.
    current: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_seen_at: OffsetDateTime,
    /// When it ends at the latest.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Where it began.
    address: String,
    /// What the browser called itself.
    user_agent: String,
}

/// One's own logins, oldest first.
#[utoipa::path(
    get, path = "/api/v1/login-sessions", operation_id = "list_login_sessions", tag = "login", responses((status = 200, body = Page<LoginSessionView>))
)]
pub(super) async fn list(State(app): State<Arc<App>>, User(principal): User) -> Json<Page<LoginSessionView>> {
    let views = app.auth.login_sessions(principal.user).into_iter().map(|session| LoginSessionView {
        current: principal.credential == Credential::LoginSession(session.id),
        id: session.id,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        expires_at: session.expires_at,
        address: session.address,
        user_agent: session.user_agent,
    });
    Json(Page::whole(views.collect()))
}

/// End one of one's own logins at once, with every stream under it.
#[utoipa::path(
    delete, path = "/api/v1/login-sessions/{session}", operation_id = "end_login_session", tag = "login", params(("session" = LoginSessionId, Path)),
    responses((status = 204, description = "It has ended"))
)]
pub(super) async fn end(
    State(app): State<Arc<App>>,
    User(principal): User,
    Id(session): Id<LoginSessionId>,
) -> Result<StatusCode, ApiError> {
    let ended = app.auth.end_session(session, principal.user, &Actor::User(principal.user)).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
