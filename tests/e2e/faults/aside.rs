//! What else is done on a Core meanwhile: a history is taken home, a session is made, forked and removed.

use super::talk::Talk;
use condrix_tests::rig::{Core, SseEvent, history};
use serde_json::{Value, json};

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
