//! Targets that are no plain path, or that one reader would resolve to another path than the next.

use super::{Case, Fate, case};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // `{path}` is the first request's path, `{host}` the gateway, `{query}` what the case is known by.
    for target in [
        "*",
        "{host}",
        "{host}{path}?{query}",
        "http://{host}{path}?{query}",
        "https://{host}{path}?{query}",
        "HTTPS://{host}{path}?{query}",
        "https://evil.example{path}?{query}",
        "https://user@{host}{path}?{query}",
        "//{host}{path}?{query}",
        "/{path}?{query}",
        "\\{path}?{query}",
        ".{path}?{query}",
        "?{query}",
        "#{query}",
        "{path}/?{query}",
        "{path}//?{query}",
        "{path}/.?{query}",
        "{path}/..?{query}",
        "{path}/../workspaces?{query}",
        "{path}/x/../../workspaces?{query}",
        "{path}/%2e%2e/workspaces?{query}",
        "{path}/%2E%2E/workspaces?{query}",
        "{path}/.%2e/workspaces?{query}",
        "{path}/%2e/?{query}",
        "{path}%2f..%2fworkspaces?{query}",
        "{path}%2F?{query}",
        "{path}%5c?{query}",
        "{path}%5C..%5Cworkspaces?{query}",
        "{path}\\..\\workspaces?{query}",
        "{path}%252e%252e?{query}",
        "{path}%252f?{query}",
        "{path}%c0%af?{query}",
        "{path}%c0%ae%c0%ae?{query}",
        "{path}%00?{query}",
        "{path}\0?{query}",
        "{path}%0d%0aX-A:%20b?{query}",
        "{path}%0a?{query}",
        "{path}\x0b?{query}",
        "{path}\x7f?{query}",
        "{path}\t?{query}",
        "{path}\u{e9}?{query}",
        "{path}\u{c3}\u{a9}?{query}",
        "{path}%?{query}",
        "{path}%2?{query}",
        "{path}%zz?{query}",
        "{path}%u002e?{query}",
        "{path};/..;/?{query}",
        "{path}#?{query}",
        "{path}?{query}#fragment",
        "{path}?{query}\0",
        "{path}?{query}\\",
        "{path}?{query}\u{ff}",
        "{path}?{query}\"<>",
        "{path}|?{query}",
        "{path}<script>?{query}",
        "{path}{?{query}",
        "{path}[0]?{query}",
        "{path}^?{query}",
        "{path}`?{query}",
        "{path}\"?{query}",
    ] {
        for method in ["GET", "OPTIONS"] {
            cases.push(case(format!("{method} {}", target.escape_debug()), Fate::Refused, move |words| {
                let query = format!("first={}", words.mark);
                let target =
                    target.replace("{path}", &words.path).replace("{host}", &words.host).replace("{query}", &query);
                format!("{method} {target} HTTP/1.1\r\n{}\r\n{}", words.headers(), words.smuggled)
            }));
        }
    }
    cases.extend([
        case("a target as long as a novel", Fate::Refused, |words| {
            let long = format!("{}&{}", words.first(), "x".repeat(4_000));
            format!("GET {long} HTTP/1.1\r\n{}\r\n{}", words.headers(), words.smuggled)
        }),
        case("dots in a query", Fate::First, |words| {
            format!("GET {}&then=/../x%2f%2e HTTP/1.1\r\n{}\r\n", words.first(), words.headers())
        }),
    ]);
    cases
}
