//! A session and the journal: the messages that wait, and what is written of them.

use super::Reason;
use super::state::State;
use super::task::Session;
use crate::claude::stream::outgoing::Picture;
use crate::journal::{JournalError, Message, MessageStatus};
use protocol::event::{Event, InterruptReason, TurnError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a journal is tried that fails for another reason than a full disk.
const TRIES: u32 = 30;
const RETRY: Duration = Duration::from_secs(1);
/// How soon a session that could not read or write its messages looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The journal cannot be read or written now. It was logged.
#[derive(Debug)]
pub(super) struct NotNow;

impl Session {
    /// The oldest message that waits.
    pub(super) async fn next_message(&self) -> Result<Option<Message>, NotNow> {
        let open = self.shared.journal.open_messages(self.id).await;
        let open =
            open.inspect_err(|error| tracing::error!(%error, "the journal cannot be read")).map_err(|_| NotNow)?;
        for message in open {
            match message.status {
                MessageStatus::Queued => return Ok(Some(message)),
                // Nobody is working on it: its end could not be written when it came.
                MessageStatus::Running if !matches!(self.state, State::Turn { .. }) => {
                    let (turn, reason) = (message.turn, InterruptReason::ProcessEnded);
                    self.write(vec![Event::TurnInterrupted { turn, reason, by: None, usage: None }]).await?;
                }
                MessageStatus::Running | MessageStatus::Ended => {}
            }
        }
        Ok(None)
    }

    /// What a message shows the model.
    pub(super) async fn pictures(&self, message: &Message) -> Result<Vec<Picture>, NotNow> {
        let mut pictures = Vec::with_capacity(message.images.len());
        for hash in &message.images {
            match self.shared.journal.image(self.id, hash).await {
                Ok(Some(image)) => pictures.push(Picture { media_type: image.media_type, data: image.data }),
                Ok(None) => tracing::error!(hash, "a message's picture is not in the journal"),
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be read");
                    return Err(NotNow);
                }
            }
        }
        Ok(pictures)
    }

    /// Looks again later, since it could not be done now.
    pub(super) fn later(&mut self) {
        self.look = true;
        self.again = Some(Instant::now() + LOOK_AGAIN);
    }

    /// Tells that a message cannot be worked on.
    pub(super) async fn refuse(&self, message: &Message, error: TurnError, detail: String) -> Result<(), NotNow> {
        let turn = message.turn;
        let failed = Event::TurnFailed { turn, error, status: None, detail, usage: None };
        self.write(vec![Event::TurnStarted { turn, model: None }, failed]).await
    }

    /// The message at the head of the queue cannot be worked on, for the CLI does not run.
    pub(super) async fn refuse_head(&mut self, detail: String) {
        tracing::warn!(detail, "the CLI could not be started");
        let refused = match self.next_message().await {
            Ok(Some(message)) => self.refuse(&message, TurnError::Cli, detail).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if refused.is_err() {
            self.later();
        }
    }

    /// Ends every message that waits, as far as the journal can be written.
    pub(super) async fn give_up_queue(&self, reason: &Reason) -> Result<(), NotNow> {
        while let Some(message) = self.next_message().await? {
            let turn = message.turn;
            let (why, by) = (reason.interrupt(), reason.by());
            let interrupted = Event::TurnInterrupted { turn, reason: why, by, usage: None };
            self.write(vec![Event::TurnStarted { turn, model: None }, interrupted]).await?;
        }
        Ok(())
    }

    /// Writes events: they are durable when this returns. A journal that cannot take them is waited for, and the CLI waits
    /// too, for nobody reads it: the events are as few as they were. But an order to stop does not wait.
    pub(super) async fn write(&self, events: Vec<Event>) -> Result<(), NotNow> {
        if events.is_empty() {
            return Ok(());
        }
        let mut attempt = 1_u32;
        loop {
            match self.shared.journal.append(self.id, events.clone()).await {
                Ok(_) => return Ok(()),
                Err(error) if may_pass(&error, attempt) => {
                    tracing::warn!(%error, attempt, "the journal cannot be written; trying again");
                    tokio::select! {
                        () = sleep(RETRY) => attempt = attempt.saturating_add(1),
                        () = self.hurry.ordered() => {
                            tracing::error!("events are lost: the session is ordered to stop");
                            return Err(NotNow);
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "events are lost");
                    return Err(NotNow);
                }
            }
        }
    }
}

/// Whether what could not be written is tried again: on a full disk until there is room, however long that takes.
const fn may_pass(error: &JournalError, attempt: u32) -> bool {
    match error {
        JournalError::DiskFull => true,
        JournalError::Storage(_) => attempt < TRIES,
        JournalError::Unusable { .. }
        | JournalError::Open(_)
        | JournalError::UnknownSession(_)
        | JournalError::SessionExists(_)
        | JournalError::UnknownTurn(_)
        | JournalError::SearchesBusy
        | JournalError::SearchTooBroad
        | JournalError::Closed
        | JournalError::Row { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_full_disk_is_waited_for_without_end_and_a_failing_one_for_a_while() {
        assert!(may_pass(&JournalError::DiskFull, 1) && may_pass(&JournalError::DiskFull, u32::MAX));
        let failing = JournalError::Storage(Arc::new(sqlx::Error::WorkerCrashed));
        assert!(may_pass(&failing, TRIES - 1) && !may_pass(&failing, TRIES));
        assert!(!may_pass(&JournalError::Closed, 1), "what cannot pass is not waited for");
    }
}
