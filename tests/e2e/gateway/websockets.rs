//! WebSockets through the gateway to a Core: none is lost on opening, and an idle one is no fault.

use condrix_tests::rig::{Client, Gateway, World};
use condrix_tests::rogue::{Act, Rogue};
use futures::future::join_all;
use std::time::Duration;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use toml::toml;

/// `make bench` opens more.
const OPENS: usize = 3_200;
const AT_ONCE: usize = 16;
/// Longer than any default on the way: pingora's read timeout (60 s), the link's dead time (20 s), keep-alive (60 s).
const IDLE: Duration = Duration::from_secs(75);

/// Opens sockets one after the other; each must say its first word. Returns how many did not.
async fn open_many(client: Client, path: String, count: usize) -> usize {
    let mut lost = 0;
    for _ in 0..count {
        let first = match client.socket(&path).await {
            Ok(mut socket) => {
                let first = socket.next().await;
                // To its end: a Core has so many places for readers, and one that just went away still takes one.
                socket.close().await;
                while socket.next().await.is_some() {}
                first
            }
            Err(_refused) => None,
        };
        lost += usize::from(first.is_none_or(|first| !first.to_text().unwrap_or_default().contains("\"resume\"")));
    }
    lost
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thousands_of_opens_at_sixteen_at_once_none_is_lost() {
    let world = World::start().await;
    let core = world.core("one").await;
    let path = core.converse(&world.ada, "sockets").await.path("events");
    let workers = (0..AT_ONCE).map(|_| tokio::spawn(open_many(world.ada.clone(), path.clone(), OPENS / AT_ONCE)));
    let lost: usize = join_all(workers).await.into_iter().map(|lost| lost.expect("a worker ends")).sum();
    assert_eq!(lost, 0);
    let left = format!("condrix_core_up{{core=\"{}\"}} 1", core.id());
    assert!(world.gateway.metrics().await.contains(&left), "the link did not survive");
}

// At once: either waits for longer than all the rest takes.
#[tokio::test]
async fn idle_sockets_and_streams_outlive_every_default_on_the_way() {
    tokio::join!(a_socket_on_which_nobody_says_a_word(), a_socket_and_a_stream_on_which_only_heartbeats_come());
}

async fn a_socket_on_which_nobody_says_a_word() {
    // What can be configured is shorter than the silence; what cannot (60 s in pingora) is so as it is.
    let short = toml! {
        [limits]
        body_deadline = "30s"
        write_deadline = "30s"
        silence_deadline = "30s"
    };
    let gateway = Gateway::start_with(&short).await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "core").await;
    // An agent would send pings. This one answers and nothing else.
    rogue.play(|_| Act::Echo);
    let path = rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    let mut socket = ada.socket(&path).await.expect("a WebSocket opens");
    let ended = tokio::time::timeout(IDLE, socket.next_at_leisure()).await;
    assert!(ended.is_err(), "it ended or spoke: {ended:?}");
    socket.send(Message::text("there?")).await.expect("the socket lives");
    assert_eq!(socket.next().await, Some(Message::text("there?")));
}

async fn a_socket_and_a_stream_on_which_only_heartbeats_come() {
    let world = World::start().await;
    let core = world.core_with_key("one", "sk-ant-api03-idle").await;
    let conversation = core.converse(&world.ada, "idle").await;
    let mut socket = world.ada.socket(&conversation.path("events")).await.expect("a WebSocket opens");
    let mut stream = world.ada.events(&conversation.path("events"), None).await;
    for _ in 0..2 {
        socket.next().await.expect("the history so far");
        stream.next().await.expect("the history so far");
    }
    let until = Instant::now() + IDLE;
    // Heartbeats come meanwhile; an event would be one too many.
    let (said, told) = tokio::join!(
        tokio::time::timeout_at(until, socket.next_at_leisure()),
        tokio::time::timeout_at(until, stream.next_at_leisure())
    );
    assert!(said.is_err() && told.is_err(), "they ended or spoke: {said:?} {told:?}");
    assert!(stream.comments() >= 4, "{} heartbeats", stream.comments());

    let accepted = conversation.say("are you there?").await;
    let heard = |text: &str| text.contains(&accepted) && text.contains("message_accepted");
    assert!(heard(socket.next().await.expect("the socket lives").to_text().expect("it is text")));
    assert!(heard(&stream.next().await.expect("the stream lives").data));
}
