//! Somebody who follows a session, by server-sent events or by a WebSocket, and remembers what came.

use super::{Client, Events, Socket, SseEvent};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug)]
pub struct Reader {
    carrier: Carrier,
    /// What the stream began with: whether it joins what the reader has.
    resume: Option<Value>,
    seen: Vec<SseEvent>,
}

#[derive(Debug)]
enum Carrier {
    Events(Events),
    Socket(Box<Socket>),
}

/// One event as a WebSocket carries it. The event itself is kept byte by byte.
#[derive(Deserialize)]
struct Frame {
    id: Option<String>,
    event: String,
    data: Box<RawValue>,
}

impl Reader {
    /// Server-sent events of a session, given by its public path; behind `last` (by `Last-Event-ID`) if that is given.
    pub async fn events(client: &Client, session: &str, last: Option<&str>) -> Self {
        Self::of_events(client.events(&format!("{session}/events"), last).await)
    }

    /// The same with `after` in the address.
    pub async fn events_after(client: &Client, session: &str, after: &str) -> Self {
        Self::of_events(client.events(&format!("{session}/events?after={after}"), None).await)
    }

    /// The same events over a WebSocket.
    pub async fn socket(client: &Client, session: &str, after: Option<&str>) -> Self {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let opened = client.socket(&format!("{session}/events{query}")).await;
        let socket = opened.unwrap_or_else(|refused| panic!("no WebSocket: {refused:?}"));
        Self { carrier: Carrier::Socket(Box::new(socket)), resume: None, seen: Vec::new() }
    }

    fn of_events(events: Events) -> Self {
        assert_eq!(events.status(), 200, "no stream of events");
        Self { carrier: Carrier::Events(events), resume: None, seen: Vec::new() }
    }

    /// The next event. None: the stream ended, in order or not.
    pub async fn next(&mut self) -> Option<&SseEvent> {
        loop {
            let event = match &mut self.carrier {
                Carrier::Events(events) => events.next().await?,
                Carrier::Socket(socket) => unframed(socket.next().await?.to_text().expect("frames are text")),
            };
            if event.event == "resume" {
                assert!(self.resume.replace(event.json()).is_none() && self.seen.is_empty(), "resume comes first");
                continue;
            }
            self.seen.push(event);
            return self.seen.last();
        }
    }

    /// Reads on up to and with the first event that is wanted, and returns that one.
    pub async fn until(&mut self, wanted: impl Fn(&SseEvent) -> bool) -> SseEvent {
        while let Some(event) = self.next().await {
            if wanted(event) {
                return event.clone();
            }
        }
        panic!("the stream ended early; its last events: {:?}", &self.seen[self.seen.len().saturating_sub(3)..]);
    }

    /// Reads on up to an event of this kind.
    pub async fn until_kind(&mut self, kind: &str) -> SseEvent {
        self.until(|event| event.event == kind).await
    }

    /// Reads on up to the end of a turn, whichever it is, and returns it.
    pub async fn until_end_of(&mut self, turn: &str) -> SseEvent {
        self.until(|event| is_end(event) && event.json()["turn"] == turn).await
    }

    /// Reads until the stream ends.
    pub async fn to_the_end(&mut self) {
        while self.next().await.is_some() {}
    }

    /// What the stream began with.
    pub fn resume(&self) -> &Value {
        self.resume.as_ref().expect("something was read")
    }

    /// Where to go on from.
    pub fn last_id(&self) -> &str {
        self.seen.last().and_then(|event| event.id.as_deref()).expect("an event was read, and has an id")
    }

    pub fn seen(&self) -> &[SseEvent] {
        &self.seen
    }
}

/// All that is written down of a session by now.
pub async fn history(client: &Client, session: &str) -> Vec<SseEvent> {
    let shown = client.get(session).await.expect(200);
    let newest = shown["cursor"].as_str().unwrap_or_else(|| panic!("no cursor: {shown}")).to_owned();
    let mut reader = Reader::events(client, session, None).await;
    reader.until(|event| event.id.as_deref() == Some(&newest)).await;
    reader.seen
}

/// Whether a turn ends with this.
pub fn is_end(event: &SseEvent) -> bool {
    matches!(event.event.as_str(), "turn_completed" | "turn_failed" | "turn_interrupted")
}

fn unframed(text: &str) -> SseEvent {
    let frame: Frame = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    SseEvent { id: frame.id, event: frame.event, data: frame.data.get().to_owned() }
}

/// Sequence numbers, which must be dense from 1, in one epoch.
pub fn assert_dense(events: &[SseEvent]) {
    for (number, event) in (1_u64..).zip(events) {
        let told = event.id.as_deref().and_then(|id| id.split_once(':')?.1.parse().ok());
        assert_eq!((told, event.json()["seq"].as_u64()), (Some(number), Some(number)), "{event:?}");
    }
}
