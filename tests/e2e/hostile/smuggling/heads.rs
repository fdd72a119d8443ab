//! Lines of a head: how they end, what they may hold, and which may not be missing.

use super::{Case, Fate, case};

pub(super) fn cases() -> Vec<Case> {
    use Fate::{First, Refused};
    let mut cases = Vec::new();
    // Further lines behind proper ones.
    for (name, lines) in [
        ("a bare line feed within a line", "X-A: b\nX-C: d\r\n"),
        ("a bare carriage return within a line", "X-A: b\rX-C: d\r\n"),
        ("a bare carriage return at a line's end", "X-A: b\r\r\n"),
        ("a folded line", "X-A: b\r\n c\r\n"),
        ("a line folded by a tab", "X-A: b\r\n\tc\r\n"),
        ("a line of a blank", " \r\n"),
        ("a NUL in a name", "X-\0A: b\r\n"),
        ("a NUL in a value", "X-A: b\0c\r\n"),
        ("a control character in a value", "X-A: b\x01c\r\n"),
        ("a DEL in a value", "X-A: b\x7fc\r\n"),
        ("a blank before a colon", "X-A : b\r\n"),
        ("a blank in a name", "X A: b\r\n"),
        ("no name", ": b\r\n"),
        ("no colon", "X-A\r\n"),
        ("a name with a high byte", "X-\u{e9}: b\r\n"),
        ("a name in parentheses", "X(A): b\r\n"),
        ("a second host", "Host: localhost\r\n"),
        ("another host", "Host: evil.example\r\n"),
        ("an end of bare line feeds", "X-A: b\n\n"),
        ("an end of a bare line feed", "X-A: b\r\n\n"),
    ] {
        cases.push(case(name, Refused, move |words| words.request("GET", lines, &words.smuggled)));
    }
    // Other first lines.
    for (name, line) in [
        ("HTTP/0.9", "GET {target}"),
        ("HTTP/1.2", "GET {target} HTTP/1.2"),
        ("HTTP/2.0", "GET {target} HTTP/2.0"),
        ("HTTP/3", "GET {target} HTTP/3"),
        ("a version in lower case", "GET {target} http/1.1"),
        ("a version with a blank behind it", "GET {target} HTTP/1.1 "),
        ("a version with a NUL behind it", "GET {target} HTTP/1.1\0"),
        ("a long version", "GET {target} HTTP/1.10"),
        ("another protocol", "GET {target} ICY/1.1"),
        ("no version", "GET {target} "),
        ("no target", "GET HTTP/1.1"),
        ("an empty target", "GET  HTTP/1.1"),
        ("two blanks", "GET  {target} HTTP/1.1"),
        ("a tab", "GET\t{target} HTTP/1.1"),
        ("a target in two", "GET {target} {target} HTTP/1.1"),
        ("a blank before the method", " GET {target} HTTP/1.1"),
        ("a method in lower case", "get {target} HTTP/1.1"),
        ("a method in mixed case", "Get {target} HTTP/1.1"),
        ("a method that nobody knows", "SUMMON {target} HTTP/1.1"),
        ("a method with a NUL", "GE\0T {target} HTTP/1.1"),
        ("a method with a blank", "GE T {target} HTTP/1.1"),
        ("a method with a slash", "GET/ {target} HTTP/1.1"),
        ("no method", " {target} HTTP/1.1"),
        ("CONNECT", "CONNECT {target} HTTP/1.1"),
        ("TRACE", "TRACE {target} HTTP/1.1"),
        ("the preface of HTTP/2", "PRI * HTTP/2.0"),
        ("a line feed before the method", "\nGET {target} HTTP/1.1"),
        ("a carriage return before the method", "\rGET {target} HTTP/1.1"),
        ("a bare line feed behind the version", "GET {target} HTTP/1.1\nX-A: b"),
        ("a bare carriage return behind the version", "GET {target} HTTP/1.1\rX-A: b"),
    ] {
        cases.push(case(name, Refused, move |words| {
            let line = line.replace("{target}", &words.first());
            format!("{line}\r\n{}\r\n{}", words.headers(), words.smuggled)
        }));
    }
    cases.extend([
        case("no host", Refused, |words| {
            format!("GET {} HTTP/1.1\r\nAuthorization: Bearer {}\r\n\r\n{}", words.first(), words.token, words.smuggled)
        }),
        case("no host in HTTP/1.0", Refused, |words| {
            format!("GET {} HTTP/1.0\r\nAuthorization: Bearer {}\r\n\r\n{}", words.first(), words.token, words.smuggled)
        }),
        case("an encoding in HTTP/1.0", Refused, |words| {
            let line = format!("POST {} HTTP/1.0\r\n", words.first());
            format!("{line}{}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}", words.headers(), words.smuggled)
        }),
        case("a first header that is folded", Refused, |words| {
            format!("GET {} HTTP/1.1\r\n {}\r\n{}", words.first(), words.headers(), words.smuggled)
        }),
        case("only bare line feeds", Refused, |words| {
            words.request("GET", "", "").replace("\r\n", "\n") + &words.smuggled
        }),
        case("only bare carriage returns", Refused, |words| words.request("GET", "", "").replace("\r\n", "\r")),
        case("more headers than anybody sends", Refused, |words| {
            words.request("GET", &"X-A: b\r\n".repeat(300), &words.smuggled)
        }),
        case("HTTP/1.0", First, |words| format!("GET {} HTTP/1.0\r\n{}\r\n", words.first(), words.headers())),
        case("an empty line before the method", First, |words| format!("\r\n{}", words.request("GET", "", ""))),
        case("names in any case", First, |words| {
            words.request("POST", "", "").replace("Host", "hOST").replace("Authorization", "AUTHORIZATION")
        }),
    ]);
    cases
}
