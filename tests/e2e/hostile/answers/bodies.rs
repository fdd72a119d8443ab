//! Where an answer ends, what stands behind its end, and answers that do not come.

use super::{Case, EVIL, Fate, JSON, SCRIPT, answer, case};
use condrix_tests::rogue::Then;

pub(super) fn cases() -> Vec<Case> {
    use Fate::{Cut, Filtered, Refused};
    let whole = answer("200 OK", JSON, "{}");
    let second = answer("200 OK", &format!("Content-Type: text/html\r\nSet-Cookie: a={EVIL}\r\n"), SCRIPT);
    let head = |lines: &str| format!("HTTP/1.1 200 OK\r\n{JSON}{lines}\r\n");
    let mut cases = vec![
        // Of the two the encoding counts, and the length goes no further.
        case("a length and an encoding", Filtered, {
            let lines = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
            format!("{}2\r\n{{}}\r\n0\r\n\r\n{second}", head(lines))
        }),
        case("an answer", Filtered, whole.clone()),
        case("two answers", Filtered, format!("{whole}{second}")),
        case("an answer and a script", Filtered, format!("{whole}{SCRIPT}")),
        case("a body shorter than its length", Cut, format!("{}ab", head("Content-Length: 5\r\n"))),
        case("a body longer than its length", Filtered, format!("{}ab{second}", head("Content-Length: 2\r\n"))),
        case("a body up to the end", Filtered, format!("{}ab", head(""))),
        case("no body where one belongs", Cut, head("Content-Length: 5\r\n")),
        case(
            "a 204 with a body",
            Filtered,
            format!("HTTP/1.1 204 No Content\r\n{JSON}Content-Length: 5\r\n\r\nhello{second}"),
        ),
        case("a continue and an answer", Refused, format!("HTTP/1.1 100 Continue\r\n\r\n{whole}")),
        case(
            "hints and an answer",
            Refused,
            format!("HTTP/1.1 103 Early Hints\r\nLink: <https://{EVIL}>\r\n\r\n{whole}"),
        ),
        case(
            "a switch and an answer",
            Refused,
            format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{whole}"),
        ),
        case("nothing", Refused, ""),
        case("half a first line", Refused, "HTTP/1."),
        case("half a head", Refused, "HTTP/1.1 200 OK\r\nContent-Ty"),
        case("noise", Refused, vec![0x16, 3, 1, 0, 0xff, 0xfe, 0, 0]),
        case("an HTTP/2 preface", Refused, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        case("a request", Refused, format!("GET / HTTP/1.1\r\nHost: {EVIL}\r\n\r\n")),
        case("empty lines", Refused, "\r\n".repeat(1_000)),
    ];
    for (name, lines) in [
        ("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n"),
        ("a negative length", "Content-Length: -1\r\n"),
        ("a length that is a word", "Content-Length: two\r\n"),
        ("a length with a sign", "Content-Length: +2\r\n"),
        ("a list of lengths", "Content-Length: 2, 3\r\n"),
        ("a length that overflows", "Content-Length: 99999999999999999999\r\n"),
        ("an unknown encoding", "Transfer-Encoding: xchunked\r\n"),
        ("a compression", "Transfer-Encoding: gzip, chunked\r\n"),
        ("an encoding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ("an encoding that is not the last", "Transfer-Encoding: chunked, identity\r\n"),
    ] {
        cases.push(case(name, Refused, format!("{}0\r\n\r\n{second}", head(lines))));
    }
    let chunked = head("Transfer-Encoding: chunked\r\n");
    for (name, fate, body) in [
        ("chunks", Filtered, "2\r\n{}\r\n0\r\n\r\n"),
        ("a chunk with an extension", Filtered, "2;a=<script>\r\n{}\r\n0\r\n\r\n"),
        ("trailers", Filtered, "2\r\n{}\r\n0\r\nSet-Cookie: a=evil.example\r\n\r\n"),
        ("no last chunk", Cut, "2\r\n{}\r\n"),
        ("half a chunk", Cut, "5\r\n{}"),
        ("a size that is a word", Cut, "two\r\n{}\r\n0\r\n\r\n"),
        ("a size that overflows", Cut, "FFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n"),
        ("a negative size", Cut, "-2\r\n{}\r\n0\r\n\r\n"),
        ("a chunk longer than its size", Cut, "1\r\n{}\r\n0\r\n\r\n"),
        ("a chunk without an end", Cut, "2\r\n{}0\r\n\r\n"),
        ("a script for a chunk", Cut, SCRIPT),
    ] {
        cases.push(case(name, fate, format!("{chunked}{body}")));
    }
    // What stays open: the gateway has to give up by itself.
    for (name, fate, bytes) in [
        ("silence", Refused, String::new()),
        ("half a head and silence", Refused, "HTTP/1.1 200 OK\r\nContent-Ty".to_owned()),
        ("a continue and silence", Refused, "HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
        ("a head and silence", Cut, head("Content-Length: 5\r\n")),
        ("half a body and silence", Cut, format!("{}ab", head("Content-Length: 5\r\n"))),
        ("half the chunks and silence", Cut, format!("{chunked}2\r\n{{}}\r\n")),
        ("a whole answer and silence", Filtered, whole),
    ] {
        cases.push(Case { then: Then::Hold, ..case(name, fate, bytes) });
    }
    // What never ends.
    for (name, bytes, again) in [
        ("header lines without end", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"),
        ("one line without end", "HTTP/1.1 200 OK\r\nX-A: ", "bbbbbbbb"),
        ("a first line without end", "HTTP/1.1 200 ", "OK"),
        ("continues without end", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("empty lines without end", "", "\r\n"),
    ] {
        cases.push(Case { then: Then::Repeat(again.repeat(2_000).into_bytes()), ..case(name, Refused, bytes) });
    }
    cases
}
