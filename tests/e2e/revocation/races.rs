//! Opening against ending, through the real processes: of the two, one always sees the other.
//!
//! Whoever opens goes on opening until it is refused, so that each meets the end at a moment of its own. The same race
//! runs ten thousand times in process (`gateway::fleet::member`).

use super::{AT_ONCE, impatient_core};
use condrix_tests::rig::{Client, Socket, World, within};
use reqwest::{Method, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Two hundred races.
const ROUNDS: usize = 5;
const OPENERS: usize = 40;

enum Held {
    Events(Response),
    Socket(Box<Socket>),
}

impl Held {
    async fn drained(self) {
        match self {
            Self::Events(mut answer) => while let Ok(Some(_)) = answer.chunk().await {},
            Self::Socket(mut socket) => while socket.next_at_leisure().await.is_some() {},
        }
    }
}

/// A stream, or the status that came instead. No status: the connection ended before an answer.
async fn open(client: &Client, path: &str, as_socket: bool) -> Result<Held, Option<u16>> {
    if as_socket {
        let opened = client.socket(path).await;
        return opened.map(|socket| Held::Socket(Box::new(socket))).map_err(|refused| refused.status());
    }
    let answer = client.request(Method::GET, path).send().await.map_err(|_| None)?;
    let status = answer.status();
    if status.is_success() { Ok(Held::Events(answer)) } else { Err(Some(status.as_u16())) }
}

/// One that opens until it is refused, and keeps the newest stream.
struct Raced {
    held: Option<Held>,
    /// When it asked for that.
    asked: Instant,
    /// Streams that it got besides its first.
    further: usize,
    refused: u16,
}

async fn race(client: Client, path: String, as_socket: bool, all_open: Arc<Barrier>, racing: Arc<Notify>) -> Raced {
    let mut raced = Raced { held: None, asked: Instant::now(), further: 0, refused: 0 };
    let first = open(&client, &path, as_socket).await;
    raced.held = Some(first.unwrap_or_else(|status| panic!("the first stream is refused: {status:?}")));
    all_open.wait().await;
    loop {
        let asked = Instant::now();
        match open(&client, &path, as_socket).await {
            Ok(held) => {
                racing.notify_one();
                raced = Raced { held: Some(held), asked, further: raced.further + 1, ..raced };
            }
            Err(Some(status)) => return Raced { refused: status, ..raced },
            Err(None) => {}
        }
    }
}

/// Races openers against what `end` does. Once that has been acknowledged nothing survives it and nothing is served.
async fn round(client: &Client, session: &str, refusal: u16, end: impl Future<Output = ()>) {
    let path = format!("{session}/events");
    let all_open = Arc::new(Barrier::new(OPENERS + 1));
    let racing = Arc::new(Notify::new());
    let mut openers = JoinSet::new();
    for number in 0..OPENERS {
        let (all_open, racing) = (Arc::clone(&all_open), Arc::clone(&racing));
        openers.spawn(race(client.clone(), path.clone(), number % 2 == 0, all_open, racing));
    }
    within("every opener has a stream", all_open.wait()).await;
    // From here on streams are being opened all the time: that is what the end meets.
    within("the race has begun", racing.notified()).await;
    end.await;
    let acknowledged = Instant::now();
    assert_eq!(client.get(session).await.status, refusal);
    let mut further = 0;
    for raced in within("every opener is refused", openers.join_all()).await {
        assert_eq!(raced.refused, refusal);
        assert!(raced.asked < acknowledged, "a stream was opened after the end");
        further += raced.further;
        if let Some(held) = raced.held {
            assert!(timeout(AT_ONCE, held.drained()).await.is_ok(), "a stream survives the end");
        }
    }
    assert!(further > 0, "nothing was opened: that was no race");
}

#[tokio::test]
async fn no_stream_survives_a_race_with_its_cores_revocation() {
    let world = World::start().await;
    let core = impatient_core(&world, "raced", None).await;
    let session = core.converse(&world.ada, "garden").await.path("");
    let program = world.ada.as_program("a script").await;
    let order = async |what: &str| {
        world.ada.post(&format!("/api/v1/cores/{}/{what}", core.id()), &json!({})).await.expect(200);
    };
    for _ in 0..ROUNDS {
        round(&program, &session, 410, order("revoke")).await;
        order("restore").await;
        core.online(&world.ada).await;
    }
}

#[tokio::test]
async fn no_stream_survives_a_race_with_the_end_of_its_login() {
    let world = World::start().await;
    let core = world.core("raced").await;
    let session = core.converse(&world.ada, "garden").await.path("");
    for _ in 0..ROUNDS {
        let login = world.gateway.log_in("ada").await;
        let end = async {
            assert_eq!(login.post("/api/v1/logout", &json!({})).await.status, 204);
        };
        round(&login, &session, 401, end).await;
    }
}
