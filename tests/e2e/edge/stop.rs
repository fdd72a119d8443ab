//! The gateway's end: in order, and in bounded time.

use condrix_tests::rig::{Credentials, Gateway, eventually};
use condrix_tests::rogue::{Act, Rogue, Then, json_answer};
use condrix_tests::wire::{Door, Frames, Outcome};
use rustix::process::Signal;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Message;

/// More than a busy machine takes to end a gateway, and less than what would hold it.
const MUCH: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_the_gateway_in_bounded_time_whatever_is_open() {
    // It would be waited for so long if it were waited for.
    let mut gateway = Gateway::start_with(&toml::toml! { shutdown_deadline = "2m" }).await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::start(&gateway, "rogue").await;
    rogue.play(|request| {
        if request.all("upgrade").is_empty() {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n";
            Act::Say(head.into(), Then::Hold)
        } else {
            Act::Echo
        }
    });
    let events = rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    let mut socket = ada.socket(&events).await.expect("a WebSocket opens");
    socket.send(Message::text("there?")).await.expect("it lives");
    assert_eq!(socket.next().await, Some(Message::text("there?")));
    let mut stream = ada.events(&events, None).await;
    let idle = Door::of(&gateway, b"http/1.1").open().await;
    let half = {
        let mut wire = Door::of(&gateway, b"http/1.1").open().await;
        wire.send(b"GET /livez HTTP/1.1\r\nHo").await;
        wire
    };
    let asked = Instant::now();
    let status = gateway.program().stop().await;
    let took = asked.elapsed();
    assert!(status.success(), "{status}");
    // What has no end is not waited for.
    assert!(took < MUCH, "{took:?}");
    assert_eq!(socket.next().await, None);
    assert_eq!(stream.next().await, None);
    rogue.link().ended().await;
    drop((idle, half));
    assert!(!gateway.log_text().contains("ERROR"), "{}", gateway.log_text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_flight_is_answered_before_the_end() {
    let mut gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let said = Arc::new(Notify::new());
    let (now, path) = (Arc::clone(&said), rogue.path("workspaces"));
    rogue.play(move |_| Act::When(Arc::clone(&now), json_answer(200, &json!({ "late": true }))));
    let door = Door::of(&gateway, b"http/1.1");
    let idle = door.open().await;
    let asks = tokio::spawn(async move { ada.get(&path).await });
    eventually("the request is with the Core", async || rogue.is_asked().then_some(())).await;
    gateway.program().signal(Signal::TERM);
    eventually("nobody else is taken", async || door.tcp().await.is_err().then_some(())).await;
    drop(idle);
    assert!(gateway.program().ended().is_none(), "the gateway left a request behind");
    said.notify_one();
    assert_eq!(asks.await.expect("an answer").expect(200)["late"], true);
    assert!(gateway.program().wait().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_takes_longer_than_the_deadline_is_cut_off() {
    let mut gateway = Gateway::start_with(&toml::toml! { shutdown_deadline = "1s" }).await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    rogue.play(|_| Act::silence());
    let path = rogue.path("workspaces");
    let asks = tokio::spawn(async move { ada.request(reqwest::Method::GET, &path).send().await });
    eventually("the request is with the Core", async || rogue.is_asked().then_some(())).await;
    let asked = Instant::now();
    assert!(gateway.program().stop().await.success());
    // The Core's silence alone would have held it for two minutes.
    assert!(asked.elapsed() < MUCH, "{:?}", asked.elapsed());
    assert!(asks.await.expect("no panic").is_err(), "an answer from nowhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_in_flight_over_http2_reach_their_clients_whole_before_the_end() {
    const CLIENTS: usize = 6;
    let mut gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let Credentials::Cookie(cookie) = ada.credentials() else { unreachable!("she is in a browser") };
    let rogue = Rogue::start(&gateway, "rogue").await;
    // As much as a client takes at once without saying that it wants more.
    let long = json!({ "late": "x".repeat(60_000) });
    let said: Arc<Mutex<Vec<Arc<Notify>>>> = Arc::default();
    let (turns, answer) = (Arc::clone(&said), json_answer(200, &long));
    rogue.play(move |_| {
        let turn = Arc::<Notify>::default();
        turns.lock().unwrap().push(Arc::clone(&turn));
        Act::When(turn, answer.clone())
    });
    let path = rogue.path("workspaces");
    let fields: [(&[u8], &[u8]); 5] = [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", b"localhost"),
        (b":path", path.as_bytes()),
        (b"cookie", cookie.as_bytes()),
    ];
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut frames = Frames::open(&gateway).await;
        frames.head(1, &fields, true).await;
        clients.push(frames);
    }
    eventually("the requests are with the Core", async || (said.lock().unwrap().len() == CLIENTS).then_some(())).await;
    let door = Door::of(&gateway, b"http/1.1");
    gateway.program().signal(Signal::TERM);
    eventually("nobody else is taken", async || door.tcp().await.is_err().then_some(())).await;
    said.lock().unwrap().iter().for_each(|turn| turn.notify_one());
    for frames in &mut clients {
        // The gateway says that it goes away while this request is still being answered.
        assert_eq!(frames.outcome_despite_farewell(1).await, Outcome::Answered(long.to_string().into_bytes()));
    }
    assert!(gateway.program().wait().await.success());
}

#[tokio::test]
async fn half_a_request_for_metrics_does_not_hold_up_the_end() {
    let mut gateway = Gateway::start_with(&toml::toml! { shutdown_deadline = "1s" }).await;
    let metrics = gateway.metrics_url().socket_addrs(|| None).expect("an address")[0];
    let mut half = TcpStream::connect(metrics).await.expect("the metrics are served");
    half.write_all(b"GET /metrics HTTP/1.1\r\nHo").await.expect("it is sent");
    // Whoever comes later is served, so the gateway has taken the first.
    assert!(gateway.metrics().await.contains("condrix_build_info"));
    assert!(gateway.program().stop().await.success());
    assert!(!gateway.data().join("registry.db-wal").exists(), "the registry was not closed");
}
