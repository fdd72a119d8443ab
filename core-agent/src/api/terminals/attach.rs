//! `GET /v1/terminals/{id}/attach` and `…/watch`: a WebSocket with the subprotocol `condrix.terminal.v1`.
//!
//! Binary frames are the terminal's bytes, text frames say the rest ([`Says`], [`Told`]). Positions count the terminal's
//! bytes since it began; a client that comes back says up to where it has them.

use super::super::AppState;
use super::super::caller::Caller;
use super::super::extract::{Path, Query};
use super::super::problem::ApiError;
use super::presence::Presence;
use crate::policy::Command;
use crate::terminal::{Attachment, Exited, Output, Replay, Said, Size, Typing};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;
use futures::stream::SplitSink;
use futures::{SinkExt as _, StreamExt as _};
use protocol::ids::TerminalId;
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;

pub(in crate::api) const SUBPROTOCOL: &str = "condrix.terminal.v1";

const HEARTBEAT: Duration = Duration::from_secs(15);
/// A client that takes nothing for this long is dropped; it comes back with its position.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a sign-in may be nobody's before those are cut off whose it is not.
const MOMENT: Duration = Duration::from_secs(3);
/// The largest frame of a client: a paste in one piece.
const LARGEST_MESSAGE: usize = 1024 * 1024;
/// What is read at once. It is cleared for each key.
const READ: usize = 8 * 1024;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct From {
    /// Up to where the client has the terminal's bytes. It then gets exactly those that it misses, as long as they are
    /// kept; otherwise the screen as it is.
    position: Option<u64>,
    /// How large the client shows it. Both or neither.
    rows: Option<u16>,
    columns: Option<u16>,
}

/// A text frame from the client.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::api) enum Says {
    /// The replay has been taken in. Before this nothing that the client sends is typed: an emulator answers questions
    /// that it finds in a replay, and nobody asks them now.
    Ready,
    Resize {
        size: Size,
    },
    Pause,
    Resume,
}

/// A text frame to the client.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::api) enum Told {
    /// First of all. `screen_bytes` that restore the screen come next, and then the terminal's bytes from `position` on.
    Attached {
        terminal: TerminalId,
        replay: Replay,
        position: u64,
        screen_bytes: u64,
        size: Size,
        title: Option<String>,
        /// What the terminal shows is kept as a recording: say so where it can be seen.
        recorded: bool,
    },
    /// The client was too slow for what is kept: it goes on as after a new `attached`.
    Skipped {
        position: u64,
        screen_bytes: u64,
    },
    /// What follows is said now.
    Live {
        position: u64,
    },
    Resized {
        size: Size,
    },
    Title {
        title: String,
    },
    Exited(Exited),
    /// The frame before was not understood.
    Error {
        detail: String,
    },
}

