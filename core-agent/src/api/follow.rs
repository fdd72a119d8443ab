//! Reading a session's events as they come, whatever carries them to the client.

use super::AppState;
use super::caller::Caller;
use super::problem::ApiError;
use crate::journal::{self, Journal, JournalError};
use crate::policy::Use;
use protocol::cursor::{Continuity, Cursor};
use protocol::event::{Event, Recorded};
use protocol::ids::SessionId;
use protocol::problem::{Problem, ProblemType};
use serde::Serialize;
use std::collections::VecDeque;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// Events taken from the journal at once.
const BATCH: u32 = 64;

/// What a reader is told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Resume {
    /// Whether what follows joins what the reader has.
    pub(super) continuity: Continuity,
    pub(super) epoch: u32,
    /// What follows begins behind this number.
    pub(super) after: u64,
}

/// Where a reader wants to go on: `Last-Event-ID` before `after`, for a browser that reconnects repeats its address but
/// sends the newer header. `after` may leave the epoch out.
pub(super) fn wanted(last_event_id: Option<&str>, after: Option<&str>, epoch: u32) -> Result<Cursor, ApiError> {
    let text = last_event_id.filter(|id| !id.is_empty()).or(after);
    let Some(text) = text else { return Ok(Cursor { epoch, seq: 0 }) };
    let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    text.parse().ok().or_else(|| number().map(|seq| Cursor { epoch, seq })).ok_or_else(|| {
        Problem::new(ProblemType::BadRequest).detail("where to go on is an event's id, as in 1:42").into()
    })
}

/// One of the Core's places for readers.
pub(super) fn place(app: &AppState) -> Result<OwnedSemaphorePermit, ApiError> {
    app.0.readers.clone().try_acquire_owned().map_err(|_| {
        let detail = "too many clients follow events on this Core";
        Problem::new(ProblemType::TooManyRequests).detail(detail).into()
    })
}

#[derive(Debug)]
pub(super) struct Follower {
    app: AppState,
    caller: Caller,
    /// As it was when it was last looked at.
    session: journal::Session,
    head: watch::Receiver<u64>,
    after: u64,
    ready: VecDeque<Recorded>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// Takes one of the Core's places for readers.
    pub(super) async fn begin(
        app: &AppState,
        caller: Caller,
        session: SessionId,
        wanted: Cursor,
    ) -> Result<(Resume, Self), ApiError> {
        let place = place(app)?;
        let journal = &app.0.journal;
        let head = journal.head(session).await?.ok_or(ProblemType::NotFound)?;
        let newest = *head.borrow();
        // After the head: what changes for whom the session is there from now on is among the events that follow.
        let session = caller.session(session, Use::See, app).await?;
        let epoch = journal.epoch();
        let (continuity, after) = wanted.resume(epoch, newest);
        let follower = Self { app: app.clone(), caller, session, head, after, ready: VecDeque::new(), _place: place };
        Ok((Resume { continuity, epoch, after }, follower))
    }

    /// The next event, waited for. None: the session is not there any more, or not for this reader. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Option<Recorded>, JournalError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let after = self.after;
            let closed = self.head.wait_for(|newest| *newest > after).await.is_err();
            let batch = if closed { Vec::new() } else { self.journal().read(self.session.id, after, BATCH).await? };
            let Some(last) = batch.last() else {
                // What had grown has nothing more: it was removed.
                return if self.may_see().await? { Err(JournalError::Closed) } else { Ok(None) };
            };
            let end = last.seq;
            let shown_otherwise = |event: &Recorded| matches!(event.event, Event::VisibilityChanged { .. });
            let there = if batch.iter().any(shown_otherwise) { self.may_see().await? } else { self.is_for_caller() };
            if !there {
                return Ok(None);
            }
            // Only now, together: whoever stops waiting before this reads the same events again.
            self.after = end;
            self.ready.extend(batch);
        }
    }

    /// Whether the session is there for this reader now.
    async fn may_see(&mut self) -> Result<bool, JournalError> {
        let Some(session) = self.journal().session(self.session.id).await? else { return Ok(false) };
        self.session = session;
        Ok(self.is_for_caller())
    }

    /// The same of the session as it was last seen: the Core may be signed in otherwise since.
    fn is_for_caller(&self) -> bool {
        self.caller.may_use(&self.session, Use::See, &self.app).is_ok()
    }

    fn journal(&self) -> &Journal {
        &self.app.0.journal
    }

    pub(super) fn id(&self, event: &Recorded) -> String {
        Cursor { epoch: self.journal().epoch(), seq: event.seq }.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_says_where_to_go_on_in_one_of_three_ways() {
        let at = |epoch, seq| Cursor { epoch, seq };
        assert_eq!(wanted(None, None, 2).unwrap(), at(2, 0));
        assert_eq!(wanted(Some(""), Some("1:7"), 2).unwrap(), at(1, 7));
        assert_eq!(wanted(Some("2:9"), Some("1:7"), 2).unwrap(), at(2, 9));
        assert_eq!(wanted(None, Some("41"), 2).unwrap(), at(2, 41));
        for wrong in ["", "x", "1:", "-1", "1:2:3", "99999999999999999999"] {
            assert!(wanted(None, Some(wrong), 2).is_err(), "{wrong}");
        }
    }
}
