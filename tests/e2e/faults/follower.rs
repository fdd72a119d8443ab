//! A reader that comes back whenever its stream ends, as a browser does.

use condrix_tests::rig::{Client, Reader, SseEvent, within};

#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Events,
    Frames,
}

/// More than a turn's events.
const NEWEST: usize = 100;

#[derive(Debug)]
pub(super) struct Follower {
    by: By,
    /// What it has from earlier visits.
    before: Vec<SseEvent>,
    reader: Option<Reader>,
    visits: usize,
}

impl Follower {
    pub(super) const fn new(by: By) -> Self {
        Self { by, before: Vec::new(), reader: None, visits: 0 }
    }

    /// Reads on to an event, over as many visits as it takes, and returns it.
    pub(super) async fn read_to(
        &mut self,
        client: &Client,
        session: &str,
        wanted: impl Fn(&SseEvent) -> bool,
    ) -> SseEvent {
        // It may have read that while its stream was being cut.
        let here = self.reader.as_ref().map_or(&[][..], Reader::seen);
        let newest = self.before.iter().chain(here).rev().take(NEWEST);
        if let Some(event) = newest.into_iter().find(|event| wanted(event)) {
            return event.clone();
        }
        loop {
            let reader = self.attend(client, session).await;
            while let Some(event) = reader.next().await {
                if wanted(event) {
                    return event.clone();
                }
            }
            self.leave();
        }
    }

    /// Comes back behind what it has, if it is not there.
    pub(super) async fn attend(&mut self, client: &Client, session: &str) -> &mut Reader {
        match &mut self.reader {
            Some(reader) => reader,
            none => {
                let last = self.before.last().and_then(|event| event.id.as_deref());
                self.visits += 1;
                none.insert(match self.by {
                    By::Events => Reader::events(client, session, last).await,
                    By::Frames => Reader::socket(client, session, last).await,
                })
            }
        }
    }

    /// Reads until its stream ends, if it is there.
    pub(super) async fn read_out(&mut self) {
        if let Some(reader) = &mut self.reader {
            within("a stream that was cut ends", reader.to_the_end()).await;
        }
        self.leave();
    }

    /// Ends a visit.
    pub(super) fn leave(&mut self) {
        if let Some(reader) = self.reader.take() {
            if !reader.seen().is_empty() {
                assert_eq!(reader.resume()["continuity"], "ok", "a reader that comes back goes on where it was");
            }
            self.before.extend_from_slice(reader.seen());
        }
    }

    /// How often it has come.
    pub(super) const fn visits(&self) -> usize {
        self.visits
    }

    /// Everything that it has.
    pub(super) fn seen(&self) -> Vec<SseEvent> {
        [self.before.as_slice(), self.reader.as_ref().map_or(&[], Reader::seen)].concat()
    }
}
