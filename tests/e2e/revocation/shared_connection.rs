//! One HTTP/2 connection carries streams of several Cores: a revocation ends its own and leaves the connection alone.

use super::AT_ONCE;
use condrix_tests::rig::{Client, Conversation, Credentials, World};
use condrix_tests::wire::{Frames, Outcome};
use serde_json::json;
use tokio::time::timeout;

/// Asks for a session's events as stream `number` of a connection.
async fn follow(frames: &mut Frames, number: u32, by: &Client, session: &Conversation) {
    let Credentials::Cookie(cookie) = by.credentials() else { panic!("a browser is meant") };
    let url = by.url(&session.path("events"));
    let authority = format!("localhost:{}", url.port().expect("it has one"));
    let fields: [(&[u8], &[u8]); 5] = [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", authority.as_bytes()),
        (b":path", url.path().as_bytes()),
        (b"cookie", cookie.as_bytes()),
    ];
    frames.head(number, &fields, true).await;
    frames.body_until(number, |body| says(body, "session_created")).await;
}

fn says(body: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(body).contains(text)
}

#[tokio::test]
async fn on_a_shared_connection_only_the_revoked_cores_streams_end() {
    let world = World::start().await;
    let (a, b) = tokio::join!(world.core("a"), world.core("b"));
    let (of_a, of_b) = (a.converse(&world.ada, "garden").await, b.converse(&world.ada, "garden").await);
    let mut frames = Frames::open(&world.gateway).await;
    follow(&mut frames, 1, &world.ada, &of_a).await;
    follow(&mut frames, 3, &world.ada, &of_b).await;

    world.ada.post(&format!("/api/v1/cores/{}/revoke", a.id()), &json!({})).await.expect(200);
    let outcome = timeout(AT_ONCE, frames.outcome(1)).await.expect("its stream ends at once");
    assert!(matches!(outcome, Outcome::Reset(_) | Outcome::Answered(_)), "{outcome:?}");
    of_b.change(&json!({ "permission_mode": "plan" })).await.expect(200);
    frames.body_until(3, |body| says(body, "permission_mode_changed")).await;
}
