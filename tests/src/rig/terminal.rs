//! A terminal as a client has it: its bytes by position, and what it is told besides.

use super::{Client, Core, Refused, Socket};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[derive(Debug)]
pub struct Terminal {
    socket: Socket,
    attached: Value,
    /// What is still to come of what restores the screen.
    restoring: u64,
    screen: Vec<u8>,
    bytes: Vec<u8>,
    position: u64,
    told: Vec<Value>,
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
        };
        let attached = terminal.step().await.unwrap_or_else(|| panic!("a terminal that says nothing"));
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

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
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
        match self.socket.next().await? {
            Message::Binary(bytes) => {
                let screen = bytes.len().min(usize::try_from(self.restoring).expect("a screen is small"));
                self.restoring -= screen as u64;
                self.screen.extend_from_slice(&bytes[..screen]);
                self.bytes.extend_from_slice(&bytes[screen..]);
                self.position += (bytes.len() - screen) as u64;
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
                self.told.push(told.clone());
                Some(told)
            }
            other => panic!("an odd frame: {other:?}"),
        }
    }

    /// Reads on until its text holds this.
    pub async fn until(&mut self, wanted: &str) {
        while !self.text().contains(wanted) {
            assert!(self.step().await.is_some(), "over before {wanted:?}: {}", self.text());
        }
    }

    /// Reads on until it is told something of this kind, and returns that.
    pub async fn until_told(&mut self, kind: &str) -> Value {
        loop {
            let told = self.step().await.unwrap_or_else(|| panic!("over before {kind}: {:?}", self.told));
            if told["type"] == kind {
                return told;
            }
        }
    }

    /// Says that the replay, which was taken in before, has been.
    pub async fn ready_again(&mut self) {
        self.say(&json!({ "type": "ready" })).await;
    }

    /// Reads on until what restores the screen holds this.
    pub async fn until_screen(&mut self, wanted: &str) {
        while !self.screen().contains(wanted) {
            assert!(self.step().await.is_some(), "over before {wanted:?}: {}", self.screen());
        }
    }

    /// Types an empty command until the shell runs it.
    pub async fn until_prompt(&mut self) {
        self.run("true").await;
    }

    pub async fn to_the_end(&mut self) {
        while self.step().await.is_some() {}
    }

    /// Types a command and returns what came up to and with a mark that the shell printed behind it.
    pub async fn run(&mut self, command: &str) -> String {
        let from = self.bytes.len();
        // The mark is put together by the shell: its echo does not hold it.
        self.keys(&format!("{command}; printf '%s%s\\n' do ne-$?\r")).await;
        while !String::from_utf8_lossy(&self.bytes[from..]).contains("done-") {
            assert!(self.step().await.is_some(), "over: {}", self.text());
        }
        String::from_utf8_lossy(&self.bytes[from..]).into_owned()
    }

    pub async fn leave(mut self) {
        self.socket.close().await;
    }
}
