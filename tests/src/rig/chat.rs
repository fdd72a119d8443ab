//! One CLI process that converses over JSON lines.

use super::eventually::within;
use serde_json::{Value, json};
use std::process::ExitStatus;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A line of the CLI.
pub type Line = Value;

#[derive(Debug)]
pub struct Chat {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its home and its directory, which it has until it ends.
    _folder: Arc<TempDir>,
}

impl Chat {
    pub(super) fn start(mut command: Command, folder: Arc<TempDir>) -> Self {
        command.stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("the CLI starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("stdout is piped");
        Self { child, stdin, lines: BufReader::new(stdout).lines(), _folder: folder }
    }

    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub async fn send(&mut self, line: &Value) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(format!("{line}\n").as_bytes()).await.expect("the CLI reads");
    }

    /// The first request of a client that converses; answered once the CLI is ready.
    pub async fn initialize(&mut self) {
        let request = json!({ "subtype": "initialize" });
        self.send(&json!({ "type": "control_request", "request_id": "initialize", "request": request })).await;
        self.until(|line| line["response"]["request_id"] == "initialize").await;
    }

    pub async fn say(&mut self, text: &str) {
        self.send(&json!({ "type": "user", "message": { "role": "user", "content": text } })).await;
    }

    /// Answers a permission that the CLI asked for.
    pub async fn decide(&mut self, asked: &Line, decision: Value) {
        let response = json!({ "subtype": "success", "request_id": asked["request_id"], "response": decision });
        self.send(&json!({ "type": "control_response", "response": response })).await;
    }

    /// The next line. None: the CLI closed its output.
    pub async fn next(&mut self) -> Option<Line> {
        let line = within("the CLI says something", self.lines.next_line()).await.expect("stdout is read")?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// All lines up to and with the first that is wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Line) -> bool) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(line) = self.next().await {
            let found = wanted(&line);
            lines.push(line);
            if found {
                return lines;
            }
        }
        panic!("the CLI ended early; its last lines: {:?}", &lines[lines.len().saturating_sub(3)..]);
    }

    /// Says something and returns the whole turn; its last line is the result.
    pub async fn turn(&mut self, text: &str) -> Vec<Line> {
        self.say(text).await;
        self.until(|line| line["type"] == "result").await
    }

    /// No further message will come; the CLI ends after what it is doing.
    pub async fn end(mut self) -> ExitStatus {
        self.stdin = None;
        within("the CLI ends", async {
            while self.next().await.is_some() {}
            self.child.wait().await.expect("the CLI is reaped")
        })
        .await
    }

    /// Kill -9.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the CLI is killed");
    }
}

/// The text that was streamed in deltas of one kind (`text_delta`, `thinking_delta`).
pub fn streamed(lines: &[Line], kind: &str) -> String {
    let field = kind.trim_end_matches("_delta");
    let deltas = lines.iter().map(|line| &line["event"]["delta"]).filter(|delta| delta["type"] == kind);
    deltas.filter_map(|delta| delta[field].as_str()).collect()
}