/// Use a terminal: see it and type into it.
#[utoipa::path(
    get,
    path = "/v1/terminals/{terminal}/attach",
    operation_id = "attach_terminal",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,), From),
    responses(
        (status = 101, description = "a WebSocket: `Told` and `Says` in text frames, bytes in binary ones", body = Told),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn attach(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
    Query(from): Query<From>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    begin(app, caller, terminal, &from, upgrade, true).await
}

/// Watch a terminal: see it, and type nothing.
#[utoipa::path(
    get,
    path = "/v1/terminals/{terminal}/watch",
    operation_id = "watch_terminal",
    tag = "terminals",
    params(("terminal" = TerminalId, Path,), From),
    responses(
        (status = 101, description = "a WebSocket as of `attach`; what it sends is typed nowhere", body = Told),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn watch(
    State(app): State<AppState>,
    caller: Caller,
    Path(terminal): Path<TerminalId>,
    Query(from): Query<From>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    begin(app, caller, terminal, &from, upgrade, false).await
}

async fn begin(
    app: AppState,
    caller: Caller,
    terminal: TerminalId,
    from: &From,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    writes: bool,
) -> Result<Response, ApiError> {
    // Who watches sees what a recording shows: both are for those who could look for themselves.
    caller.may(Command::UseTerminals, &app)?;
    let bad = |detail: &str| ApiError::from(Problem::new(ProblemType::BadRequest).detail(detail));
    let size = match (from.rows, from.columns) {
        (Some(rows), Some(columns)) => Some(Size::new(rows, columns).map_err(|error| bad(&error.to_string()))?),
        (None, None) => None,
        _ => return Err(bad("a size has rows and columns")),
    };
    let recorded = app.0.terminals.find(terminal)?.recorded;
    let upgrade = upgrade.map_err(|_| bad("this is a WebSocket"))?.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(bad("the WebSocket's subprotocol is condrix.terminal.v1"));
    }
    let place = app.0.terminals.place()?;
    let (attachment, said, typing) = app.0.terminals.attach(terminal, from.position, size, writes).await?;
    let (tasks, stop) = (app.0.tasks.clone(), app.0.stop.clone());
    let hand = writes.then(|| app.0.claude.hands().of(caller.user));
    let refused = refused(app, caller);
    let client = Client { terminal, recorded, typing, writes };
    Ok(upgrade.read_buffer_size(READ).max_message_size(LARGEST_MESSAGE).on_upgrade(move |socket| {
        tasks.track_future(async move {
            tokio::select! {
                () = client.serve(socket, attachment, said, stop) => {}
                () = refused => {}
            }
            drop((place, hand));
        })
    }))
}

/// Returns when this client may do so no more: a plan that has come to this Core meanwhile is its owner's.
async fn refused(app: AppState, caller: Caller) {
    let mut reports = app.0.claude.reports();
    loop {
        match caller.may(Command::UseTerminals, &app) {
            Ok(()) | Err(ApiError::Refused(ProblemType::SignInUnconfirmed)) => {
                if reports.changed().await.is_err() {
                    return;
                }
            }
            // A sign-in that is being made is nobody's for a moment.
            Err(_) => {
                if !matches!(timeout(MOMENT, reports.changed()).await, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}

type Sink = SplitSink<WebSocket, Message>;

struct Client {
    terminal: TerminalId,
    recorded: bool,
    typing: Typing,
    writes: bool,
}

impl Client {
    async fn serve(mut self, socket: WebSocket, attachment: Attachment, mut said: Said, stop: CancellationToken) {
        let (mut sink, mut messages) = socket.split();
        let Attachment { replay, position, screen_bytes, size, title } = attachment;
        let (terminal, recorded) = (self.terminal, self.recorded);
        let attached = Told::Attached { terminal, replay, position, screen_bytes, size, title, recorded };
        if !send(&mut sink, text(&attached)).await {
            return;
        }
        let (answers, mut answered) = tokio::sync::mpsc::channel::<Message>(1);
        // Reading has a future of its own: what a client types does not wait for what it takes.
        let presence = Presence::default();
        let hear = async {
            while let Some(Ok(message)) = messages.next().await {
                presence.heard();
                let answer = match message {
                    Message::Binary(bytes) if self.writes => self.typing.keys(bytes).await.map(|()| None),
                    Message::Binary(_) => Ok(Some(error("who watches types nothing"))),
                    Message::Text(text) => self.obey(&text).await,
                    Message::Close(_) => return,
                    Message::Ping(_) | Message::Pong(_) => Ok(None),
                };
                match answer {
                    Ok(None) => {}
                    Ok(Some(answer)) if answers.send(text(&answer)).await.is_ok() => {}
                    Ok(Some(_)) | Err(_) => return,
                }
                presence.listens();
            }
        };
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let tell = async {
            loop {
                let message = tokio::select! {
                    output = said.next() => output.map_or_else(|| close(close_code::NORMAL), message),
                    Some(answer) = answered.recv() => answer,
                    _ = heartbeat.tick() => {
                        if !presence.beat() {
                            return;
                        }
                        Message::Ping(Bytes::new())
                    }
                    () = stop.cancelled() => close(close_code::AWAY),
                };
                let last = matches!(message, Message::Close(_));
                if !send(&mut sink, message).await || last {
                    return;
                }
            }
        };
        tokio::select! {
            () = hear => {}
            () = tell => {}
        }
    }

    async fn obey(&mut self, text: &str) -> io::Result<Option<Told>> {
        match serde_json::from_str(text) {
            Ok(Says::Ready) => self.typing.ready().await?,
            // Who only looks decides no size.
            Ok(Says::Resize { size }) if self.writes => self.typing.resize(size).await?,
            Ok(Says::Resize { .. }) => {}
            Ok(Says::Pause) => self.typing.pause().await?,
            Ok(Says::Resume) => self.typing.resume().await?,
            Err(wrong) => return Ok(Some(error(&wrong.to_string()))),
        }
        Ok(None)
    }
}

fn error(detail: &str) -> Told {
    Told::Error { detail: detail.to_owned() }
}

fn message(output: Output) -> Message {
    text(&match output {
        Output::Bytes(bytes) => return Message::Binary(bytes),
        Output::Skipped { position, screen_bytes } => Told::Skipped { position, screen_bytes },
        Output::Live { position } => Told::Live { position },
        Output::Resized(size) => Told::Resized { size },
        Output::Title(title) => Told::Title { title },
        Output::Exited(exited) => Told::Exited(exited),
    })
}

/// Whether the client took it in time.
async fn send(sink: &mut Sink, message: Message) -> bool {
    matches!(timeout(PATIENCE, sink.send(message)).await, Ok(Ok(())))
}

fn text(told: &Told) -> Message {
    match serde_json::to_string(told) {
        Ok(text) => Message::text(text),
        Err(error) => {
            tracing::error!(%error, "a terminal's state cannot be written");
            close(close_code::ERROR)
        }
    }
}

fn close(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code, reason: "".into() }))
}
