//! Metrics have an address of their own, which browsers never see.

use super::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use std::future::IntoFuture as _;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Answers `GET /metrics` until `shutdown` fires.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>, shutdown: CancellationToken) -> io::Result<()> {
    let router = Router::new().route("/metrics", get(exposition)).with_state(metrics);
    // Nobody waits for a scrape: the next one is after the next start. And whoever holds half a request open here must
    // not hold up the gateway's end.
    shutdown.run_until_cancelled(axum::serve(listener, router).into_future()).await.unwrap_or(Ok(()))
}

async fn exposition(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.encode() {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(reason) => {
            error!(%reason, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
