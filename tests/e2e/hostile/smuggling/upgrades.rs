//! Requests for a WebSocket: what follows their head is nobody's request until the Core has agreed.

use super::{Case, Fate, Words, case};

fn upgrade(words: &Words, method: &str, lines: &str, rest: &str) -> String {
    format!("{method} {}?first={} HTTP/1.1\r\n{}{lines}\r\n{rest}", words.events, words.mark, words.headers())
}

const WEBSOCKET: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

pub(super) fn cases() -> Vec<Case> {
    use Fate::{First, Refused};
    let mut cases = vec![
        case("a WebSocket that the Core declines", First, |words| upgrade(words, "GET", WEBSOCKET, "")),
        case("a WebSocket with a request behind it", First, |words| upgrade(words, "GET", WEBSOCKET, &words.smuggled)),
        case("a WebSocket where none is", Refused, |words| words.request("GET", WEBSOCKET, &words.smuggled)),
        case("a WebSocket by POST", Refused, |words| upgrade(words, "POST", WEBSOCKET, &words.smuggled)),
    ];
    for (name, lines) in [
        ("a WebSocket with a body", "Content-Length: 5\r\n"),
        ("a WebSocket with an encoding", "Transfer-Encoding: chunked\r\n"),
    ] {
        cases.push(case(name, Refused, move |words| {
            upgrade(words, "GET", &format!("{WEBSOCKET}{lines}"), &format!("0\r\n\r\n{}", words.smuggled))
        }));
    }
    for (name, protocol) in [
        ("an upgrade to HTTP/2", "h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
        ("an upgrade to TLS", "TLS/1.2"),
        ("an upgrade to anything", "anything"),
        ("an upgrade to a list", "websocket, h2c"),
        ("an upgrade to nothing", ""),
    ] {
        cases.push(case(name, Refused, move |words| {
            let lines = format!("Connection: Upgrade\r\nUpgrade: {protocol}\r\n");
            upgrade(words, "GET", &lines, &words.smuggled)
        }));
    }
    cases
}
