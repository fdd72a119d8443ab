//! Running without asking, for a while.
//!
//! The CLI's own mode for this is not used: it has no end, root may not use it, and what ran in it would be in no history.
//! Here the CLI asks as ever and the agent answers in the name of who lent it the right, so that each tool is journalled
//! and the next one is asked for the moment the time is up. Questions and plans still wait for a person, and so does every
//! tool while the session only plans.

use super::SessionError;
use super::task::Session;
use protocol::event::{Actor, BypassEnd, Event};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

#[derive(Clone, Debug)]
pub(super) struct Bypass {
    by: Actor,
    until: Instant,
    /// The same, as people were told.
    date: OffsetDateTime,
}

impl Bypass {
    /// In whose name a tool is allowed now. Whichever clock is ahead counts: one can be set, and the other stands still while
    /// the host sleeps.
    pub(super) fn holder(&self, now: Instant, date: OffsetDateTime) -> Option<&Actor> {
        (now < self.until && date < self.date).then_some(&self.by)
    }

    pub(super) const fn until(&self) -> Instant {
        self.until
    }
}

impl Session {
    /// Begins one, in place of one that is there. It ends with the session's process, or after `lasts`.
    pub(super) async fn begin_bypass(&mut self, by: Actor, lasts: Duration) -> Result<(), SessionError> {
        self.tell_bypass_end().await;
        let (until, date) = (Instant::now() + lasts, OffsetDateTime::now_utc() + lasts);
        self.shared.journal.append(self.id, vec![Event::BypassBegan { by: by.clone(), until: date }]).await?;
        tracing::info!(by = %by.user, seconds = lasts.as_secs(), "the session runs without asking for a while");
        self.bypass = Some(Bypass { by, until, date });
        Ok(())
    }

    /// It is over at once; that is then written. Where there is none, nothing happens.
    pub(super) async fn end_bypass(&mut self, by: Actor) {
        if self.bypass.take().is_some() {
            self.bypass_ended = Some(Event::BypassEnded { reason: BypassEnd::User, by: Some(by) });
            self.tell_bypass_end().await;
        }
    }

    /// Ends one by itself. What is written of it follows with [`Self::tell_bypass_end`].
    pub(super) fn drop_bypass(&mut self, reason: BypassEnd) {
        if self.bypass.take().is_some() {
            self.bypass_ended = Some(Event::BypassEnded { reason, by: None });
        }
    }

    pub(super) async fn tell_bypass_end(&mut self) {
        if let Some(ended) = self.bypass_ended.take() {
            // The state shows its end time as well, and the next start of an agent puts it right.
            let _ = self.write(vec![ended]).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::UserId;

    #[test]
    fn it_ends_by_whichever_clock_is_ahead() {
        let (now, date, lasts) = (Instant::now(), OffsetDateTime::now_utc(), Duration::from_mins(1));
        let by = Actor { user: UserId::new(), name: "ada".to_owned() };
        let bypass = Bypass { by, until: now + lasts, date: date + lasts };
        let moment = Duration::from_millis(1);
        assert!(bypass.holder(now + lasts - moment, date + lasts - moment).is_some());
        assert!(bypass.holder(now + lasts, date).is_none(), "somebody has set the clock back");
        assert!(bypass.holder(now, date + lasts).is_none(), "the host has slept");
    }
}
