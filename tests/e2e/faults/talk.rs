//! A session that lives through everything: what is said in it, and who follows it.

use super::check::{Acknowledged, Sound};
use super::follower::{By, Follower};
use condrix_tests::rig::reader::is_end;
use condrix_tests::rig::{Client, Core, SseEvent, eventually, fresh_key, history};
use serde_json::json;
use tokio::task::JoinHandle;

#[derive(Debug)]
pub(super) struct Talk {
    pub(super) client: Client,
    /// Its public path.
    pub(super) session: String,
    followers: [Follower; 2],
    acknowledged: Vec<Acknowledged>,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) text: String,
    key: String,
}

impl Message {
    pub(super) fn new(text: String) -> Self {
        Self { text, key: fresh_key() }
    }
}

impl Talk {
    pub(super) async fn begin(core: &Core, client: &Client, workspace: &str) -> Self {
        Self::of(client, core.converse(client, workspace).await.path(""))
    }

    fn of(client: &Client, session: String) -> Self {
        let followers = [Follower::new(By::Events), Follower::new(By::Frames)];
        Self { client: client.clone(), session, followers, acknowledged: Vec::new() }
    }

    /// Another one in its place, and it is gone: what is checked is the whole history each time.
    pub(super) async fn renew(&mut self, core: &Core, workspace: &str) {
        assert_eq!(self.client.delete(&self.session).await.status, 204);
        self.client.get(&self.session).await.expect_problem(404, "not-found");
        let session = core.begin_session(&self.client, &json!({ "workspace": workspace })).await.path("");
        *self = Self::of(&self.client, session);
    }

    /// Sends a message once, while something else happens. Whether it arrives nobody knows.
    pub(super) fn attempt(&self, message: &Message) -> JoinHandle<Option<String>> {
        tokio::spawn(try_send(self.client.clone(), self.session.clone(), message.clone()))
    }

    /// Sends a message until it is acknowledged, always with the same key. Returns its turn.
    pub(super) async fn send(&mut self, message: &Message) -> String {
        let attempt = async || try_send(self.client.clone(), self.session.clone(), message.clone()).await;
        let turn = eventually("the message is acknowledged", attempt).await;
        self.acknowledge(message, &turn);
        turn
    }

    pub(super) fn acknowledge(&mut self, message: &Message, turn: &str) {
        match self.acknowledged.iter().rfind(|acknowledged| acknowledged.text == message.text) {
            Some(before) => assert_eq!(before.turn, turn, "{:?}: a retried message makes one turn", message.text),
            None => self.acknowledged.push(Acknowledged { text: message.text.clone(), turn: turn.to_owned() }),
        }
    }

    /// Lets every follower be there.
    pub(super) async fn attend(&mut self) {
        for follower in &mut self.followers {
            follower.attend(&self.client, &self.session).await;
        }
    }

    /// Lets every follower read to an event, and returns it.
    pub(super) async fn read_to(&mut self, wanted: impl Fn(&SseEvent) -> bool) -> SseEvent {
        let mut found = None;
        for follower in &mut self.followers {
            found = Some(follower.read_to(&self.client, &self.session, &wanted).await);
        }
        found.expect("there are followers")
    }

    /// Lets every follower read a number of a turn's answer.
    pub(super) async fn read_number(&mut self, turn: &str, number: usize) {
        self.read_to(|event| {
            let event = event.event.starts_with("text_delta").then(|| event.json());
            event.is_some_and(|event| event["turn"] == turn && event["text"] == format!("{number} "))
        })
        .await;
    }

    pub(super) async fn read_end_of(&mut self, turn: &str) {
        self.read_to(|event| is_end(event) && event.json()["turn"] == turn).await;
    }

    /// Lets every follower read until its stream ends.
    pub(super) async fn read_out(&mut self) {
        for follower in &mut self.followers {
            follower.read_out().await;
        }
    }

    /// Whoever has read everything has not seen whether its stream was cut behind that: all come anew.
    pub(super) fn all_leave(&mut self) {
        self.followers.iter_mut().for_each(Follower::leave);
    }

    /// One of the followers is away for a while.
    pub(super) fn one_leaves(&mut self) {
        self.followers[0].leave();
    }

    /// Whether a follower has read this number of a turn's answer.
    pub(super) fn was_read(&self, turn: &str, number: usize) -> bool {
        let number = format!("{number} ");
        self.followers.iter().flat_map(Follower::seen).any(|event| {
            let event = event.json();
            event["turn"] == turn && event["kind"] == "text_delta" && event["text"] == number
        })
    }

    /// A word that one message has is found there, and nowhere else.
    pub(super) async fn assert_found(&self, core: &Core, word: &str) {
        let found = self.client.get(&core.path(&format!("search?q={word}"))).await.expect(200);
        let hits = found["hits"].as_array().expect("a list");
        let session = self.session.rsplit('/').next().expect("a path has an end");
        assert!(matches!(&hits[..], [hit] if hit["session"] == session && !hit["by"].is_null()), "{word}: {found}");
    }

    /// How often followers have come.
    pub(super) fn visits(&self) -> usize {
        self.followers.iter().map(Follower::visits).sum()
    }

    /// The history, which is as it must be, and what every follower has is a part of it.
    pub(super) async fn check(&self) -> Sound {
        let written = history(&self.client, &self.session).await;
        for follower in &self.followers {
            let seen = follower.seen();
            assert_eq!(seen, written[..seen.len()], "a reader has the history and nothing else");
        }
        Sound::assert(&written, &self.acknowledged)
    }
}

/// The turn, if it is acknowledged.
async fn try_send(client: Client, session: String, message: Message) -> Option<String> {
    let request = client.request(reqwest::Method::POST, &format!("{session}/messages"));
    let request = request.header("idempotency-key", message.key).json(&json!({ "text": message.text }));
    // No answer, a broken one or a refusal for the moment: all the same to whoever will ask again.
    let answer = request.send().await.ok()?;
    let acknowledged = answer.status().as_u16() == 202;
    let answer: serde_json::Value = answer.json().await.ok()?;
    acknowledged.then(|| answer["turn"].as_str().expect("an acknowledgement names the turn").to_owned())
}
