//! A reader of server-sent events.

use super::eventually::within;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::RequestBuilder;
use serde_json::Value;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    pub id: Option<String>,
    /// The type; empty when the stream names none.
    pub event: String,
    pub data: String,
}

impl SseEvent {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or(Value::Null)
    }
}

pub struct Events {
    status: u16,
    stream: BoxStream<'static, Result<Bytes, String>>,
    parser: Parser,
    last_id: Option<String>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("status", &self.status).field("last_id", &self.last_id).finish_non_exhaustive()
    }
}

impl Events {
    pub(super) async fn open(request: RequestBuilder) -> Self {
        let sent = within("a stream is opened or refused", request.send()).await;
        let response = sent.unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let status = response.status().as_u16();
        let stream = response.bytes_stream().map_err(|error| format!("{error:?}")).boxed();
        Self { status, stream, parser: Parser::default(), last_id: None }
    }

    pub fn status(&self) -> u16 {
        self.status
    }

    /// The id of the last event that was read: where to go on from.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// How many comments came (heartbeats are comments).
    pub fn comments(&self) -> usize {
        self.parser.comments
    }

    /// The next event. None: the stream ended, in order or not.
    pub async fn next(&mut self) -> Option<SseEvent> {
        within("an event comes", self.next_at_leisure()).await
    }

    /// The same without a deadline, for streams on which nothing is to come.
    pub async fn next_at_leisure(&mut self) -> Option<SseEvent> {
        loop {
            if let Some(event) = self.parser.take() {
                self.last_id.clone_from(&event.id);
                return Some(event);
            }
            match self.stream.next().await? {
                Ok(part) => self.parser.feed(&part),
                Err(_broken) => return None,
            }
        }
    }

    /// All events up to and with the first that is wanted.
    pub async fn until(&mut self, wanted: impl Fn(&SseEvent) -> bool) -> Vec<SseEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            let found = wanted(&event);
            events.push(event);
            if found {
                return events;
            }
        }
        panic!("the stream ended early; its last events: {:?}", &events[events.len().saturating_sub(3)..]);
    }

    /// Everything up to the stream's end.
    pub async fn rest(&mut self) -> Vec<SseEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// The event stream format, as far as servers use it (no carriage returns, no `retry`).
#[derive(Debug, Default)]
struct Parser {
    unread: Vec<u8>,
    comments: usize,
    ready: std::collections::VecDeque<SseEvent>,
    event: SseEvent,
    has_data: bool,
}

impl Parser {
    fn feed(&mut self, part: &[u8]) {
        self.unread.extend_from_slice(part);
        while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=end).collect();
            self.line(String::from_utf8_lossy(&line[..end]).trim_end_matches('\r'));
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                self.ready.push_back(event);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => self.comments += 1,
            "id" => self.event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.event.event),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            _ => {}
        }
    }

    fn take(&mut self) -> Option<SseEvent> {
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_their_bytes_are_cut() {
        let text = ": hello\n\nid: 1:1\nevent: e\ndata: {\"a\":\ndata: 1}\n\ndata\n\nid: 1:2\n\n";
        for cut in 0..text.len() {
            let mut parser = Parser::default();
            parser.feed(&text.as_bytes()[..cut]);
            parser.feed(&text.as_bytes()[cut..]);
            let first = parser.take().unwrap();
            assert_eq!((first.id.as_deref(), first.event.as_str()), (Some("1:1"), "e"));
            assert_eq!(first.json(), serde_json::json!({ "a": 1 }));
            assert_eq!(parser.take(), Some(SseEvent::default()));
            assert_eq!(parser.take(), None, "an id alone is no event");
            assert_eq!(parser.comments, 1);
        }
    }
}
