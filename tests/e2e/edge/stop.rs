//! The gateway's end: in order, and in bounded time.

use condrix_tests::rig::Gateway;
use condrix_tests::rogue::{Act, Rogue, Then};
use condrix_tests::wire::Door;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_the_gateway_in_bounded_time_whatever_is_open() {
    let mut gateway = Gateway::start().await;
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
    assert!(took < Duration::from_secs(12), "{took:?}");
    assert_eq!(socket.next().await, None);
    assert_eq!(stream.next().await, None);
    rogue.link().ended().await;
    drop((idle, half));
    assert!(!gateway.log_text().contains("ERROR"), "{}", gateway.log_text());
}
