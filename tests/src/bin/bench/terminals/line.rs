//! One terminal, ours or over ssh, that is typed into.

use super::ssh::{Server, Shell};
use condrix_tests::rig::{Client, Core, Socket, within};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

const SUBPROTOCOL: Option<&str> = Some("condrix.terminal.v1");

pub(super) enum Line {
    Ours(Box<Socket>),
    Ssh(Box<Shell>),
}

/// A program that answers a key as an editor does: by itself, at once, the terminal being raw. Its word that it has begun
/// is put together by the shell, so that the command's echo does not hold it.
pub(super) const ECHO: &str = "stty raw -echo; printf be%s gun; exec cat";

impl Line {
    /// A new terminal of the Core, in which a command has been typed.
    pub(super) async fn ours(core: &Core, by: &Client, command: &str) -> Self {
        let id = core.open_terminal(by).await;
        Self::attached(core, by, &id, command).await
    }

    pub(super) async fn attached(core: &Core, by: &Client, id: &str, command: &str) -> Self {
        let path = core.path(&format!("terminals/{id}/attach"));
        let mut socket = by.socket_for(&path, SUBPROTOCOL).await.expect("a terminal is attached to");
        live(&mut socket).await;
        socket.send(Message::text(r#"{"type":"ready"}"#)).await.expect("the socket takes a message");
        let mut line = Self::Ours(Box::new(socket));
        line.send(format!("{command}\r").as_bytes()).await;
        line
    }

    pub(super) async fn over_ssh(server: &Server, port: u16, command: &str) -> Self {
        Self::Ssh(Box::new(server.shell(port, command).await))
    }

    pub(super) async fn send(&mut self, keys: &[u8]) {
        match self {
            Self::Ours(socket) => socket.send(Message::binary(keys.to_vec())).await.expect("the socket takes keys"),
            Self::Ssh(shell) => shell.send(keys).await,
        }
    }

    pub(super) async fn receive(&mut self) -> Vec<u8> {
        let received = async {
            match self {
                Self::Ours(socket) => loop {
                    match socket.next_at_leisure().await {
                        Some(Message::Binary(bytes)) => return Some(bytes.to_vec()),
                        Some(_) => {}
                        None => return None,
                    }
                },
                Self::Ssh(shell) => shell.receive().await,
            }
        };
        within("a terminal says something", received).await.expect("the terminal is not over")
    }

    /// Reads on until it says this.
    pub(super) async fn until(&mut self, wanted: &str) {
        let mut said = Vec::new();
        while !said.windows(wanted.len()).any(|window| window == wanted.as_bytes()) {
            let keep = said.len().saturating_sub(wanted.len());
            said.drain(..keep);
            said.extend(self.receive().await);
        }
    }

    /// From sending a key to its echo.
    pub(super) async fn key(&mut self) -> Duration {
        let started = Instant::now();
        self.send(b"x").await;
        let said = self.receive().await;
        assert_eq!(said, b"x", "nothing else is said meanwhile");
        started.elapsed()
    }
}

/// Reads a terminal's replay to its end. Returns how many bytes it had.
pub(super) async fn live(socket: &mut Socket) -> usize {
    let mut bytes = 0;
    loop {
        match socket.next().await.expect("the terminal is not over") {
            Message::Text(text) if text.contains(r#""type":"live""#) => return bytes,
            Message::Binary(more) => bytes += more.len(),
            _ => {}
        }
    }
}
