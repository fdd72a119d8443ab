//! A terminal as a client has it: its bytes by position, and what it is told besides.

use super::eventually::within;
use super::{Client, Core, Refused, Socket};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_tungstenite::tungstenite::Message;

#[derive(serde::Deserialize)]
struct Size {
    rows: std::num::NonZeroU16,
    columns: std::num::NonZeroU16,
}

pub struct Terminal {
    socket: Socket,
    attached: Value,
    /// What is still to come of what restores the screen.
    restoring: u64,
    screen: Vec<u8>,
    bytes: Vec<u8>,
    position: u64,
    told: Vec<Value>,
    /// What a person sees.
    emulator: vt100::Parser,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").field("told", &self.told).field("shown", &self.shown()).finish_non_exhaustive()
    }
}

impl Core {
    /// Opens a terminal and returns its id.
    pub async fn open_terminal(&self, by: &Client) -> String {
        let made = by.post(&self.path("terminals"), &json!({})).await.expect(201);
        made["id"].as_str().unwrap_or_else(|| panic!("no id: {made}")).to_owned()
    }

    /// Attaches to a terminal, or only watches it: `how` is the last part of the address, with its query.
    pub async fn terminal(&self, by: &Client, id: &str, how: &str) -> Result<Terminal, Refused> {
        let socket = by.socket_for(&self.path(&format!("terminals/{id}/{how}")), Some("condrix.terminal.v1")).await?;
        let mut terminal = Terminal {
            socket,
            attached: Value::Null,
            restoring: 0,
            screen: Vec::new(),
            bytes: Vec::new(),
            position: 0,
            told: Vec::new(),
            emulator: vt100::Parser::default(),
        };
        let attached = within("a terminal says something", terminal.step()).await;
        let Some(attached) = attached else { return Err(Refused::Failed("it says nothing".to_owned())) };
        assert_eq!(attached["type"], "attached", "{attached}");
        terminal.attached = attached;
        Ok(terminal)
    }

    /// A new terminal, attached and ready to be typed into.
    pub async fn new_terminal(&self, by: &Client) -> (String, Terminal) {
        let id = self.open_terminal(by).await;
        let mut terminal = self.terminal(by, &id, "attach").await.unwrap_or_else(|refused| panic!("{refused:?}"));
        terminal.ready().await;
        (id, terminal)
    }
}

impl Terminal {
    /// What it was told first.
    pub fn attached(&self) -> &Value {
        &self.attached
    }

