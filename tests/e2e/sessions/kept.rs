//! What people keep: found by a title and by words, put into the archive, taken home.

use super::core_with_key;
use condrix_tests::rig::eventually;
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_is_named_archived_found_and_exported() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("where does the squeaky gate lead?").await;
    let named = chat.change(&json!({ "title": " The gate " })).await.expect(200);
    assert_eq!(named["title"], "The gate");
    chat.change(&json!({ "title": "two\nlines" })).await.expect_problem(422, "invalid-body");

    let listed = async |query: &str| {
        let listed = world.ada.get(&core.path(&format!("sessions{query}"))).await.expect(200);
        listed["sessions"].as_array().expect("a list").len()
    };
    assert!(chat.change(&json!({ "archived": true })).await.expect(200)["archived_at"].is_string());
    eventually("an archived session has no process", async || core.cli_processes().is_empty().then_some(())).await;
    chat.post("more?", "k").await.expect_problem(409, "session-archived");
    assert_eq!((listed("").await, listed("?archived=true").await), (0, 1));
    assert_eq!(listed("?archived=true&workspace=other").await, 0);

    let found = world.ada.get(&core.path("search?q=squeaky%20GAT")).await.expect(200);
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 2, "{found}");
    assert!(hits.iter().all(|hit| hit["title"] == "The gate" && hit["workspace"] == "garden"), "{found}");
    let words = |hit: &Value| hit["snippet"].as_array().unwrap().iter().filter(|piece| piece["found"] == true).count();
    assert!(hits.iter().all(|hit| words(hit) >= 1), "{found}");

    let json = world.ada.get(&chat.path("export?format=json")).await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    let json = json.expect(200);
    assert_eq!(json["session"]["title"], "The gate");
    chat.until_kind("session_archived").await;
    assert_eq!(json["events"].as_array().unwrap()[..chat.seen().len()], *chat.seen());
    let markdown = world.ada.get(&chat.path("export?format=markdown")).await;
    assert_eq!((markdown.status, markdown.header("content-type")), (200, Some("application/octet-stream")));
    let order = ["# The gate", "## ada", "where does the squeaky gate lead?", "## Claude", "You said: where does"];
    let places: Vec<_> = order.iter().map(|part| markdown.text.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {}", markdown.text);

    // So far everybody administers every Core: they see what is private, and do not speak in it.
    let ben = world.gateway.add_user("ben").await;
    let changed = chat.change(&json!({ "archived": false, "visibility": "private" })).await.expect(200);
    assert_eq!((&changed["archived_at"], &changed["visibility"]), (&Value::Null, &json!("private")));
    assert_eq!(ben.get(&chat.path("")).await.expect(200), changed);
    let spoken = ben.post_once(&chat.path("messages"), "k", &json!({ "text": "and I?" })).await;
    spoken.expect_problem(403, "forbidden");
    chat.turn("more?").await;
    assert_eq!(listed("").await, 1);
}
