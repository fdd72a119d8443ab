//! What a rogue answers with.

use super::socket::Socket;
use protocol::claude::CoreReport;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

#[derive(Clone, Debug)]
pub enum Act {
    /// These bytes, and then.
    Say(Vec<u8>, Then),
    /// A WebSocket that sends back what comes.
    Echo,
    /// A WebSocket whose other end a test holds.
    Socket(Arc<Socket>),
    /// These bytes once somebody says so.
    When(Arc<Notify>, Vec<u8>),
}

#[derive(Clone, Debug)]
pub enum Then {
    /// The stream ends in order.
    End,
    /// Nothing, until the gateway ends the stream.
    Hold,
    /// These bytes again and again, until the gateway ends the stream.
    Repeat(Vec<u8>),
}

impl Act {
    pub fn say(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Say(bytes.into(), Then::End)
    }

    /// Not a word.
    pub fn silence() -> Self {
        Self::Say(Vec::new(), Then::Hold)
    }

    /// The stream ends at once.
    pub fn vanish() -> Self {
        Self::Say(Vec::new(), Then::End)
    }

    /// The head of a stream of reports and these lines, and the stream stays open.
    pub fn reports(lines: &[u8]) -> Self {
        Self::Say(reports_head(lines), Then::Hold)
    }

    /// What an honest agent says of itself.
    pub fn honest_report(name: &str) -> Self {
        let report = CoreReport {
            hostname: name.to_owned(),
            agent_version: "0.1.0".to_owned(),
            cli_version: Some("2.0.0".to_owned()),
            ..CoreReport::default()
        };
        let mut line = serde_json::to_vec(&report).expect("a report is JSON");
        line.push(b'\n');
        Self::reports(&line)
    }
}

pub(super) fn reports_head(lines: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n", lines].concat()
}

/// A proper answer.
pub fn json_answer(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Names the request that it answers, so that nobody takes it for another's answer.
pub(super) fn echo_of(line: &str, body: usize) -> Act {
    Act::say(json_answer(200, &json!({ "answers": line, "body": body })))
}
