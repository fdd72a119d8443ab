//! Answers to somebody who asks for a WebSocket.

use super::{Case, EVIL, Fate, JSON, SCRIPT, answer, ask, assert_harmless, case, play};
use crate::hostile::stage::Stage;

const ASK: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn switch(lines: &str) -> String {
    format!("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n{lines}\r\n")
}

fn corpus() -> Vec<Case> {
    use Fate::{Filtered, Refused};
    let agreed = "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    let cookie = format!("Set-Cookie: a={EVIL}\r\nLocation: https://{EVIL}/\r\nSec-WebSocket-Extensions: {EVIL}\r\n");
    vec![
        case("a WebSocket", Filtered, switch(agreed)),
        case("a WebSocket with a cookie", Filtered, switch(&format!("{agreed}{cookie}"))),
        case("a wrong acceptance", Filtered, switch("Upgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n")),
        case("another protocol", Refused, switch("Upgrade: h2c\r\n")),
        case("a list of protocols", Refused, switch("Upgrade: websocket, h2c\r\n")),
        case("two protocols", Refused, switch("Upgrade: websocket\r\nUpgrade: h2c\r\n")),
        case("no protocol", Refused, switch("")),
        case("a switch to a page", Refused, switch(&format!("{agreed}Content-Type: text/html\r\n"))),
        case("a page", Refused, answer("200 OK", "Content-Type: text/html\r\n", SCRIPT)),
        case("data", Filtered, answer("200 OK", JSON, "{}")),
        case("a redirect", Refused, answer("302 Found", &format!("Location: https://{EVIL}/\r\n"), "")),
        case("a demand", Filtered, answer("401 No", &format!("{JSON}WWW-Authenticate: Basic realm={EVIL}\r\n"), "{}")),
        case("a refusal", Filtered, answer("426 No", &format!("{JSON}Upgrade: {EVIL}\r\n"), "{}")),
        case("nothing", Refused, ""),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_a_websocket_gets_one_or_a_harmless_answer() {
    let stage = Stage::set().await;
    let cases = corpus();
    play(&stage.rogue, cases.clone());
    for (number, case) in cases.iter().enumerate() {
        let replies = ask(&stage, "sessions/00000000-0000-7000-8000-000000000000/events", ASK, number).await;
        let first = replies.first().unwrap_or_else(|| panic!("{}: told nothing", case.name));
        assert_harmless(first).unwrap_or_else(|wrong| panic!("{}: {wrong:#}: {first:?}", case.name));
        let refused = matches!(first.problem().as_deref(), Some("bad-core-answer" | "core-offline"));
        assert_eq!(refused, case.fate == Fate::Refused, "{}: {first:?}", case.name);
        let switched = case.bytes.starts_with(b"HTTP/1.1 101");
        assert_eq!(first.status == 101, switched && !refused, "{}: {first:?}", case.name);
    }
}
