//! Reports in both forms that browsers send: one violation a body (CSP level 2), or a list of reports of any kind (the
//! Reporting API). They come from anybody: what is kept of them is short, and one of few words or the bare part of a URL.

use serde::Deserialize;
use url::{Origin, Url};

/// What is known of a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A directive that there is, or `other`.
    pub directive: &'static str,
    /// The origin of what was kept away, or what else it was.
    pub blocked: String,
    /// The path of the page's address. No query and no fragment: they may hold what is nobody's business.
    pub page: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReport {
    #[error("the body is of neither type that reports have")]
    MediaType,
    #[error("{0}")]
    Malformed(String),
}

const DIRECTIVES: &[&str] = &[
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
];

/// What browsers call that which has no URL.
const WORDS: &[&str] = &["inline", "eval", "wasm-eval", "self", "data", "blob", "filesystem"];

const OTHER: &str = "other";
const LONGEST: usize = 128;

/// The violations in a body of this media type.
pub fn read(media_type: &str, body: &[u8]) -> Result<Vec<Violation>, NotAReport> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let malformed = |reason: serde_json::Error| NotAReport::Malformed(reason.to_string());
    if essence.eq_ignore_ascii_case("application/csp-report") {
        let sent: Single = serde_json::from_slice(body).map_err(malformed)?;
        Ok(vec![sent.report.violation()])
    } else if essence.eq_ignore_ascii_case("application/reports+json") {
        let sent: Vec<Listed> = serde_json::from_slice(body).map_err(malformed)?;
        let violations = sent.into_iter().filter(|listed| listed.kind == "csp-violation");
        Ok(violations.map(|listed| listed.body.unwrap_or_default().violation()).collect())
    } else {
        Err(NotAReport::MediaType)
    }
}

#[derive(Deserialize)]
struct Single {
    #[serde(rename = "csp-report")]
    report: Sent,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "type")]
    kind: String,
    /// Of other kinds it is anything.
    #[serde(default, deserialize_with = "lenient")]
    body: Option<Sent>,
}

/// The two forms name the same things differently.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    #[serde(alias = "effective-directive")]
    #[serde(rename = "effectiveDirective")]
    effective: String,
    #[serde(rename = "violated-directive")]
    violated: String,
    #[serde(alias = "blocked-uri")]
    #[serde(rename = "blockedURL")]
    blocked: String,
    #[serde(alias = "document-uri")]
    #[serde(rename = "documentURL")]
    document: String,
}

fn lenient<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Sent>, D::Error> {
    let value = serde_json::Value::deserialize(value)?;
    // What cannot be read as a violation says nothing about one.
    Ok(serde_json::from_value(value).ok())
}

impl Sent {
    fn violation(&self) -> Violation {
        let named = if self.effective.is_empty() { &self.violated } else { &self.effective };
        // Older browsers write the whole directive, with what it allows.
        let name = named.split_ascii_whitespace().next().unwrap_or_default();
        Violation {
            directive: DIRECTIVES.iter().find(|known| **known == name).copied().unwrap_or(OTHER),
            blocked: origin(&self.blocked),
            page: path(&self.document),
        }
    }
}

fn origin(blocked: &str) -> String {
    let Ok(url) = Url::parse(blocked) else {
        return WORDS.iter().find(|known| **known == blocked).copied().unwrap_or(OTHER).to_owned();
    };
    match url.origin() {
        origin @ Origin::Tuple(..) => cut(&origin.ascii_serialization()),
        Origin::Opaque(_) => cut(url.scheme()),
    }
}

/// Empty where the address is none of a page.
fn path(document: &str) -> String {
    let url = Url::parse(document).ok().filter(|url| !url.cannot_be_a_base());
    url.map(|url| cut(url.path())).unwrap_or_default()
}

