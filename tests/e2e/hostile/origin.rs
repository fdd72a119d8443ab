//! What another site makes a browser send. The cookie comes with it by itself; the Origin tells where it comes from.

use super::stage::Stage;
use super::{Seed, rounds};
use crate::edge::described::{Described, described};
use condrix_tests::rig::{Answer, Audited, Credentials, read};
use condrix_tests::rogue::Act;
use futures::StreamExt as _;
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN};
use serde_json::{Value, json};

/// Origins that are not this gateway's, and no origin at all.
fn foreign(own: &str) -> Vec<Option<String>> {
    let host = own.strip_prefix("https://").expect("an https origin");
    let (name, port) = host.split_once(':').expect("a port of its own");
    let mut foreign: Vec<Option<String>> = [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        format!("https://evil.example:{port}"),
        format!("https://{name}.evil.example:{port}"),
        format!("https://evil.example/{host}"),
        format!("https://{host}.evil.example"),
        format!("https://{host}@evil.example"),
        format!("https://evil.example#{host}"),
        format!("https://x{host}"),
        format!("https://{name}"),
        format!("https://{host}0"),
        format!("https://{name}:443"),
        format!("http://{host}"),
        format!("wss://{host}"),
        format!("HTTPS://{host}"),
        format!("https://LOCALHOST:{port}"),
        format!("https://{name}.:{port}"),
        format!("https://127.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        format!("{own}/"),
        format!("{own}/api"),
        format!("{own}, https://evil.example"),
        format!("{own} https://evil.example"),
        format!("{own};"),
        host.to_owned(),
        String::new(),
    ]
    .map(Some)
    .into();
    foreign.push(None);
    foreign
}

/// Whatever could have changed.
#[derive(Debug, PartialEq)]
struct Snapshot {
    audited: Vec<Audited>,
    shown: Vec<Value>,
}

impl Stage {
    async fn snapshot(&self) -> Snapshot {
        let mut shown = Vec::new();
        for path in ["me", "tokens", "cores", "pairing-tokens"] {
            shown.push(self.ada.get(&format!("/api/v1/{path}")).await.expect(200));
        }
        Snapshot { audited: self.gateway.audited().await, shown }
    }

    fn cookie(&self) -> &str {
        let Credentials::Cookie(cookie) = self.ada.credentials() else { unreachable!("she is in a browser") };
        cookie
    }

    async fn send(&self, route: &Described, ids: &Ids, origin: Option<&str>) -> Answer {
        let path = route.path(|name| ids.of(name, &route.template));
        let mut request = self.ada.with(Credentials::Nobody).request(route.method.clone(), &path);
        request = request.header(COOKIE, self.cookie()).header("idempotency-key", "k").json(&json!({}));
        if let Some(origin) = origin {
            request = request.header(ORIGIN, HeaderValue::from_str(origin).expect("an origin is a header's value"));
        }
        read(request).await
    }
}

/// Things that are really there, so that a request which came through would do something.
struct Ids {
    core: String,
    login: String,
    token: String,
    pairing: String,
}

impl Ids {
    async fn make(stage: &Stage) -> Self {
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        let logins = stage.ada.get("/api/v1/login-sessions").await.expect(200);
        let token = stage.ada.post("/api/v1/tokens", &json!({ "name": "precious" })).await.expect(201);
        let pairing = stage.ada.post("/api/v1/pairing-tokens", &json!({})).await.expect(201);
        Self {
            core: stage.rogue.identity.core.to_string(),
            login: text(&logins["items"][0]["id"]),
            token: text(&token["id"]),
            pairing: text(&pairing["id"]),
        }
    }

    fn of(&self, name: &str, template: &str) -> String {
        match name {
            "core" => &self.core,
            "token" if template.contains("pairing") => &self.pairing,
            "token" => &self.token,
            // A session, a sign-in, an approval of a Core would do with any id: the rogue answers everything.
            _ => &self.login,
        }
        .clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_changes_nothing_whatever_route_it_tries() {
    let stage = Stage::set().await;
    let ids = Ids::make(&stage).await;
    let routes: Vec<Described> = described(&stage.ada).await.into_iter().filter(Described::changes).collect();
    let own = stage.ada.origin();
    let mut seed = Seed::of_run("origin");
    let before = stage.snapshot().await;
    for round in 0..rounds() {
        let mut origins = foreign(&own);
        if round > 0 {
            for origin in origins.iter_mut().flatten() {
                let mut near = own.clone().into_bytes();
                seed.disturb(&mut near);
                near.retain(|byte| (0x20..0x7f).contains(byte));
                *origin = String::from_utf8(near).expect("ASCII").trim().to_owned();
            }
            origins.retain(|origin| origin.as_deref() != Some(&own));
        }
        let tries = routes.iter().flat_map(|route| origins.iter().map(move |origin| (route, origin)));
        let told: Vec<_> = futures::stream::iter(tries)
            .map(async |(route, origin)| (route, origin, stage.send(route, &ids, origin.as_deref()).await))
            .buffer_unordered(16)
            .collect()
            .await;
        for (route, origin, answer) in told {
            // Browsers send reports of the content policy with no origin or `null`: the one exception. This is no report.
            let is_let_in = route.template == "/api/v1/csp-reports" && matches!(origin.as_deref(), None | Some("null"));
            let meant = if is_let_in { (415, "unsupported-media-type") } else { (403, "origin-refused") };
            let told = (answer.status, answer.problem());
            assert_eq!(
                told,
                (meant.0, Some(meant.1.to_owned())),
                "{} {} from {origin:?}",
                route.method,
                route.template
            );
        }
    }
    assert_eq!(stage.snapshot().await, before);
    assert!(stage.rogue.received().is_empty(), "a Core heard of it: {:?}", stage.rogue.received());
    // The same from the gateway's own pages.
    let create =
        routes.iter().find(|route| route.template.ends_with("/cores/{core}/workspaces")).expect("a Core's route");
    stage.send(create, &ids, Some(&own)).await.expect(200);
    assert_eq!(stage.rogue.settled().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_opens_no_websocket() {
    let stage = Stage::set().await;
    stage.rogue.play(|_| Act::Echo);
    let path = stage.rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    let open = async |origin: Option<&str>, credentials: Option<(&'static str, &str)>| {
        let mut headers = HeaderMap::new();
        let value = |text: &str| HeaderValue::from_str(text).expect("a header's value");
        if let Some((name, credentials)) = credentials {
            headers.insert(name, value(credentials));
        }
        if let Some(origin) = origin {
            headers.insert(ORIGIN, value(origin));
        }
        stage.ada.socket_with(&path, headers).await
    };
    let cookie = Some(("cookie", stage.cookie()));
    for origin in foreign(&stage.ada.origin()) {
        let line = origin.as_ref().map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let mut wire = stage.door.open().await;
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n{line}Connection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n",
            stage.host(),
            stage.cookie()
        );
        wire.send(head.as_bytes()).await;
        let reply = wire.reply().await.expect("an answer");
        assert_eq!((reply.status, reply.problem().as_deref()), (403, Some("origin-refused")), "{origin:?}: {reply:?}");
    }
    assert!(stage.rogue.received().is_empty(), "a Core heard of it: {:?}", stage.rogue.received());
    let own = stage.ada.origin();
    open(Some(&own), cookie).await.expect("the gateway's own page opens a WebSocket");
    let bearer = format!("Bearer {}", stage.token);
    open(None, Some(("authorization", &bearer))).await.expect("a program has no origin");
    let refused = open(Some("https://evil.example"), Some(("authorization", &bearer))).await;
    assert_eq!(refused.expect_err("a site that knows a token is a site").status(), Some(403));
}

#[tokio::test]
async fn a_program_needs_no_origin_and_a_site_cannot_log_its_visitor_in() {
    let stage = Stage::set().await;
    let program = stage.ada.with(Credentials::Bearer(stage.token.clone()));
    program.post(&stage.rogue.path("workspaces"), &json!({})).await.expect(200);
    let nobody = stage.gateway.client();
    let log_in = nobody.request(Method::POST, "/api/v1/login").header(ORIGIN, "https://evil.example");
    read(log_in.json(&json!({ "name": "ada", "password": condrix_tests::rig::PASSWORD })))
        .await
        .expect_problem(403, "origin-refused");
}

/// A form can be sent by any site without asking; JSON cannot.
#[tokio::test]
async fn a_form_is_no_request() {
    let stage = Stage::set().await;
    let before = stage.snapshot().await;
    for media_type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""] {
        for path in ["/api/v1/tokens", "/api/v1/pairing-tokens", "/api/v1/login", "/api/v1/pairing", "/api/v1/setup"] {
            let mut request = stage.ada.request(Method::POST, path).body(r#"{"name":"x"}"#);
            if !media_type.is_empty() {
                request = request.header("content-type", media_type);
            }
            read(request).await.expect_problem(415, "unsupported-media-type");
        }
    }
    assert_eq!(stage.snapshot().await, before);
}
