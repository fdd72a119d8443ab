//! One's own API tokens: credentials for programs.

use super::caller::{Id, User};
use super::content::Body;
use super::page::Page;
use crate::app::App;
use crate::auth::ApiToken;
use crate::problem::ApiError;
use crate::registry::{Actor, TokenName};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use protocol::ids::ApiTokenId;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateToken {
    /// What it is for.
    #[schema(value_type = String, max_length = 64)]
    name: TokenName,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenView {
    id: ApiTokenId,
    name: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

/// A token with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedToken {
    #[serde(flatten)]
    view: TokenView,
    /// The secret, to be exchanged for access tokens at `/api/v1/token`.
    token: String,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self { id: token.id, name: token.name, created_at: token.created_at, last_used_at: token.last_used_at }
    }
}

/// One's own API tokens, oldest first. Their secrets are not shown again.
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "list_api_tokens", tag = "tokens", responses((status = 200, body = Page<TokenView>)))]
pub(super) async fn list(State(app): State<Arc<App>>, User(principal): User) -> Json<Page<TokenView>> {
    Json(Page::whole(app.auth.api_tokens(principal.user).into_iter().map(TokenView::from).collect()))
}

/// Make an API token. It acts as its user until it is deleted.
#[utoipa::path(
    post, path = "/api/v1/tokens", operation_id = "create_api_token", tag = "tokens", request_body = CreateToken,
    responses((status = 201, body = CreatedToken))
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    User(principal): User,
    Body(body): Body<CreateToken>,
) -> Result<(StatusCode, Json<CreatedToken>), ApiError> {
    let now = OffsetDateTime::now_utc();
    let (token, secret) = app.auth.create_api_token(&principal, body.name.as_str(), now).await?;
    let created = CreatedToken { view: token.into(), token: secret.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Delete an API token: its access tokens and every stream under it end at once.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{token}", operation_id = "delete_api_token", tag = "tokens", params(("token" = ApiTokenId, Path)),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    User(principal): User,
    Id(token): Id<ApiTokenId>,
) -> Result<StatusCode, ApiError> {
    let deleted = app.auth.delete_api_token(token, principal.user, &Actor::User(principal.user)).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