/// A URL's parts are ASCII without control characters once they are parsed; that they stay so is made sure of here.
fn cut(part: &str) -> String {
    part.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn single(report: &serde_json::Value) -> Violation {
        let body = json!({ "csp-report": report }).to_string();
        read("application/csp-report", body.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn both_forms_say_the_same() {
        let meant = Violation {
            directive: "script-src-elem",
            blocked: "https://evil.example:8443".to_owned(),
            page: "/cores/1/sessions/2".to_owned(),
        };
        let (page, blocked) = ("https://here/cores/1/sessions/2?token=x#y", "https://evil.example:8443/a.js?cookie=z");
        let old = json!({
            "document-uri": page, "blocked-uri": blocked, "violated-directive": "script-src-elem",
            "effective-directive": "script-src-elem", "original-policy": "default-src 'none'", "status-code": 200,
        });
        assert_eq!(single(&old), meant);
        let new = json!([
            { "type": "deprecation", "age": 1, "url": page, "body": { "id": "x", "effectiveDirective": 7 } },
            { "type": "csp-violation", "age": 1, "url": page, "user_agent": "x", "body": {
                "documentURL": page, "blockedURL": blocked, "effectiveDirective": "script-src-elem", "lineNumber": 1,
            } },
        ]);
        let told = read("application/reports+json; charset=utf-8", new.to_string().as_bytes());
        assert_eq!(told, Ok(vec![meant]));
    }

    #[test]
    fn an_older_browsers_whole_directive_is_its_name() {
        assert_eq!(single(&json!({ "violated-directive": "img-src 'self' data:" })).directive, "img-src");
    }

    #[test]
    fn of_what_was_blocked_only_the_origin_is_kept() {
        for (blocked, kept) in [
            ("https://user:password@evil.example/path?query#fragment", "https://evil.example"),
            ("wss://evil.example/socket", "wss://evil.example"),
            ("blob:https://evil.example/1234", "https://evil.example"),
            ("data:text/html,secret", "data"),
            ("data", "data"),
            ("inline", "inline"),
            ("eval", "eval"),
            ("chrome-extension://abcdef/x.js", "chrome-extension"),
            ("something\nelse", "other"),
            ("", "other"),
        ] {
            assert_eq!(single(&json!({ "blocked-uri": blocked })).blocked, kept, "{blocked}");
        }
    }

    #[test]
    fn of_the_page_only_the_path_is_kept() {
        for (document, kept) in [
            ("https://here/setup#token=cxs_secret", "/setup"),
            ("https://here/?q=secret", "/"),
            ("https://here/a\r\nb\u{1b}[31m", "/ab%1B[31m"),
            ("data:text/html,secret", ""),
            ("about:blank", ""),
            ("/relative", ""),
        ] {
            assert_eq!(single(&json!({ "document-uri": document })).page, kept, "{document}");
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for media_type in ["application/json", "text/plain", "", "application/csp-report+json"] {
            assert_eq!(read(media_type, b"{}"), Err(NotAReport::MediaType), "{media_type}");
        }
        for (media_type, body) in [
            ("application/csp-report", "{}"),
            ("application/csp-report", "[]"),
            ("application/csp-report", "{\"csp-report\": 7}"),
            ("application/csp-report", ""),
            ("application/reports+json", "{}"),
            ("application/reports+json", "[7]"),
        ] {
            assert!(matches!(read(media_type, body.as_bytes()), Err(NotAReport::Malformed(_))), "{body}");
        }
        assert_eq!(read("application/reports+json", b"[]"), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_makes_a_line_long_or_more_than_one(
            directive in any::<String>(), blocked in any::<String>(), page in any::<String>(), host in "[^/]{0,300}",
        ) {
            for (blocked, page) in [
                (blocked.clone(), page.clone()),
                (format!("https://{host}/{blocked}"), format!("https://{host}/{page}")),
                (format!("{host}:{blocked}"), format!("x://{host}/{page}")),
            ] {
                let told = single(&json!({
                    "document-uri": page, "blocked-uri": blocked, "effective-directive": directive,
                }));
                prop_assert!(DIRECTIVES.contains(&told.directive) || told.directive == OTHER);
                for kept in [&told.blocked, &told.page] {
                    prop_assert!(kept.len() <= LONGEST && kept.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{:?}", kept);
                }
            }
        }
    }
}
