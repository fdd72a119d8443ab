//! A session with Claude, as a client of the public API has it: messages go in, the history comes out.

use super::{Answer, Client, Core, Events, fresh_key};
use reqwest::Method;
use serde_json::{Value, json};

/// An event of a session's history, as it was sent.
pub type Event = Value;

/// One client's view of a session: who writes, and how far it has read. Every number of the history must come exactly
/// once.
#[derive(Debug)]
pub struct Conversation {
    client: Client,
    path: String,
    events: Events,
    seen: Vec<Event>,
}

impl Core {
    /// Makes a workspace and begins a session in it.
    pub async fn converse(&self, by: &Client, workspace: &str) -> Conversation {
        by.post(&self.path("workspaces"), &json!({ "name": workspace })).await.expect(201);
        self.begin_session(by, &json!({ "workspace": workspace })).await
    }

    /// Begins a session in a workspace that is there.
    pub async fn begin_session(&self, by: &Client, session: &Value) -> Conversation {
        let made = by.post(&self.path("sessions"), session).await.expect(201);
        let id = made["id"].as_str().unwrap_or_else(|| panic!("no id: {made}"));
        Conversation::follow(by, &self.path(&format!("sessions/{id}"))).await
    }
}

impl Conversation {
    /// Reads a session's history from its beginning.
    pub async fn follow(client: &Client, path: &str) -> Self {
        let mut events = client.events(&format!("{path}/events"), None).await;
        assert_eq!(events.status(), 200, "{path}");
        let resume = events.next().await.expect("the stream says how it goes on");
        assert_eq!((resume.event.as_str(), &resume.json()["continuity"]), ("resume", &json!("ok")));
        Self { client: client.clone(), path: path.to_owned(), events, seen: Vec::new() }
    }

    /// The same session for another client.
    pub async fn joined_by(&self, client: &Client) -> Self {
        Self::follow(client, &self.path).await
    }

    /// The public path of something of this session.
    pub fn path(&self, rest: &str) -> String {
        if rest.is_empty() { self.path.clone() } else { format!("{}/{rest}", self.path) }
    }

    /// All that was read so far.
    pub fn seen(&self) -> &[Event] {
        &self.seen
    }

    pub async fn post(&self, text: &str, key: &str) -> Answer {
        self.client.post_once(&self.path("messages"), key, &json!({ "text": text })).await
    }

    /// Sends a message. Returns its turn.
    pub async fn say(&self, text: &str) -> String {
        let accepted = self.post(text, &fresh_key()).await.expect(202);
        accepted["turn"].as_str().unwrap_or_else(|| panic!("no turn: {accepted}")).to_owned()
    }

    /// Sends a message and reads on to the end of its turn. Returns the turn's events; the last is its end.
    pub async fn turn(&mut self, text: &str) -> Vec<Event> {
        let turn = self.say(text).await;
        self.end_of(&turn).await
    }

    /// Reads on to the end of a turn. Returns those of its events that were not read before.
    pub async fn end_of(&mut self, turn: &str) -> Vec<Event> {
        let mut events = self.until(|event| event["turn"] == turn && is_end(event)).await;
        events.retain(|event| event["turn"] == turn);
        events
    }

    /// Reads on until the server says that there is nothing more to follow.
    pub async fn until_over(&mut self) {
        while self.events.next().await.expect("the end of the history is said").event != "end" {}
        assert!(self.events.next().await.is_none(), "nothing comes behind the end");
    }

    pub async fn next(&mut self) -> Event {
        let sent = self.events.next().await.expect("the history does not end");
        let event = sent.json();
        let seq = self.seen.len() as u64 + 1;
        assert_eq!(event["seq"], seq, "the history is dense: {event}");
        assert_eq!(event["kind"], sent.event.as_str());
        assert!(sent.id.is_some_and(|id| id.ends_with(&format!(":{seq}"))), "{event}");
        self.seen.push(event.clone());
        event
    }

    /// Everything from here up to and with the first event that is wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let found = wanted(&event);
            events.push(event);
            if found {
                return events;
            }
        }
    }

    /// Reads on to the first event of this kind and returns it.
    pub async fn until_kind(&mut self, kind: &str) -> Event {
        self.until(|event| event["kind"] == kind).await.pop().expect("until ends with what it waited for")
    }

    /// The approvals that wait.
    pub async fn pending(&self) -> Vec<Event> {
        let listed = self.client.get(&self.path("approvals")).await.expect(200);
        listed["approvals"].as_array().cloned().unwrap_or_else(|| panic!("no list: {listed}"))
    }

    /// Answers an approval, given as its event.
    pub async fn decide(&self, asked: &Event, answer: &Value) -> Answer {
        let approval = asked["approval"].as_str().unwrap_or_else(|| panic!("no approval: {asked}"));
        self.client.post(&self.path(&format!("approvals/{approval}")), answer).await
    }

    pub async fn interrupt(&self) -> Answer {
        self.client.post(&self.path("interrupt"), &json!({})).await
    }

    /// Closes it for good.
    pub async fn close(&self) -> Answer {
        self.client.post(&self.path("close"), &json!({})).await
    }

    /// Forks it, and follows the fork.
    pub async fn fork(&self, new: &Value) -> Self {
        let made = self.client.post(&self.path("fork"), new).await.expect(201);
        let id = made["id"].as_str().unwrap_or_else(|| panic!("no id: {made}"));
        let (sessions, _) = self.path.rsplit_once('/').expect("a session is one of several");
        Self::follow(&self.client, &format!("{sessions}/{id}")).await
    }

    /// Changes what a session is: model, permission mode, title, visibility, archive.
    pub async fn change(&self, settings: &Value) -> Answer {
        super::read(self.client.request(Method::PATCH, &self.path).json(settings)).await
    }
}

fn is_end(event: &Event) -> bool {
    matches!(event["kind"].as_str(), Some("turn_completed" | "turn_failed" | "turn_interrupted"))
}

/// The events of one kind.
pub fn of_kind<'a>(events: &'a [Event], kind: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| event["kind"] == kind).collect()
}

/// The `text` of all events of one kind, joined.
pub fn said(events: &[Event], kind: &str) -> String {
    of_kind(events, kind).into_iter().filter_map(|event| event["text"].as_str()).collect()
}
