//! Statuses, header lines and first lines.

use super::{Case, EVIL, Fate, JSON, SCRIPT, answer, case};

/// More than the edge takes of a head, by more than it takes at once.
const MUCH: usize = (1 << 20) + (64 << 10);

const HEADERS: &[&str] = &[
    "Set-Cookie: __Host-condrix=evil.example; Path=/; Secure",
    "Set-Cookie2: a=evil.example",
    "set-cookie: a=evil.example",
    "Location: https://evil.example/",
    "Content-Location: https://evil.example/",
    "Refresh: 0;url=https://evil.example/",
    "Link: <https://evil.example/x.js>; rel=preload; as=script",
    "Content-Security-Policy: script-src evil.example",
    "Content-Security-Policy-Report-Only: report-uri https://evil.example/",
    "X-Content-Security-Policy: evil.example",
    "X-WebKit-CSP: evil.example",
    "X-Frame-Options: ALLOW-FROM evil.example",
    "X-XSS-Protection: 1; report=https://evil.example/",
    "X-Content-Type-Options: evil.example",
    "Access-Control-Allow-Origin: https://evil.example",
    "Access-Control-Allow-Credentials: evil.example",
    "Access-Control-Expose-Headers: evil.example",
    "Timing-Allow-Origin: evil.example",
    "Cross-Origin-Opener-Policy: evil.example",
    "Cross-Origin-Embedder-Policy: evil.example",
    "Cross-Origin-Resource-Policy: evil.example",
    "Origin-Agent-Cluster: evil.example",
    "Strict-Transport-Security: max-age=0; evil.example",
    "Public-Key-Pins: evil.example",
    "Expect-CT: report-uri=\"https://evil.example\"",
    "NEL: evil.example",
    "Report-To: evil.example",
    "Reporting-Endpoints: x=\"https://evil.example\"",
    "Clear-Site-Data: \"evil.example\"",
    "Service-Worker-Allowed: /evil.example",
    "Service-Worker-Navigation-Preload: evil.example",
    "SourceMap: https://evil.example/x.map",
    "X-SourceMap: https://evil.example/x.map",
    "Speculation-Rules: \"https://evil.example/x\"",
    "Accept-CH: evil.example",
    "Critical-CH: evil.example",
    "Permissions-Policy: geolocation=(evil.example)",
    "Feature-Policy: geolocation evil.example",
    "Referrer-Policy: unsafe-url, evil.example",
    "Content-Disposition: inline; filename=evil.example",
    "Content-Encoding: evil.example",
    "Content-Language: evil.example",
    "WWW-Authenticate: Basic realm=\"evil.example\"",
    "Proxy-Authenticate: Basic realm=\"evil.example\"",
    "Authentication-Info: evil.example",
    "Alt-Svc: h3=\"evil.example:443\"",
    "Upgrade: evil.example",
    "Keep-Alive: evil.example",
    "Proxy-Connection: evil.example",
    "Connection: evil.example",
    "Trailer: evil.example",
    "Server: evil.example",
    "Via: evil.example",
    "Age: evil.example",
    "ETag: \"evil.example\"",
    "Last-Modified: evil.example",
    "Cache-Control: public, max-age=31536000, evil.example",
    "Pragma: evil.example",
    "Expires: evil.example",
    "Vary: evil.example",
    "Condrix-Request-Id: evil.example",
    "Condrix-User: evil.example",
    "Sec-WebSocket-Accept: evil.example",
    "X-Anything: evil.example",
    "X-Accel-Redirect: /evil.example",
    "X-Sendfile: /evil.example",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for header in HEADERS {
        cases.push(case(*header, Fate::Filtered, answer("200 OK", &format!("{JSON}{header}\r\n"), "{}")));
    }
    let away = format!("{JSON}Location: https://{EVIL}/\r\n");
    for status in [300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399] {
        cases.push(case(format!("status {status}"), Fate::Refused, answer(&format!("{status} Away"), &away, "{}")));
    }
    for status in [200, 201, 202, 203, 206, 400, 401, 403, 404, 407, 421, 426, 451, 500, 503, 511, 599] {
        cases.push(case(format!("status {status}"), Fate::Filtered, answer(&format!("{status} Here"), &away, "{}")));
    }
    for status in ["101 Switching", "100 Continue", "102 Processing", "103 Early Hints", "199 Odd"] {
        let alone =
            format!("HTTP/1.1 {status}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nLink: <https://{EVIL}>\r\n\r\n");
        cases.push(case(format!("only {status}"), Fate::Refused, alone));
    }
    for status in ["000 X", "099 X", "600 X", "999 X", "1000 X", "-200 X", "20 X", "2OO X", "abc X", "", " ", "200.0 X"]
    {
        cases.push(case(format!("status {status:?}"), Fate::Refused, answer(status, JSON, "{}")));
    }
    for line in
        ["HTTP/0.9 200 OK", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "ICY 200 OK", "200 OK", "", SCRIPT]
    {
        let bytes = format!("{line}\r\n{JSON}Content-Length: 2\r\n\r\n{{}}");
        cases.push(case(format!("first line {line:?}"), Fate::Refused, bytes));
    }
    for (name, lines) in [
        ("a bare line feed", format!("X-A: b\nSet-Cookie: a={EVIL}\r\n")),
        ("a bare carriage return", format!("X-A: b\rSet-Cookie: a={EVIL}\r\n")),
        ("a folded line", format!("X-A: b\r\n Set-Cookie: a={EVIL}\r\n")),
        ("a NUL", "X-A: b\0c\r\n".to_owned()),
        ("a control character", "X-A: b\x01c\r\n".to_owned()),
        ("no colon", "X-A\r\n".to_owned()),
        ("no name", ": b\r\n".to_owned()),
        ("a blank before the colon", "X-A : b\r\n".to_owned()),
        ("a line of more than a megabyte", format!("X-A: {}\r\n", "b".repeat(MUCH))),
        ("ten thousand lines", "X-A: b\r\n".repeat(10_000)),
        ("a name of more than a megabyte", format!("{}: b\r\n", "x".repeat(MUCH))),
    ] {
        let fate = match name {
            // These come apart into lines that are dropped anyway.
            "a bare line feed" | "a folded line" | "a blank before the colon" => Fate::Filtered,
            _ => Fate::Refused,
        };
        cases.push(case(name, fate, answer("200 OK", &format!("{JSON}{lines}"), "{}")));
    }
    cases
}
