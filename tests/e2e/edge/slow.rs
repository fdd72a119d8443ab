//! Clients that take their time.

use condrix_tests::rig::{Client, Credentials, Gateway, within};
use condrix_tests::rogue::{Act, Rogue, Then};
use condrix_tests::wire::{Door, Frames, Wire};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt as _;
use toml::{Table, toml};

/// What the gateway is told where a test wants to see a deadline pass. Everything else has ordinary ones: honest clients
/// share the machine with all the other tests.
const PATIENCE: Duration = Duration::from_secs(1);
/// A clock may be read a little late.
const EARLY: Duration = Duration::from_millis(900);
/// Far less than what the deadline is ordinarily, or than nothing at all would be.
const LATE: Duration = Duration::from_secs(30);

struct Stage {
    gateway: Gateway,
    ada: Client,
    rogue: Rogue,
    door: Door,
}

impl Stage {
    async fn set(limits: &Table) -> Self {
        let gateway = Gateway::start_with(limits).await;
        let ada = gateway.add_user("ada").await;
        let rogue = Rogue::start(&gateway, "rogue").await;
        let door = Door::of(&gateway, b"http/1.1");
        Self { gateway, ada, rogue, door }
    }

    fn head(&self, method: &str, lines: &str) -> String {
        let Credentials::Cookie(cookie) = self.ada.credentials() else { unreachable!("she is in a browser") };
        let (path, origin) = (self.rogue.path("workspaces"), self.ada.origin());
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nOrigin: {origin}\r\n{lines}\r\n")
    }
}

/// Waits for the gateway to close, and for not much longer than it should take.
async fn is_dropped_in_time(wire: &mut Wire, since: Instant) {
    let rest = wire.rest().await;
    assert!(!rest.starts_with(b"HTTP/1.1 200"), "{}", rest.escape_ascii());
    let took = since.elapsed();
    assert!((EARLY..LATE).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_dropped_at_the_deadline() {
    let gateway = Gateway::start_with(&toml! { limits = { header_deadline = "1s" } }).await;
    let since = Instant::now();
    let mut wire = Door::of(&gateway, b"http/1.1").open().await;
    // Each byte comes in time; the head does not.
    let head = format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{}", "X-A: b\r\n".repeat(100));
    let drips = async {
        for byte in head.bytes() {
            wire.send(&[byte]).await;
            if tokio::time::timeout(Duration::from_millis(50), wire.read_some()).await.is_ok() {
                return;
            }
        }
        panic!("the whole head was taken");
    };
    within("the gateway has had enough", drips).await;
    is_dropped_in_time(&mut wire, since).await;
}

#[tokio::test]
async fn a_handshake_that_stalls_is_dropped_at_the_deadline() {
    let gateway = Gateway::start_with(&toml! { limits = { header_deadline = "1s" } }).await;
    let door = Door::of(&gateway, b"http/1.1");
    for said in [&b""[..], &[22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]] {
        let since = Instant::now();
        let mut tcp = door.tcp().await.expect("the port is open");
        tokio::io::AsyncWriteExt::write_all(&mut tcp, said).await.expect("it is sent");
        let mut heard = Vec::new();
        let _reset = within("the gateway closes", tcp.read_to_end(&mut heard)).await;
        assert!(heard.is_empty() || heard[0] == 21, "{}", heard.escape_ascii());
        assert!(since.elapsed() < LATE, "{:?}", since.elapsed());
    }
    // Nobody says anything on a connection that is ready for a request, by either protocol.
    for protocol in [&b"http/1.1"[..], b"h2"] {
        let since = Instant::now();
        let mut wire = Door::of(&gateway, protocol).open().await;
        is_dropped_in_time(&mut wire, since).await;
    }
}

#[tokio::test]
async fn a_body_that_stalls_ends_its_request_and_the_core_sees_no_whole_one() {
    let stage = Stage::set(&toml! { limits = { body_deadline = "1s" } }).await;
    for lines in ["Content-Length: 50\r\n", "Transfer-Encoding: chunked\r\n"] {
        let since = Instant::now();
        let mut wire = stage.door.open().await;
        wire.send(stage.head("POST", lines).as_bytes()).await;
        wire.send(b"5\r\nhello\r\n").await;
        is_dropped_in_time(&mut wire, since).await;
    }
    let mut frames = Frames::open(&stage.gateway).await;
    let Credentials::Cookie(cookie) = stage.ada.credentials() else { unreachable!("she is in a browser") };
    let (path, origin) = (stage.rogue.path("workspaces"), stage.ada.origin());
    let fields: [(&[u8], &[u8]); 6] = [
        (b":method", b"POST"),
        (b":scheme", b"https"),
        (b":authority", b"localhost"),
        (b":path", path.as_bytes()),
        (b"cookie", cookie.as_bytes()),
        (b"origin", origin.as_bytes()),
    ];
    frames.head(1, &fields, false).await;
    frames.data(1, b"hello", false).await;
    assert!(frames.outcome(1).await.is_refusal());
    // Only that stream has ended.
    let fields: [(&[u8], &[u8]); 4] =
        [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", b"/livez")];
    frames.head(3, &fields, true).await;
    assert_eq!(frames.outcome(3).await.json()["status"], "alive");
    for received in stage.rogue.settled().await {
        assert!(received.body().is_none(), "{}", received.raw.escape_ascii());
    }
}

#[tokio::test]
async fn a_core_that_says_nothing_is_given_up() {
    let stage = Stage::set(&toml! { limits = { silence_deadline = "1s" } }).await;
    stage.rogue.play(|_| Act::silence());
    let since = Instant::now();
    stage.ada.get(&stage.rogue.path("workspaces")).await.expect_problem(504, "core-unresponsive");
    assert!(since.elapsed() < LATE);
    assert!(stage.rogue.is_online(&stage.ada).await, "the link ended with the request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_hinders_nobody_and_is_dropped() {
    let stage = Stage::set(&toml! { limits = { write_deadline = "1s" } }).await;
    stage.rogue.play(|request| {
        if request.target().ends_with("?flood") {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n";
            Act::Say(head.into(), Then::Repeat(vec![b'a'; 64 * 1024]))
        } else {
            Act::say(condrix_tests::rogue::json_answer(200, &serde_json::json!({ "answers": request.target() })))
        }
    });
    // They ask for what never ends and read nothing of it.
    let mut lazy = Vec::new();
    for _ in 0..8 {
        let mut wire = stage.door.open().await;
        let head = stage.head("GET", "").replace("workspaces HTTP", "workspaces?flood HTTP");
        wire.send(head.as_bytes()).await;
        lazy.push(wire);
    }
    // Over the same link, answers come, while and after the others are dropped.
    let path = stage.rogue.path("workspaces");
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    while began.elapsed() < 2 * PATIENCE {
        let asked = Instant::now();
        assert_eq!(stage.ada.get(&path).await.expect(200)["answers"], "/v1/workspaces");
        slowest = slowest.max(asked.elapsed());
    }
    assert!(slowest < LATE, "{slowest:?}");
    let floods = stage.rogue.settled().await.into_iter().filter(|request| request.target().ends_with("?flood")).count();
    assert_eq!(floods, lazy.len(), "the gateway goes on asking for what nobody reads");
}
