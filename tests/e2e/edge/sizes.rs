//! How large a request may be.

use condrix_tests::rig::{Gateway, read};
use condrix_tests::rogue::Rogue;
use condrix_tests::wire::{Door, Frames};
use reqwest::{Body, Method};
use toml::toml;

const LIMIT: usize = 64 * 1024;

async fn stage() -> (Gateway, Rogue) {
    let gateway = Gateway::start_with(&toml! { limits = { head_bytes = 8192, body_bytes = 65536 } }).await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    (gateway, rogue)
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let (gateway, rogue) = stage().await;
    let door = Door::of(&gateway, b"http/1.1");
    for (name, lines) in [
        ("one long line", format!("X-A: {}\r\n", "a".repeat(9_000))),
        (
            "many lines",
            "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(120),
        ),
        ("more lines than anybody sends", "a:b\r\n".repeat(200)),
        ("a line without end", format!("X-A: {}", "a".repeat(1 << 20))),
    ] {
        let mut wire = door.open().await;
        wire.send(format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n").as_bytes()).await;
        let reply = wire.reply().await.unwrap_or_else(|| panic!("{name}: no answer"));
        assert_eq!((reply.status, reply.problem().as_deref()), (431, Some("headers-too-large")), "{name}");
        assert!(wire.reply().await.is_none(), "{name}: its connection went on");
    }
    let mut wire = door.open().await;
    wire.send(format!("GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n", "a".repeat(7_000)).as_bytes()).await;
    assert_eq!(wire.reply().await.expect("an answer").status, 200);
    let mut frames = Frames::open(&gateway).await;
    let long = "a".repeat(9_000);
    let fields: [(&[u8], &[u8]); 5] = [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", b"localhost"),
        (b":path", b"/livez"),
        (b"x-a", long.as_bytes()),
    ];
    frames.head(1, &fields, true).await;
    assert_eq!(frames.outcome(1).await.json()["status"], 431);
    assert!(rogue.received().is_empty());
}

/// A body in pieces, whose length nobody announces.
fn in_pieces(length: usize) -> Body {
    let pieces = (0..length / 1024).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 1024]));
    Body::wrap_stream(futures::stream::iter(pieces))
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let (gateway, rogue) = stage().await;
    let ada = gateway.add_user("ada").await;
    let path = rogue.path("workspaces");
    let post =
        |body: Body| read(ada.request(Method::POST, &path).header("content-type", "application/json").body(body));
    post(vec![b'a'; LIMIT].into()).await.expect(200);
    post(in_pieces(LIMIT)).await.expect(200);
    assert_eq!(rogue.settled().await.len(), 2);
    post(vec![b'a'; LIMIT + 1].into()).await.expect_problem(413, "body-too-large");
    post(vec![b'a'; 32 * LIMIT].into()).await.expect_problem(413, "body-too-large");
    assert!(rogue.settled().await.is_empty(), "a body that said that it is too large reached the Core");
    post(in_pieces(2 * LIMIT)).await.expect_problem(413, "body-too-large");
    for received in rogue.settled().await {
        assert!(received.body().is_none(), "a body that is too large reached the Core whole");
        assert!(received.raw.len() < 2 * LIMIT, "{} bytes reached the Core", received.raw.len());
    }
    // The control plane has a limit of its own, far below.
    let large = ada.request(Method::POST, "/api/v1/tokens").header("content-type", "application/json");
    read(large.body(format!("{{\"name\":\"{}\"}}", "a".repeat(LIMIT - 100)))).await.expect_problem(422, "invalid-body");
    let larger = ada.request(Method::POST, "/api/v1/tokens").header("content-type", "application/json");
    read(larger.body(vec![b'a'; LIMIT + 1])).await.expect_problem(413, "body-too-large");
    assert_eq!(gateway.client().get("/livez").await.status, 200);
}
