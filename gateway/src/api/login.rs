//! Logging in and out with a browser, and who one is.

use super::caller::User;
use super::content::Body;
use crate::app::App;
use crate::auth::{Credential, NewLogin, Visitor, cleared_cookie, set_cookie};
use crate::problem::ApiError;
use crate::registry::Actor;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use protocol::ids::{ApiTokenId, LoginSessionId, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    name: String,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    user: UserId,
    name: String,
    role: RoleName,
    credential: CredentialView,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoleName {
    Admin,
}

/// What one is recognised by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum CredentialView {
    LoginSession { id: LoginSessionId },
    ApiToken { id: ApiTokenId },
}

impl From<Credential> for CredentialView {
    fn from(credential: Credential) -> Self {
        match credential {
            Credential::LoginSession(id) => Self::LoginSession { id },
            Credential::ApiToken(id) => Self::ApiToken { id },
        }
    }
}

pub(super) fn logged_in(status: StatusCode, login: &NewLogin) -> Response {
    let me = Me {
        user: login.user,
        name: login.name.clone(),
        role: RoleName::Admin,
        credential: CredentialView::LoginSession { id: login.session },
    };
    (status, [(SET_COOKIE, set_cookie(&login.secret))], Json(me)).into_response()
}

/// Log in with name and password. Guessing is slowed down: 429 says when to come back.
#[utoipa::path(
    post, path = "/api/v1/login", operation_id = "log_in", tag = "login", security(()), request_body = LogIn,
    responses((status = 200, description = "The answer's cookie is the login", body = Me))
)]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(body): Body<LogIn>,
) -> Result<Response, ApiError> {
    let login = app.auth.log_in(&body.name, body.password, visitor, OffsetDateTime::now_utc()).await?;
    Ok(logged_in(StatusCode::OK, &login))
}

/// Log out: the login ends at once, with every stream under it.
#[utoipa::path(post, path = "/api/v1/logout", operation_id = "log_out", tag = "login", responses((status = 204, description = "Logged out")))]
pub(super) async fn log_out(State(app): State<Arc<App>>, User(principal): User) -> Result<Response, ApiError> {
    match principal.credential {
        Credential::LoginSession(session) => {
            // Another request may have ended it a moment ago; it has ended either way.
            app.auth.end_session(session, principal.user, &Actor::User(principal.user)).await?;
            Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cleared_cookie())]).into_response())
        }
        Credential::ApiToken(_) => {
            Err(ApiError::Conflict("This is no login but an API token: delete it under /api/v1/tokens."))
        }
    }
}

/// Who one is.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "me", tag = "login", responses((status = 200, body = Me)))]
pub(super) async fn me(User(principal): User) -> Json<Me> {
    Json(Me {
        user: principal.user,
        name: principal.name,
        role: RoleName::Admin,
        credential: principal.credential.into(),
    })
}
