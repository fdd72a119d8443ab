//! Revoking and restoring Cores.

use super::caller::{Id, User};
use super::content::OptionalBody;
use crate::app::App;
use crate::problem::ApiError;
use crate::registry::Actor;
use crate::revocation::{self, Receipt};
use axum::Json;
use axum::extract::State;
use protocol::claude::RevokeOrder;
use protocol::ids::CoreId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Revoke {
    /// Sign the Core out of Claude, too. The receipt says how that went.
    sign_out: bool,
}

/// Revoke a Core: everything on it ends at once, its key is refused from now on, and no other Core notices.
#[utoipa::path(
    post, path = "/api/v1/cores/{core}/revoke", operation_id = "revoke_core", tag = "cores", params(("core" = CoreId, Path)),
    request_body(content = Revoke),
    responses((status = 200, description = "It is revoked; the receipt says what ended", body = Receipt))
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    User(principal): User,
    Id(core): Id<CoreId>,
    OptionalBody(body): OptionalBody<Revoke>,
) -> Result<Json<Receipt>, ApiError> {
    let order = RevokeOrder { sign_out: body.sign_out };
    Ok(Json(revocation::revoke(&app.registry, &app.fleet, core, order, &Actor::User(principal.user)).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Restored {
    core: CoreId,
    epoch: u64,
}

/// Let a revoked Core link again, under a new epoch.
#[utoipa::path(
    post, path = "/api/v1/cores/{core}/restore", operation_id = "restore_core", tag = "cores", params(("core" = CoreId, Path)),
    responses((status = 200, body = Restored))
)]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    User(principal): User,
    Id(core): Id<CoreId>,
) -> Result<Json<Restored>, ApiError> {
    let epoch = revocation::restore(&app.registry, &app.fleet, core, &Actor::User(principal.user)).await?;
    Ok(Json(Restored { core, epoch }))
}
