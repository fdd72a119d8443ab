//! The Core's end of a WebSocket, in a test's hand.

use futures::{SinkExt as _, StreamExt as _};
use link::Stream;
use std::sync::{Mutex, PoisonError};
use tokio::sync::broadcast;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// More than is said before it is sent.
const WAITING: usize = 1024;

#[derive(Debug)]
pub struct Socket {
    /// The subprotocol that is agreed on.
    pub(super) protocol: &'static str,
    greeting: Mutex<Vec<Message>>,
    says: broadcast::Sender<Message>,
    heard: Mutex<Vec<Message>>,
}

impl Socket {
    pub fn new(protocol: &'static str) -> Self {
        let (says, _) = broadcast::channel(WAITING);
        Self { protocol, greeting: Mutex::default(), says, heard: Mutex::default() }
    }

    /// What each connection hears first from now on.
    pub fn greet(&self, greeting: Vec<Message>) {
        *self.greeting.lock().unwrap_or_else(PoisonError::into_inner) = greeting;
    }

    /// Says it to everybody who is connected.
    pub fn say(&self, message: Message) {
        // Nobody may be there.
        drop(self.says.send(message));
    }

    /// What has come since this was last asked, in order.
    pub fn take_heard(&self) -> Vec<Message> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn serve(&self, stream: Stream) {
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        let mut says = self.says.subscribe();
        let greeting = self.greeting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for message in greeting {
            if socket.send(message).await.is_err() {
                return;
            }
        }
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(message)) => self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(message),
                    _ => return,
                },
                Ok(message) = says.recv() => if socket.send(message).await.is_err() { return },
            }
        }
    }
}
