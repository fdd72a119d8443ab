//! What else is done on a Core meanwhile: a history is taken home, a session is made, forked, changed and removed.

use super::talk::Talk;
use condrix_tests::rig::{Client, Core, SseEvent, history};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

const TITLE: &str = "aside";

/// While somebody talks. `workspace` is one that is there.
pub(super) async fn happens(core: &Core, talk: &Talk, workspace: &str) {
    let client = &talk.client;
    let exported = client.get(&format!("{}/export?format=json", talk.session)).await.expect(200);
    let exported = exported["events"].as_array().expect("an export has the events");
    let written: Vec<Value> = history(client, &talk.session).await.iter().map(SseEvent::json).collect();
    assert!(!exported.is_empty() && written.starts_with(exported), "an export is the history as it was");

    let made = client.post(&core.path("sessions"), &json!({ "workspace": workspace })).await.expect(201);
    let session = core.path(&format!("sessions/{}", id(&made)));
    let forked = client.post(&format!("{session}/fork"), &json!({})).await.expect(201);
    assert_eq!(forked["forked_from"], made["id"], "{forked}");
    for session in [session, core.path(&format!("sessions/{}", id(&forked)))] {
        let removed = client.delete(&session).await;
        assert_eq!(removed.status, 204, "{}", removed.text);
        client.get(&session).await.expect_problem(404, "not-found");
    }
}

fn id(session: &Value) -> &str {
    session["id"].as_str().unwrap_or_else(|| panic!("no id: {session}"))
}

/// The same on a Core that something befalls, each step once: what was acknowledged is kept, and of the rest nobody knows.
#[derive(Debug)]
pub(super) struct Attempt(JoinHandle<Outcome>);

#[derive(Debug, Default)]
struct Outcome {
    made: Option<String>,
    forked: Option<String>,
    /// Whether the change of the session that was forked is acknowledged: of its title and its visibility, and then of its
    /// place in the archive.
    is_changed: bool,
    removal: Removal,
}

/// Of the session that was made.
#[derive(Debug, Default)]
enum Removal {
    #[default]
    NotAsked,
    NotAnswered,
    Acknowledged,
}

impl Attempt {
    pub(super) fn begin(core: &Core, client: &Client, workspace: &str) -> Self {
        let (client, sessions) = (client.clone(), core.path("sessions"));
        let new = json!({ "workspace": workspace });
        Self(tokio::spawn(async move {
            let made = acknowledged(client.request(Method::POST, &sessions).json(&new)).await;
            let mut outcome = Outcome { made, ..Outcome::default() };
            let Some(made) = &outcome.made else { return outcome };
            let made = format!("{sessions}/{made}");
            outcome.forked = acknowledged(client.request(Method::POST, &format!("{made}/fork")).json(&json!({}))).await;
            if let Some(forked) = &outcome.forked {
                let change = json!({ "title": TITLE, "visibility": "private", "archived": true });
                let answer = client.request(Method::PATCH, &format!("{sessions}/{forked}")).json(&change).send().await;
                outcome.is_changed = answer.is_ok_and(|answer| answer.status() == 200);
            }
            let answer = client.request(Method::DELETE, &made).send().await;
            let is_gone = answer.is_ok_and(|answer| answer.status() == 204);
            outcome.removal = if is_gone { Removal::Acknowledged } else { Removal::NotAnswered };
            outcome
        }))
    }

    /// The Core is back.
    pub(super) async fn check(self, core: &Core, client: &Client) {
        let outcome = self.0.await.expect("a request is no panic");
        if let Some(forked) = &outcome.forked {
            let session = client.get(&core.path(&format!("sessions/{forked}"))).await.expect(200);
            assert_changed(&session, outcome.is_changed);
        }
        for (session, may_be_gone, must_be_gone) in [
            (
                outcome.made,
                !matches!(outcome.removal, Removal::NotAsked),
                matches!(outcome.removal, Removal::Acknowledged),
            ),
            (outcome.forked, false, false),
        ] {
            let Some(session) = session else { continue };
            let path = core.path(&format!("sessions/{session}"));
            match client.get(&path).await.status {
                200 if !must_be_gone => {}
                404 if may_be_gone => continue,
                status => panic!("{status} of a session: made, forked, or removed and still there"),
            }
            // The earlier request may be carried out only now.
            let removed = client.delete(&path).await.status;
            assert!(removed == 204 || may_be_gone && removed == 404, "{removed}");
        }
    }
}

fn assert_changed(session: &Value, is_acknowledged: bool) {
    let has_title = session["title"] == TITLE;
    let is_private = session["visibility"] == "private";
    let is_archived = !session["archived_at"].is_null();
    assert!(!is_acknowledged || has_title && is_private && is_archived, "it is lost: {session}");
    assert!(has_title == is_private && (has_title || !is_archived), "half: {session}");
}

/// The id of what was made, if that is acknowledged.
async fn acknowledged(request: RequestBuilder) -> Option<String> {
    let answer = request.send().await.ok().filter(|answer| answer.status() == 201)?;
    let made: Value = answer.json().await.ok()?;
    Some(id(&made).to_owned())
}
