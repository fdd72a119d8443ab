//! `GET /v1/sessions/{id}/events`: a session's events from where the client left off, without end, as server-sent events
//! or over a WebSocket on the same path.

use super::AppState;
use super::caller::Caller;
use super::extract::{Path, Query};
use super::follow::{Follower, Resume, wanted};
use super::problem::ApiError;
use crate::policy::Command;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream, StreamExt as _};
use http::{HeaderMap, header};
use protocol::event::Recorded;
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;

/// Some sign of life at least this often, for whatever stands between and gives up on silence.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// A WebSocket client that takes nothing for this long is dropped.
const PATIENCE: Duration = Duration::from_secs(30);
/// A client has nothing to say here; this leaves room for pongs.
const LARGEST_MESSAGE: usize = 4 * 1024;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// The id of the last event that the client has, as `epoch:seq`; the epoch may be left out. The header
    /// `Last-Event-ID` goes before it.
    after: Option<String>,
}

/// One event as a WebSocket carries it. Server-sent events carry the same three parts in their own form.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Frame {
    id: String,
    /// The event's kind.
    event: &'static str,
    data: Recorded,
}

/// Follow a session.
///
/// The first event is `resume` and says whether what follows joins what the client has (`ok`) or the client starts anew
/// (`gap`). The stream ends by itself only when the session is gone, or not there for this caller any more: an `end` comes
/// then, and a WebSocket closes. With `Upgrade: websocket` the same comes as text frames.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/events",
    operation_id = "follow_session",
    tag = "sessions",
    params(("session" = SessionId, Path,), From, ("Last-Event-ID" = Option<String>, Header,)),
    responses(
        (status = 200, content_type = "text/event-stream", body = Frame),
        (status = 101, description = "the same events over a WebSocket"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn follow(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
    Query(from): Query<From>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    caller.may(Command::Observe, &app)?;
    let last_event_id = headers.get("last-event-id").map(|id| id.to_str()).transpose();
    let last_event_id = last_event_id.map_err(|_| ProblemType::BadRequest)?;
    let wanted = wanted(last_event_id, from.after.as_deref(), app.0.journal.epoch())?;
    let (resume, follower) = Follower::begin(&app, caller, session, wanted).await?;
    let stop = app.0.stop.clone();
    match upgrade {
        Ok(upgrade) => {
            let tasks = app.0.tasks.clone();
            Ok(upgrade
                .read_buffer_size(LARGEST_MESSAGE)
                .max_message_size(LARGEST_MESSAGE)
                .on_upgrade(move |socket| tasks.track_future(frames(socket, resume, follower, stop))))
        }
        Err(_) if headers.contains_key(header::UPGRADE) => {
            Err(Problem::new(ProblemType::BadRequest).detail("this is no request for a WebSocket").into())
        }
        Err(_) => {
            let events = server_sent(resume, follower).take_until(stop.cancelled_owned());
            let heartbeat = KeepAlive::new().interval(HEARTBEAT);
            Ok(Sse::new(events).keep_alive(heartbeat).into_response())
        }
    }
}

fn server_sent(resume: Resume, follower: Follower) -> impl Stream<Item = Result<SseEvent, axum::Error>> {
    let first = SseEvent::default().event("resume").json_data(resume);
    let rest = stream::unfold(Some(follower), async |follower| {
        let mut follower = follower?;
        match follower.next().await {
            Ok(Some(event)) => {
                let sent = SseEvent::default().id(follower.id(&event)).event(event.event.kind()).json_data(event);
                Some((sent, Some(follower)))
            }
            Ok(None) => Some((Ok(SseEvent::default().event("end").data("{}")), None)),
            Err(error) => {
                tracing::error!(%error, "a session's events cannot be read");
                None
            }
        }
    });
    stream::once(std::future::ready(first)).chain(rest)
}

async fn frames(mut socket: WebSocket, resume: Resume, mut follower: Follower, stop: CancellationToken) {
    if !send(&mut socket, text(&serde_json::json!({"event": "resume", "data": resume}))).await {
        return;
    }
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            event = follower.next() => match event {
                Ok(None) => close(close_code::NORMAL),
                Ok(Some(event)) => text(&Frame { id: follower.id(&event), event: event.event.kind(), data: event }),
                Err(error) => {
                    tracing::error!(%error, "a session's events cannot be read");
                    close(close_code::ERROR)
                }
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = heartbeat.tick() => Message::Ping(bytes::Bytes::new()),
            () = stop.cancelled() => close(close_code::AWAY),
        };
        let last = matches!(message, Message::Close(_));
        if !send(&mut socket, message).await || last {
            return;
        }
    }
}

/// Whether the client took it in time.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}

fn text(frame: &impl Serialize) -> Message {
    match serde_json::to_string(frame) {
        Ok(text) => Message::text(text),
        Err(error) => {
            tracing::error!(%error, "an event cannot be written");
            close(close_code::ERROR)
        }
    }
}

fn close(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}
