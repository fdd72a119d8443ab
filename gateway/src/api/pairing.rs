//! How an agent with a pairing token becomes a Core.

use super::content::Body;
use crate::app::App;
use crate::auth::Caller;
use crate::problem::ApiError;
use crate::registry::{cores, pairing_tokens};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use protocol::claude::{ClaudeState, RevokeOrder};
use protocol::pairing::{PairRequest, PairResponse};
use protocol::secret::SecretHash;
use std::sync::Arc;
use time::OffsetDateTime;
use tracing::info;

/// The longest name in the DNS.
const LONGEST_HOSTNAME: usize = 253;

/// Redeem a pairing token. The same key may ask again while the token lives and gets the same answer; another key is
/// refused, as is everybody whose token is unknown, used or lapsed, all in the same words.
#[utoipa::path(
    post, path = "/api/v1/pairing", operation_id = "redeem_pairing_token", tag = "pairing", security(()), request_body = PairRequest,
    responses((status = 201, description = "The agent is a Core", body = PairResponse))
)]
pub(super) async fn redeem(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(request): Body<PairRequest>,
) -> Result<(StatusCode, Json<PairResponse>), ApiError> {
    if request.hostname.len() > LONGEST_HOSTNAME || request.hostname.chars().any(char::is_control) {
        return Err(ApiError::InvalidBody("hostname: not a host's name".to_owned()));
    }
    let now = OffsetDateTime::now_utc();
    app.auth.allow_guess(caller.peer, now)?;
    let secret = SecretHash::of_bytes(request.secret.as_bytes());
    let core = pairing_tokens::redeem(&app.registry, &secret, request.key, &request.hostname, caller.peer, now).await?;
    app.auth.forgive_guess(caller.peer);
    app.fleet.admit(&core, ClaudeState::default());
    // Looked at again after it has become visible: a revocation in between found nothing to cut.
    let present = cores::get(&mut *app.registry.reader().await?, core.id).await?;
    if let Some(revoked) = present.filter(|present| present.revoked_at.is_some()) {
        app.fleet.cut(revoked.id, revoked.epoch, RevokeOrder { sign_out: false }).await;
        return Err(pairing_tokens::RedeemError::Refused.into());
    }
    info!(core = %core.id, name = %core.name, address = %caller.peer, "a Core was paired");
    let paired = PairResponse { core: core.id, name: core.name.to_string(), gateway_key: app.fleet.public_key() };
    Ok((StatusCode::CREATED, Json(paired)))
}
