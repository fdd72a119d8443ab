//! Permissions to pair one agent each.

use super::caller::{Id, User};
use super::content::OptionalBody;
use super::page::Page;
use crate::app::App;
use crate::problem::ApiError;
use crate::registry::pairing_tokens::{self, PairingTokenRow};
use crate::registry::{Actor, CoreName, Labels};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use protocol::ids::PairingTokenId;
use protocol::pairing::PairingToken;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreatePairingToken {
    /// What to call the Core; without it, its host's name.
    #[schema(value_type = Option<String>, max_length = 63)]
    name: Option<CoreName>,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    labels: Labels,
}

/// A token that waits for its agent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PairingTokenView {
    id: PairingTokenId,
    #[schema(value_type = Option<String>)]
    name: Option<CoreName>,
    #[schema(value_type = BTreeMap<String, String>)]
    labels: Labels,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// A token with its text, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedPairingToken {
    #[serde(flatten)]
    view: PairingTokenView,
    /// For `core-agent join`. It carries the gateway's address and its certificate's fingerprint.
    token: String,
}

impl From<PairingTokenRow> for PairingTokenView {
    fn from(row: PairingTokenRow) -> Self {
        Self { id: row.id, name: row.name, labels: row.labels, created_at: row.created_at, expires_at: row.expires_at }
    }
}

/// The tokens that wait, oldest first.
#[utoipa::path(
    get, path = "/api/v1/pairing-tokens", operation_id = "list_pairing_tokens", tag = "pairing", responses((status = 200, body = Page<PairingTokenView>))
)]
pub(super) async fn list(State(app): State<Arc<App>>, _: User) -> Result<Json<Page<PairingTokenView>>, ApiError> {
    let rows = pairing_tokens::waiting(&mut *app.registry.reader().await?, OffsetDateTime::now_utc()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(PairingTokenView::from).collect())))
}

/// Make a token. It pairs one agent, once, within minutes.
#[utoipa::path(
    post, path = "/api/v1/pairing-tokens", operation_id = "create_pairing_token", tag = "pairing", request_body = CreatePairingToken,
    responses((status = 201, body = CreatedPairingToken))
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    User(principal): User,
    OptionalBody(body): OptionalBody<CreatePairingToken>,
) -> Result<(StatusCode, Json<CreatedPairingToken>), ApiError> {
    let (lifetime, now) = (app.config.tokens.pairing, OffsetDateTime::now_utc());
    let actor = Actor::User(principal.user);
    let (row, secret) = pairing_tokens::create(&app.registry, body.name, body.labels, lifetime, &actor, now).await?;
    let token = PairingToken {
        gateway: app.config.public_url.url().clone(),
        fingerprint: app.certificates.fingerprint(),
        secret,
    };
    let created = CreatedPairingToken { view: row.into(), token: token.to_text().expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Take a token back that was not used.
#[utoipa::path(
    delete, path = "/api/v1/pairing-tokens/{token}", operation_id = "delete_pairing_token", tag = "pairing", params(("token" = PairingTokenId, Path)),
    responses((status = 204, description = "It is gone"))
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    User(principal): User,
    Id(token): Id<PairingTokenId>,
) -> Result<StatusCode, ApiError> {
    let deleted = pairing_tokens::delete(&app.registry, token, &Actor::User(principal.user)).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
