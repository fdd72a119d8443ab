//! What the gateway itself asks of the agent. The proxy forwards no client here, and a request that names a user is
//! refused (see [`Gateway`]).

use super::AppState;
use super::caller::Gateway;
use super::extract::Json;
use super::problem::ApiError;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::header;
use protocol::claude::{CoreReport, RevokeConfirmation, RevokeOrder};
use protocol::link::Welcome;
use protocol::problem::ProblemType;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Changes within this time become one report.
const COALESCE: Duration = Duration::from_millis(100);

/// `GET /link/v1/reports`: the Core's state at once and after every change, one line each, for as long as the link is up.
/// Only the newest state counts: what changes faster than the gateway reads is left out.
pub(super) async fn reports(State(app): State<AppState>, _: Gateway) -> Response {
    let reports = stream::unfold((app.0.claude.reports(), true), next);
    let lines = reports.map(Ok::<_, std::convert::Infallible>).take_until(app.0.stop.clone().cancelled_owned());
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

type Reports = watch::Receiver<CoreReport>;

async fn next((mut reports, first): (Reports, bool)) -> Option<(Bytes, (Reports, bool))> {
    if !first {
        sleep(COALESCE).await;
        reports.changed().await.ok()?;
    }
    let mut line = match serde_json::to_vec(&*reports.borrow_and_update()) {
        Ok(line) => line,
        Err(error) => {
            tracing::error!(%error, "a report cannot be written");
            return None;
        }
    };
    line.push(b'\n');
    Some((line.into(), (reports, false)))
}

/// `POST /link/v1/revoked`: this Core was revoked. Answers when its work has ended. The welcome is that of the link by which
/// the order came ([`crate::link_client`]).
pub(super) async fn revoked(
    State(app): State<AppState>,
    _: Gateway,
    Extension(welcome): Extension<Welcome>,
    Json(order): Json<RevokeOrder>,
) -> Result<axum::Json<RevokeConfirmation>, ApiError> {
    let (claude, terminals, clones) = (app.0.claude.clone(), app.0.terminals.clone(), app.0.clones.clone());
    // To its end, also when the gateway stops waiting and cuts the link: a sign-out that stops halfway is none.
    let revoked = app.0.tasks.spawn(async move {
        // Nobody may be left who could write new credentials once they are gone.
        let first = if order.sign_out { terminals.close_all(true).await } else { 0 };
        let revoked = claude.revoke(order, Some(welcome.epoch));
        let (confirmation, then, ()) = tokio::join!(revoked, terminals.close_all(true), clones.cancel_all());
        let confirmation = RevokeConfirmation { terminals_ended: first + then, ..confirmation };
        tracing::warn!(?order, ?confirmation, "this Core was revoked: its work has ended");
        confirmation
    });
    let confirmation = revoked.await.map_err(|_| ProblemType::Internal)?;
    Ok(axum::Json(confirmation))
}
