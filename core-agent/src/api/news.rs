//! `GET /v1/events`: how a Core's sessions and workspaces stand, whenever that changes, without end, as server-sent events.
//!
//! What waits for a reader is which sessions have changed, never what they were: it is read when the reader takes it. So a
//! slow one is told the newest, and one that is too far behind to know what it has missed begins anew.

use super::AppState;
use super::caller::Caller;
use super::events::HEARTBEAT;
use super::follow::place;
use super::problem::ApiError;
use super::sessions::{self, Session, SessionList};
use super::workspaces::{self, WorkspaceList};
use crate::journal::{Altered, JournalError, Viewer};
use crate::policy::{Command, Use};
use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream, StreamExt as _};
use protocol::claude::CoreReport;
use protocol::ids::SessionId;
use protocol::problem::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};
use tokio::time::{Instant, sleep_until};

/// Changes of a session within this time are told as one.
const SESSIONS: Duration = Duration::from_millis(100);
/// A clone says much more often how far it is than anybody wants to know.
const WORKSPACES: Duration = Duration::from_millis(500);

/// What a reader is told: the type of an event, and its data.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and most are of this kind")]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub(super) enum News {
    /// The newest that are there for the caller and not in the archive. It comes first, and again where what the reader
    /// knows of sessions is no longer good: because it was too slow, or because others are there for it now.
    Sessions(SessionList),
    /// One was made, has changed, or is there for the caller from now on.
    Session(Session),
    SessionGone(Gone),
    Workspaces(WorkspaceList),
}

/// A session that was removed, or is not there for the caller any more.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Gone {
    id: SessionId,
}

impl News {
    fn sent(&self) -> Result<SseEvent, axum::Error> {
        let event = SseEvent::default();
        match self {
            Self::Sessions(list) => event.event("sessions").json_data(list),
            Self::Session(session) => event.event("session").json_data(session),
            Self::SessionGone(gone) => event.event("session_gone").json_data(gone),
            Self::Workspaces(list) => event.event("workspaces").json_data(list),
        }
    }
}

/// Follow a Core: its sessions and its workspaces as they are now, and again whenever they change.
///
/// A session's title, visibility, archiving, closing, model, mode, bypass and activity are changes; that its history grows
/// is none. Who comes back begins anew: these events have no ids. The stream does not end by itself.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "follow_core",
    tag = "sessions",
    responses(
        (status = 200, content_type = "text/event-stream", body = News),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn follow(State(app): State<AppState>, caller: Caller) -> Result<Response, ApiError> {
    caller.may(Command::Observe, &app)?;
    let stop = app.0.stop.clone();
    let news = server_sent(Listener::begin(app, caller)?).take_until(stop.cancelled_owned());
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn server_sent(listener: Listener) -> impl Stream<Item = Result<SseEvent, axum::Error>> {
    stream::unfold(listener, async |mut listener| match listener.next().await {
        Ok(news) => Some((news.sent(), listener)),
        Err(error) => {
            tracing::error!(%error, "how sessions and workspaces stand cannot be read");
            None
        }
    })
}

#[derive(Debug)]
struct Listener {
    app: AppState,
    caller: Caller,
    altered: broadcast::Receiver<Altered>,
    workspaces: watch::Receiver<()>,
    reports: watch::Receiver<CoreReport>,
    /// As whom the caller was last shown the list.
    viewer: Viewer,
    due: Due,
    /// When sessions, and when workspaces, are looked at again.
    not_before: (Instant, Instant),
    _place: OwnedSemaphorePermit,
}

/// What the reader is still to be told.
#[derive(Debug)]
struct Due {
    anew: bool,
    workspaces: bool,
    /// Sessions that have changed, and whether each was there for the caller at any time since it was last told.
    sessions: BTreeMap<SessionId, bool>,
}

impl Listener {
    /// Takes one of the Core's places for readers.
    fn begin(app: AppState, caller: Caller) -> Result<Self, ApiError> {
        let place = place(&app)?;
        let (altered, workspaces) = (app.0.journal.altered(), app.0.workspaces.follow());
        let (reports, viewer) = (app.0.claude.reports(), caller.viewer(&app));
        let due = Due { anew: true, workspaces: true, sessions: BTreeMap::new() };
        let not_before = (Instant::now(), Instant::now());
        Ok(Self { app, caller, altered, workspaces, reports, viewer, due, not_before, _place: place })
    }

    /// What is to be told next, waited for.
    async fn next(&mut self) -> Result<News, ApiError> {
        loop {
            if std::mem::take(&mut self.due.anew) {
                // Before the list is read, so that nothing falls between the two.
                self.altered = self.app.0.journal.altered();
                self.due.sessions.clear();
                self.viewer = self.caller.viewer(&self.app);
                return Ok(News::Sessions(sessions::newest(&self.app, self.viewer).await?));
            }
            if std::mem::take(&mut self.due.workspaces) {
                return Ok(News::Workspaces(workspaces::all(&self.app).await?));
            }
            match self.due.sessions.pop_first() {
                Some((session, was_there)) => {
                    if let Some(news) = self.session(session, was_there).await? {
                        return Ok(news);
                    }
                }
                None => self.wait().await?,
            }
        }
    }

    async fn session(&self, id: SessionId, was_there: bool) -> Result<Option<News>, JournalError> {
        let journal = &self.app.0.journal;
        let session = journal.session(id).await?;
        let session = session.filter(|session| self.caller.may_use(session, Use::See, &self.app).is_ok());
        // Of one that was never there for the caller not even the end is told.
        Ok(match session {
            Some(session) => Some(News::Session(Session::new(session, journal.epoch()))),
            None => was_there.then_some(News::SessionGone(Gone { id })),
        })
    }

    /// Until something is due. Cancel safe.
    async fn wait(&mut self) -> Result<(), JournalError> {
        let Self { altered, workspaces, reports, not_before, .. } = self;
        let (sessions_not_before, workspaces_not_before) = *not_before;
        let altered = async {
            sleep_until(sessions_not_before).await;
            altered.recv().await
        };
        let workspaces = async {
            sleep_until(workspaces_not_before).await;
            workspaces.changed().await
        };
        // What is followed lives as long as the app does, and this holds the app.
        tokio::select! {
            altered = altered => match altered {
                Ok(first) => self.heard(first),
                Err(RecvError::Lagged(_)) => self.due.anew = true,
                Err(RecvError::Closed) => return Err(JournalError::Closed),
            },
            Ok(()) = workspaces => {
                self.due.workspaces = true;
                self.not_before.1 = Instant::now() + WORKSPACES;
            }
            // A sign-in decides who sees other people's private sessions.
            Ok(()) = reports.changed() => self.due.anew = self.caller.viewer(&self.app) != self.viewer,
            else => return Err(JournalError::Closed),
        }
        Ok(())
    }

    /// Takes this change, and all that have come behind it.
    fn heard(&mut self, first: Altered) {
        let mut next = Ok(first);
        while let Ok(altered) = next {
            let there = self.caller.may_use_such(altered.owner, altered.visibility, Use::See, &self.app).is_ok();
            *self.due.sessions.entry(altered.session).or_default() |= there;
            next = self.altered.try_recv();
        }
        self.due.anew = matches!(next, Err(TryRecvError::Lagged(_)));
        self.not_before.0 = Instant::now() + SESSIONS;
    }
}
