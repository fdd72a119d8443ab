//! `GET /v1/sessions/{session}/export`: a session's whole history in one piece, read and sent batch by batch.

use super::Session;
use super::markdown::Markdown;
use crate::api::AppState;
use crate::api::caller::Caller;
use crate::api::extract::{Path, Query};
use crate::api::follow;
use crate::api::problem::ApiError;
use crate::journal::JournalError;
use crate::policy::{Command, Use};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::header;
use protocol::event::Recorded;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::Deserialize;
use std::io;
use tokio::sync::OwnedSemaphorePermit;

/// Events taken from the journal at once, fewer when they are large.
const BATCH: u32 = 256;

#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum Format {
    /// For people: what was said and done, without what was streamed on the way.
    Markdown,
    /// For programs: the session and every event.
    Json,
}

impl Format {
    /// Never a type that a browser would show: what is exported was written by whoever, and the gateway's origin is not the
    /// place to look at it. Markdown is handed over as bytes to be saved.
    const fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "application/octet-stream",
            Self::Json => "application/json",
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Wanted {
    #[param(inline)]
    format: Format,
}

/// Export a session as it is now: as Markdown for people, or as JSON (`session` and its `events`). It breaks off where the
/// session is removed meanwhile, or is no longer there for the caller.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/export",
    operation_id = "export_session",
    tag = "sessions",
    params(("session" = SessionId, Path,), Wanted),
    responses(
        (status = 200, content(
            (Object = "application/json"),
            (String = "application/octet-stream"),
        )),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(in crate::api) async fn export(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(Wanted { format }): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.may(Command::Observe, &app)?;
    let session = caller.session(id, Use::See, &app).await?;
    // It reads as much as a reader who follows, and takes one of their places.
    let place = follow::place(&app)?;
    let through = session.last_seq;
    let writing = match format {
        Format::Markdown => Writing::Markdown(Box::new(Markdown::new(&session))),
        Format::Json => Writing::Json(Box::new(Session::new(session, app.0.journal.epoch()))),
    };
    let export = Export { app, caller, id, through, after: 0, writing, stage: Stage::Beginning, _place: place };
    Ok(([(header::CONTENT_TYPE, format.media_type())], Body::from_stream(export.pieces())).into_response())
}

enum Writing {
    Markdown(Box<Markdown>),
    Json(Box<Session>),
}

enum Stage {
    Beginning,
    Events,
    Over,
}

struct Export {
    app: AppState,
    caller: Caller,
    id: SessionId,
    /// The newest event when the export was asked for.
    through: u64,
    after: u64,
    writing: Writing,
    stage: Stage,
    _place: OwnedSemaphorePermit,
}

impl Export {
    /// An error breaks the body off: a client sees that it is not the whole.
    fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::try_unfold(self, async |mut export| {
            let piece = export.next().await.map_err(|error| {
                tracing::error!(%error, "an export breaks off");
                io::Error::other(error)
            })?;
            Ok(piece.map(|piece| (Bytes::from(piece), export)))
        })
    }

    async fn next(&mut self) -> Result<Option<String>, JournalError> {
        match self.stage {
            Stage::Beginning => {
                self.stage = Stage::Events;
                self.beginning().map(Some)
            }
            Stage::Events => {
                let mut batch = self.app.0.journal.read(self.id, self.after, BATCH).await?;
                // After it was read: what was said since it was hidden is in no piece.
                self.look_again().await?;
                batch.retain(|event| event.seq <= self.through);
                let Some(last) = batch.last().map(|last| last.seq) else {
                    self.stage = Stage::Over;
                    return Ok(Some(self.end()));
                };
                let first = self.after == 0;
                self.after = last;
                self.events(&batch, first).map(Some)
            }
            Stage::Over => Ok(None),
        }
    }

    /// It may take long: the session may be somebody's alone by now, or the caller's no more.
    async fn look_again(&self) -> Result<(), JournalError> {
        let session = self.app.0.journal.session(self.id).await?;
        let there = session.is_some_and(|session| self.caller.may_use(&session, Use::See, &self.app).is_ok());
        if there { Ok(()) } else { Err(JournalError::UnknownSession(self.id)) }
    }

    fn beginning(&self) -> Result<String, JournalError> {
        match &self.writing {
            Writing::Markdown(markdown) => Ok(markdown.beginning()),
            Writing::Json(session) => Ok(format!("{{\"session\":{},\"events\":[", json(self.id, session)?)),
        }
    }

    fn events(&mut self, batch: &[Recorded], first: bool) -> Result<String, JournalError> {
        match &mut self.writing {
            Writing::Markdown(markdown) => Ok(batch.iter().map(|event| markdown.event(event)).collect()),
            Writing::Json(_) => {
                let events: Result<Vec<String>, _> = batch.iter().map(|event| json(self.id, event)).collect();
                Ok(format!("{}{}", if first { "\n" } else { ",\n" }, events?.join(",\n")))
            }
        }
    }

    fn end(&mut self) -> String {
        match &mut self.writing {
            Writing::Markdown(markdown) => markdown.end(),
            Writing::Json(_) => "\n]}\n".to_owned(),
        }
    }
}

fn json(id: SessionId, value: &impl serde::Serialize) -> Result<String, JournalError> {
    // What was read from JSON can be written as such.
    serde_json::to_string(value).map_err(|_| JournalError::Row {
        table: "events",
        column: "event",
        row: id.to_string(),
    })
}
