//! Where a request ends: Content-Length against Transfer-Encoding, and each against itself.

use super::{Case, Fate, case};

pub(super) fn cases() -> Vec<Case> {
    use Fate::{First, Pipelined, Refused};
    // Header lines that leave the end of a request open, before a body that ends at once for one reader and goes on for
    // the other.
    let doubtful: &[(&str, &str)] = &[
        ("a length and an encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ("an encoding and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        ("no length and an encoding", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
        ("a length and an unknown encoding", "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
        ("a length and an empty encoding", "Content-Length: 5\r\nTransfer-Encoding: \r\n"),
        ("two lengths that differ", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        ("two lengths that differ by case", "Content-Length: 5\r\ncontent-LENGTH: 0\r\n"),
        ("two lengths that agree", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        ("a list of lengths", "Content-Length: 5, 5\r\n"),
        ("a list of lengths that differ", "Content-Length: 0, 5\r\n"),
        ("a length with a sign", "Content-Length: +5\r\n"),
        ("a negative length", "Content-Length: -1\r\n"),
        ("a length in hexadecimal", "Content-Length: 0x5\r\n"),
        ("a length with an exponent", "Content-Length: 1e0\r\n"),
        ("a fractional length", "Content-Length: 5.0\r\n"),
        ("an empty length", "Content-Length: \r\n"),
        ("a length with a blank inside", "Content-Length: 5 5\r\n"),
        ("a length that overflows", "Content-Length: 18446744073709551621\r\n"),
        ("a length with a vertical tab", "Content-Length: \x0b5\r\n"),
        ("a length with a NUL", "Content-Length: 5\0\r\n"),
        ("a length that is a word", "Content-Length: five\r\n"),
        ("an unknown encoding", "Transfer-Encoding: xchunked\r\n"),
        ("an encoding that is none", "Transfer-Encoding: identity\r\n"),
        ("an encoding that is not the last", "Transfer-Encoding: chunked, identity\r\n"),
        ("an encoding behind none", "Transfer-Encoding: identity, chunked\r\n"),
        ("an encoding behind a compression", "Transfer-Encoding: gzip, chunked\r\n"),
        ("an encoding twice in a line", "Transfer-Encoding: chunked, chunked\r\n"),
        ("an encoding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        ("an encoding and then none", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        ("no encoding and then one", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
        ("an encoding with a parameter", "Transfer-Encoding: chunked;q=1\r\n"),
        ("an encoding in quotes", "Transfer-Encoding: \"chunked\"\r\n"),
        ("an encoding behind a vertical tab", "Transfer-Encoding: \x0bchunked\r\n"),
        ("an encoding before a vertical tab", "Transfer-Encoding: chunked\x0b\r\n"),
        ("an encoding before a NUL", "Transfer-Encoding: chunked\0\r\n"),
        ("an encoding with a high byte", "Transfer-Encoding: chunked\u{a0}\r\n"),
        ("an encoding behind a comma", "Transfer-Encoding: ,chunked\r\n"),
        ("an encoding before a comma", "Transfer-Encoding: chunked,\r\n"),
        ("an encoding on a folded line", "Transfer-Encoding:\r\n chunked\r\n"),
        ("an encoding folded by a bare line feed", "Transfer-Encoding:\n chunked\r\n"),
        ("an encoding behind a blank and a colon", "Transfer-Encoding : chunked\r\n"),
        ("a length behind a tab and a colon", "Content-Length\t: 5\r\n"),
        ("an encoding behind a bare line feed", "X-A: b\nTransfer-Encoding: chunked\r\n"),
        ("an encoding behind a bare carriage return", "X-A: b\rTransfer-Encoding: chunked\r\n"),
        ("an encoding within a folded line", "X-A: b\r\n Transfer-Encoding: chunked\r\n"),
        ("a length on a folded line", "Content-Length:\r\n\t5\r\n"),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for &(name, lines) in doubtful {
        cases.push(case(name, Refused, move |words| {
            words.request("POST", lines, &format!("0\r\n\r\n{}", words.smuggled))
        }));
    }
    cases.extend([
        case("a body of its length", First, |words| words.request("POST", "Content-Length: 5\r\n", "hello")),
        case("a body that looks like a request", First, |words| {
            let lines = format!("Content-Length: {}\r\n", words.smuggled.len());
            words.request("POST", &lines, &words.smuggled)
        }),
        case("a GET with a body", First, |words| words.request("GET", "Content-Length: 5\r\n", "hello")),
        case("a length with blanks around it", First, |words| {
            words.request("POST", "Content-Length:  5\t\r\n", "hello")
        }),
        case("a length with zeros before it", First, |words| {
            words.request("POST", "Content-Length: 0005\r\n", "hello")
        }),
        case("a length that names itself as a hop's", First, |words| {
            let length = words.smuggled.len();
            let lines = format!("Connection: Content-Length\r\nContent-Length: {length}\r\n");
            words.request("POST", &lines, &words.smuggled)
        }),
        case("an encoding that names itself as a hop's", First, |words| {
            words.request("POST", "Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")
        }),
        case("an expectation", First, |words| {
            words.request("POST", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello")
        }),
        case("names that nobody knows", First, |words| {
            words.request("GET", "Transfer_Encoding: chunked\r\nContent_Length: 50\r\nX-Content-Length: 50\r\n", "")
        }),
        case("two requests at once", Pipelined, |words| {
            let second =
                format!("GET {}?second=1&first={} HTTP/1.1\r\n{}\r\n", words.path, words.mark, words.headers());
            words.request("GET", "", &second)
        }),
    ]);
    cases
}
