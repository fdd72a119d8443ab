//! What browsers report of the content policy.

use condrix_tests::rig::{Answer, Client, Credentials, Gateway, read};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use serde_json::{Value, json};

const ADDRESS: &str = "/api/v1/csp-reports";

/// As browsers send it from a page: with the cookie, and with whatever they say of where it comes from.
async fn report(browser: &Client, origin: Option<&str>, media_type: &str, body: String) -> Answer {
    let Credentials::Cookie(cookie) = browser.credentials() else { unreachable!("it is logged in") };
    let mut request = browser.with(Credentials::Nobody).request(Method::POST, ADDRESS).header(COOKIE, cookie);
    if let Some(origin) = origin {
        request = request.header(ORIGIN, origin);
    }
    read(request.header(CONTENT_TYPE, media_type).body(body)).await
}

fn violation(directive: &str) -> Value {
    json!({ "csp-report": {
        "document-uri": "https://localhost/cores/7?query-canary#fragment-canary",
        "blocked-uri": "https://evil.example/path-canary", "effective-directive": directive,
    } })
}

async fn counted(gateway: &Gateway, directive: &str) -> Option<String> {
    let series = format!("condrix_csp_violations_total{{directive=\"{directive}\"}} ");
    gateway.metrics().await.lines().find_map(|line| line.strip_prefix(&series).map(str::to_owned))
}

#[tokio::test]
async fn a_browsers_reports_are_counted_and_logged_in_short_wherever_it_says_that_they_come_from() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let own = ada.origin();
    // A page that asks for no referrer sends the first.
    for origin in [Some("null"), None, Some(&*own)] {
        report(&ada, origin, "application/csp-report", violation("img-src").to_string()).await.expect(204);
    }
    let list = json!([{ "type": "csp-violation", "body": {
        "documentURL": "https://localhost/settings", "blockedURL": "inline", "effectiveDirective": "script-src-elem",
    } }]);
    report(&ada, Some(&own), "application/reports+json", list.to_string()).await.expect(204);
    assert_eq!(counted(&gateway, "img-src").await.as_deref(), Some("3"));
    assert_eq!(counted(&gateway, "script-src-elem").await.as_deref(), Some("1"));
    let log = gateway.log_text();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("content policy")).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].contains("WARN") && lines[0].contains("img-src"), "{}", lines[0]);
    assert!(lines[0].contains("https://evil.example") && lines[0].contains("/cores/7"), "{}", lines[0]);
    assert!(lines[3].contains("inline") && lines[3].contains("/settings"), "{}", lines[3]);
    assert!(!log.contains("canary"), "no more than that is written down");

    for foreign in ["https://evil.example", &format!("{own}.evil.example")] {
        let refused = report(&ada, Some(foreign), "application/csp-report", violation("img-src").to_string()).await;
        refused.expect_problem(403, "origin-refused");
    }
    for (media_type, body, status, problem) in [
        ("application/json", violation("img-src").to_string(), 415, "unsupported-media-type"),
        ("application/csp-report", "{}".to_owned(), 422, "invalid-body"),
        ("application/csp-report", " ".repeat(40_000), 413, "body-too-large"),
    ] {
        report(&ada, None, media_type, body).await.expect_problem(status, problem);
    }
    assert_eq!(counted(&gateway, "img-src").await.as_deref(), Some("3"), "what was refused is not counted");
}

#[tokio::test]
async fn whoever_sends_many_reports_fills_neither_the_log_nor_the_metrics() {
    let gateway = Gateway::start().await;
    let nobody = gateway.client();
    for number in 0..10 {
        let many: Vec<Value> = (0..50)
            .map(|_| json!({ "type": "csp-violation", "body": { "effectiveDirective": format!("made-up-{number}") } }))
            .collect();
        let sent = nobody.request(Method::POST, ADDRESS).header(CONTENT_TYPE, "application/reports+json");
        read(sent.body(Value::from(many).to_string())).await.expect(204);
    }
    assert_eq!(counted(&gateway, "other").await.as_deref(), Some("500"));
    assert!(!gateway.metrics().await.contains("made-up"));
    let log = gateway.log_text();
    assert_eq!(log.lines().filter(|line| line.contains("content policy")).count(), 20, "of 500");
    assert!(!log.contains("made-up"));
}