    /// The terminal's own bytes that came here, without what restored the screen.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What restored the screen, as text.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen).into_owned()
    }

    /// What a person sees now.
    pub fn shown(&self) -> String {
        self.emulator.screen().contents()
    }

    /// All that it said, as plain text.
    pub fn text(&self) -> String {
        plain(&self.bytes)
    }

    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Text frames, oldest first.
    pub fn told(&self) -> &[Value] {
        &self.told
    }

    pub async fn say(&mut self, said: &Value) {
        self.socket.send(Message::text(said.to_string())).await.expect("the socket takes a message");
    }

    /// Takes in the replay, and says so.
    pub async fn ready(&mut self) {
        self.until_told("live").await;
        self.say(&json!({ "type": "ready" })).await;
    }

    pub async fn keys(&mut self, keys: &str) {
        self.socket.send(Message::binary(keys.as_bytes().to_vec())).await.expect("the socket takes a message");
    }

    /// One frame: what it says, or null for bytes. None: it is over.
    pub async fn step(&mut self) -> Option<Value> {
        match self.socket.next_at_leisure().await? {
            Message::Binary(bytes) => {
                let screen = bytes.len().min(usize::try_from(self.restoring).expect("a screen is small"));
                self.restoring -= screen as u64;
                self.screen.extend_from_slice(&bytes[..screen]);
                self.bytes.extend_from_slice(&bytes[screen..]);
                self.position += (bytes.len() - screen) as u64;
                self.emulator.process(&bytes);
                Some(Value::Null)
            }
            Message::Text(text) => {
                let told: Value = serde_json::from_str(&text).expect("text frames are JSON");
                if matches!(told["type"].as_str(), Some("attached" | "skipped")) {
                    assert_eq!(self.restoring, 0, "a screen was cut short");
                    self.restoring = told["screen_bytes"].as_u64().expect("a number of bytes");
                    self.position = told["position"].as_u64().expect("a position");
                    self.screen.clear();
                }
                if let Ok(size) = serde_json::from_value::<Size>(told["size"].clone()) {
                    self.emulator.set_size(size.rows, size.columns);
                }
                self.told.push(told.clone());
                Some(told)
            }
            other => panic!("an odd frame: {other:?}"),
        }
    }

    /// Reads on until its text holds this.
    pub async fn until(&mut self, wanted: &str) {
        if !self.text().contains(wanted) {
            self.read_on(wanted, |terminal| terminal.recent(0).contains(wanted).then_some(())).await;
        }
    }

    /// Reads on until it is told something of this kind that it was not told before, and returns that.
    pub async fn until_told(&mut self, kind: &str) -> Value {
        let before = self.told.len();
        self.read_on(kind, |terminal| terminal.told[before..].iter().find(|told| told["type"] == kind).cloned()).await
    }

    /// Reads on until what restores the screen holds this.
    pub async fn until_screen(&mut self, wanted: &str) {
        self.read_on(wanted, |terminal| terminal.screen().contains(wanted).then_some(())).await;
    }

    /// Reads on until a person would see this.
    pub async fn until_shown(&mut self, wanted: &str) {
        self.read_on(wanted, |terminal| terminal.shown().contains(wanted).then_some(())).await;
    }

    /// Says that the replay, which was taken in before, has been.
    pub async fn ready_again(&mut self) {
        self.say(&json!({ "type": "ready" })).await;
    }

    pub async fn to_the_end(&mut self) {
        within("the terminal's end", async { while self.step().await.is_some() {} }).await;
    }

    /// Types a command and returns what came, as plain text, up to and with a mark that the shell printed behind it.
    pub async fn run(&mut self, command: &str) -> String {
        // No other client's mark is taken for this one.
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let from = self.bytes.len();
        // The mark is put together by the shell: its echo does not hold it.
        self.keys(&format!("{command}; printf '%s%s\\n' do ne-{number}-$?\r")).await;
        let mark = format!("done-{number}-");
        self.read_on(command, |terminal| terminal.recent(from).contains(&mark).then_some(())).await;
        plain(&self.bytes[from..])
    }

    /// The newest of what it said since then, as plain text: more than one frame brings.
    fn recent(&self, from: usize) -> String {
        plain(&self.bytes[from.max(self.bytes.len().saturating_sub(64 * 1024))..])
    }

    async fn read_on<T>(&mut self, what: &str, found: impl Fn(&Self) -> Option<T>) -> T {
        let mut look = async || {
            loop {
                if let Some(found) = found(self) {
                    return Some(found);
                }
                self.step().await?;
            }
        };
        let looked = tokio::time::timeout(super::DEADLINE, look()).await;
        looked.ok().flatten().unwrap_or_else(|| {
            panic!("the terminal never had {what:?}, or was over before: {:?} {}", self.told, self.shown())
        })
    }

    pub async fn leave(mut self) {
        self.socket.close().await;
    }
}

/// Output without its control sequences, and with lines that end as those of a file do.
fn plain(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        rest = match (first, behind.first()) {
            (0x1b, Some(b'[')) => past(&behind[1..], |byte| (0x40..=0x7e).contains(byte)),
            (0x1b, Some(b']')) => past(&behind[1..], |byte| *byte == 0x07),
            (b'\r', _) => behind,
            (byte, _) => {
                text.push(*byte);
                behind
            }
        };
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// What is behind the first byte that ends a sequence.
fn past(bytes: &[u8], ends: impl Fn(&u8) -> bool) -> &[u8] {
    bytes.iter().position(ends).map_or(&[], |end| &bytes[end + 1..])
}
