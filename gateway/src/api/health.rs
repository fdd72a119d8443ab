//! Whether the gateway lives, and whether it is of use.

use crate::app::App;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// The process answers.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn alive() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// The registry answers, too.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "health", security(()), responses((status = 200, body = Health)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Health>, ApiError> {
    app.registry.ping().await?;
    Ok(Json(Health { status: "ready" }))
}
