//! What changes of the Cores, told at once to whoever is logged in.

use super::caller::User;
use super::cores::{self, CoreView};
use super::page::{Cursor, MOST, Page};
use crate::app::App;
use crate::problem::ApiError;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures::{Stream, StreamExt as _, stream};
use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::error;

/// What stands between does not take a stream for dead that says something so often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two events. What changes in between is in the second.
const PACE: Duration = Duration::from_millis(250);

/// Follow the Cores: the list as it is, and again whenever something in it has changed.
///
/// Every event is named `cores` and holds what `GET /api/v1/cores?limit=1000` answers the same caller at that time. None
/// has an id: whoever comes back is told the present list, and has missed nothing that still holds.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "follow_cores", tag = "cores",
    responses((status = 200, content_type = "text/event-stream", body = Page<CoreView>))
)]
pub(super) async fn follow(
    State(app): State<Arc<App>>,
    user: User,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    // Before the list is read: what changes meanwhile is told afterwards.
    let changes = app.fleet.changes();
    let kill = user.0.kill.clone();
    let told = list(&app, &user).await?;
    let first = event(&told);
    let rest = stream::unfold(Follower { app, user, changes, told }, Follower::next);
    // The edge cuts the stream when the login ends; this is the belt to that.
    let events = stream::once(ready(first)).chain(rest).map(Ok).take_until(kill.cancelled_owned());
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Follower {
    app: Arc<App>,
    user: User,
    changes: watch::Receiver<()>,
    /// The list as it was told last.
    told: String,
}

impl Follower {
    /// The stream ends where the list cannot be read: its reader comes back and is told why.
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            sleep(PACE).await;
            self.changes.changed().await.ok()?;
            let list = match list(&self.app, &self.user).await {
                Ok(list) => list,
                Err(reason) => {
                    error!(%reason, "the Cores cannot be told to a reader");
                    return None;
                }
            };
            // Agents report what nobody is shown, too.
            if list != self.told {
                self.told = list;
                return Some((event(&self.told), self));
            }
        }
    }
}

async fn list(app: &App, user: &User) -> Result<String, ApiError> {
    let page = cores::page(app, user, Cursor { after: None, limit: MOST }).await?;
    Ok(serde_json::to_string(&page).expect("a list of Cores is JSON"))
}

fn event(list: &str) -> Event {
    Event::default().event("cores").data(list)
}
