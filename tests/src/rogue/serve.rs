//! Serving the streams of a link, byte by byte.

use super::act::{Act, Then, echo_of};
use super::received::Received;
use futures::{SinkExt as _, StreamExt as _};
use link::{Inbound, Stream};
use protocol::link::paths;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

type Play = Arc<dyn Fn(&Received) -> Act + Send + Sync>;

/// What a rogue plays, and what it has seen.
pub(super) struct Stage(Mutex<State>);

struct State {
    play: Play,
    report: Act,
    seen: Vec<Received>,
    open: usize,
    /// How many of the open ones have brought a whole request.
    asked: usize,
}

impl Default for Stage {
    fn default() -> Self {
        let play: Play = Arc::new(|request| {
            let body = request.body().map_or(0, |(body, _)| body.len());
            echo_of(request.line(), body)
        });
        Self(Mutex::new(State { play, report: Act::honest_report("rogue"), seen: Vec::new(), open: 0, asked: 0 }))
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("seen", &self.lock().seen.len()).finish_non_exhaustive()
    }
}

impl Stage {
    pub(super) fn play(&self, play: Play) {
        self.lock().play = play;
    }

    pub(super) fn report(&self, act: Act) {
        self.lock().report = act;
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.lock().seen.clone()
    }

    pub(super) fn is_asked(&self) -> bool {
        self.lock().asked > 0
    }

    /// None while a stream is open.
    pub(super) fn take_when_idle(&self) -> Option<Vec<Received>> {
        let mut state = self.lock();
        (state.open == 0).then(|| std::mem::take(&mut state.seen))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that is counted as open, and whose bytes are kept when it ends, however it ends.
struct Open {
    stage: Arc<Stage>,
    received: Received,
    of_gateway: bool,
    asked: bool,
}

impl Open {
    fn new(stage: Arc<Stage>) -> Self {
        stage.lock().open += 1;
        Self { stage, received: Received::default(), of_gateway: false, asked: false }
    }

    /// The gateway's own question is not what clients asked for, and stays open as long as the link.
    fn leave_out(&mut self) {
        self.of_gateway = true;
        self.stage.lock().open -= 1;
    }
}

impl Open {
    fn is_asked(&mut self) {
        self.asked = true;
        self.stage.lock().asked += 1;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.of_gateway {
            let mut state = self.stage.lock();
            state.open -= 1;
            state.asked -= usize::from(self.asked);
            // A stream on which nothing was said is no request.
            if !self.received.raw.is_empty() {
                state.seen.push(std::mem::take(&mut self.received));
            }
        }
    }
}

pub(super) async fn serve(stage: Arc<Stage>, mut inbound: Inbound) {
    let mut streams = JoinSet::new();
    loop {
        tokio::select! {
            stream = inbound.recv() => match stream {
                Some(stream) => drop(streams.spawn(one(Open::new(Arc::clone(&stage)), stream))),
                None => return,
            },
            Some(ended) = streams.join_next() => ended.expect("a stream is served without a panic"),
        }
    }
}

async fn one(mut open: Open, stream: Stream) {
    let (mut read, mut write) = tokio::io::split(stream);
    while open.received.body().is_none() {
        if !read_some(&mut read, &mut open.received).await {
            return;
        }
    }
    let act = match open.received.target() {
        paths::REPORTS => {
            open.leave_out();
            open.stage.lock().report.clone()
        }
        paths::REVOKED => {
            open.leave_out();
            Act::say(super::json_answer(
                200,
                &serde_json::json!({ "turns_ended": 0, "processes_ended": 0, "terminals_ended": 0, "unfinished": 0, "method": "none", "sign_out": null }),
            ))
        }
        _ => {
            open.is_asked();
            let play = Arc::clone(&open.stage.lock().play);
            play(&open.received)
        }
    };
    let act = match act {
        Act::When(said, bytes) => {
            said.notified().await;
            Act::say(bytes)
        }
        act => act,
    };
    match act {
        Act::When(..) => unreachable!("it was said"),
        Act::Say(bytes, then) => {
            let says = async {
                let mut told = write.write_all(&bytes).await.is_ok() && write.flush().await.is_ok();
                match then {
                    Then::End => drop(write.shutdown().await),
                    Then::Hold => {}
                    Then::Repeat(again) => {
                        while told {
                            told = write.write_all(&again).await.is_ok();
                        }
                    }
                }
                write
            };
            // Read on while answering: whatever else comes belongs to the record.
            let reads = async { while read_some(&mut read, &mut open.received).await {} };
            let (_write, ()) = tokio::join!(says, reads);
        }
        Act::Echo => {
            if write.write_all(agreed(&open.received, "").as_bytes()).await.is_ok() && write.flush().await.is_ok() {
                echo(read.unsplit(write)).await;
            }
        }
        Act::Socket(socket) => {
            let protocol = format!("Sec-WebSocket-Protocol: {}\r\n", socket.protocol);
            let head = agreed(&open.received, &protocol);
            if write.write_all(head.as_bytes()).await.is_ok() && write.flush().await.is_ok() {
                socket.serve(read.unsplit(write)).await;
            }
        }
    }
}

/// The head of an answer to somebody who asks for a WebSocket.
fn agreed(request: &Received, lines: &str) -> String {
    let key = request.all("sec-websocket-key").concat();
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{lines}\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    )
}

async fn echo(stream: Stream) {
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            return;
        }
    }
}

/// False at the stream's end.
async fn read_some(read: &mut ReadHalf<Stream>, received: &mut Received) -> bool {
    let mut part = [0; 8 * 1024];
    match read.read(&mut part).await {
        Ok(0) | Err(_) => false,
        Ok(count) => {
            received.raw.extend_from_slice(&part[..count]);
            true
        }
    }
}
