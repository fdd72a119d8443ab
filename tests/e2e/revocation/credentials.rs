//! The end of a login or of an API token is the end of what hangs on it, and of nothing else.

use super::assert_cut;
use condrix_tests::rig::{Client, Reader, World, read};
use serde_json::{Value, json};

/// The same user's streams under one credential.
async fn streams(client: &Client, session: &str) -> Vec<Reader> {
    let mut streams = vec![Reader::events(client, session, None).await, Reader::socket(client, session, None).await];
    for reader in &mut streams {
        reader.until_kind("session_created").await;
    }
    streams
}

async fn item(client: &Client, path: &str, wanted: impl Fn(&Value) -> bool) -> String {
    let listed = client.get(path).await.expect(200);
    let items = listed["items"].as_array().expect("a list");
    items.iter().find(|item| wanted(item)).expect("it is listed")["id"].as_str().expect("it has an id").to_owned()
}

#[tokio::test]
async fn a_login_or_token_that_ends_takes_its_own_streams_with_it_at_once_and_nobody_elses() {
    let world = World::start().await;
    let core = world.core("shared").await;
    let session = core.converse(&world.ada, "garden").await.path("");
    let other = world.gateway.log_in("ada").await;
    let leaving = world.gateway.log_in("ada").await;
    let (script, tool) = (world.ada.as_program("script").await, world.ada.as_program("tool").await);
    let ben = world.gateway.add_user("ben").await;

    let mut staying = Vec::new();
    for client in [&world.ada, &tool, &ben] {
        staying.extend(streams(client, &session).await);
    }

    // Somebody ends a login from another one.
    let mut cut = streams(&other, &session).await;
    let id = item(&other, "/api/v1/login-sessions", |login| login["current"] == true).await;
    let ended = world.ada.delete(&format!("/api/v1/login-sessions/{id}")).await;
    assert_cut("an ended login", &mut cut).await;
    assert_eq!(ended.status, 204);
    other.get("/api/v1/me").await.expect_problem(401, "unauthenticated");

    let mut cut = streams(&leaving, &session).await;
    let left = leaving.post("/api/v1/logout", &json!({})).await;
    assert_cut("a logout", &mut cut).await;
    assert_eq!(left.status, 204);

    let mut cut = streams(&script, &session).await;
    let id = item(&world.ada, "/api/v1/tokens", |token| token["name"] == "script").await;
    let deleted = world.ada.delete(&format!("/api/v1/tokens/{id}")).await;
    assert_cut("a deleted API token", &mut cut).await;
    assert_eq!(deleted.status, 204);
    script.get("/api/v1/me").await.expect_problem(401, "unauthenticated");

    // Nobody else has lost anything.
    let changed = json!({ "permission_mode": "plan" });
    read(world.ada.request(reqwest::Method::PATCH, &session).json(&changed)).await.expect(200);
    for reader in &mut staying {
        reader.until_kind("permission_mode_changed").await;
        assert_eq!(reader.seen().len(), 2);
    }
}
