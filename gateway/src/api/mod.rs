//! The control plane's HTTP API. Served in memory: the edge has matched the route, recognised the caller and applied the
//! rule before anything here runs, and says so in a [`Caller`](crate::auth::Caller) that no client can write.

mod arrival;
mod caller;
mod content;
mod cores;
mod csp_reports;
mod events;
mod health;
mod login;
mod login_sessions;
mod openapi;
mod page;
mod pairing;
mod pairing_tokens;
mod revocation;
mod setup;
mod token;
mod tokens;

#[cfg(test)]
mod tests;

use crate::app::App;
use crate::problem::{ApiError, finish, panicked};
use crate::web;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest body that any route here has a use for.
const BODY: usize = 64 * 1024;

/// Every route of the control plane.
fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(setup::set_up))
        .routes(routes!(login::log_in))
        .routes(routes!(login::log_out))
        .routes(routes!(login::me))
        .routes(routes!(login_sessions::list))
        .routes(routes!(login_sessions::end))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(token::exchange))
        .routes(routes!(cores::list))
        .routes(routes!(cores::get, cores::change))
        .routes(routes!(events::follow))
        .routes(routes!(revocation::revoke))
        .routes(routes!(revocation::restore))
        .routes(routes!(pairing_tokens::list, pairing_tokens::create))
        .routes(routes!(pairing_tokens::delete))
        .routes(routes!(pairing::redeem))
        .routes(routes!(csp_reports::take))
}

/// The control plane as a service.
pub fn router(app: Arc<App>) -> Router {
    Router::from(routes())
        .merge(web::router())
        .route("/api/openapi.json", get(openapi::document))
        .fallback(web::document)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn(arrival::whole))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(finish))
        .with_state(app)
}
