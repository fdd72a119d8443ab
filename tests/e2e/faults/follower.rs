//! A reader that comes back whenever its stream ends, as a browser does.

use condrix_tests::rig::{Client, Reader, SseEvent};

#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Events,
    Frames,
}

#[derive(Debug)]
pub(super) struct Follower {
    by: By,
    /// What it has from earlier visits.
    before: Vec<SseEvent>,
    reader: Option<Reader>,
}

impl Follower {
    pub(super) const fn new(by: By) -> Self {
        Self { by, before: Vec::new(), reader: None }
    }

    /// Reads on to an event, over as many visits as it takes.
    pub(super) async fn read_to(&mut self, client: &Client, session: &str, wanted: impl Fn(&SseEvent) -> bool) {
        loop {
            let last = self.before.last().and_then(|event| event.id.clone());
            let reader = match (&mut self.reader, self.by) {
                (Some(reader), _) => reader,
                (none, By::Events) => none.insert(Reader::events(client, session, last.as_deref()).await),
                (none, By::Frames) => none.insert(Reader::socket(client, session, last.as_deref()).await),
            };
            while let Some(event) = reader.next().await {
                if wanted(event) {
                    return;
                }
            }
            self.leave();
        }
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

    /// Everything that it has.
    pub(super) fn seen(&self) -> Vec<SseEvent> {
        [self.before.as_slice(), self.reader.as_ref().map_or(&[], Reader::seen)].concat()
    }
}
