//! The control plane through its router, with a real registry. Who calls is said as the edge would say it.

use super::router;
use crate::app::App;
use crate::auth::Caller;
use crate::authz::{Access, ROUTES, Rule, Verb};
use crate::config::Config;
use crate::registry::setup_tokens::For;
use crate::registry::{self, Actor, setup_tokens, verify};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use protocol::ids::{CoreId, RequestId};
use protocol::keys::{PublicKey, SigningKey};
use protocol::pairing::PairingToken;
use protocol::problem::{MEDIA_TYPE, Problem, ProblemType};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;
use tower::ServiceExt as _;

mod cores;
mod events;
mod people;
mod refusals;

const PASSWORD: &str = "correct horse battery";

/// A control plane in a folder of its own.
struct Plane {
    _folder: TempDir,
    app: Arc<App>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
        Self { status, headers, body }
    }

    #[track_caller]
    fn ok(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The problem, which is checked for its form.
    #[track_caller]
    fn problem(self) -> ProblemType {
        assert_eq!(self.headers.get(CONTENT_TYPE).unwrap(), MEDIA_TYPE, "{}", self.body);
        let problem: Problem = serde_json::from_value(self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(problem.instance.unwrap().starts_with("urn:uuid:"));
        let kind = ProblemType::ALL.iter().find(|kind| problem.kind.ends_with(&format!(":{}", kind.slug())));
        *kind.unwrap()
    }
}

/// A request in the making.
struct Ask {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    from: IpAddr,
}

fn ask(method: Method, path: &str) -> Ask {
    let from = IpAddr::from([192, 0, 2, 1]);
    Ask { method, path: path.to_owned(), headers: HeaderMap::new(), body: None, from }
}

fn get(path: &str) -> Ask {
    ask(Method::GET, path)
}

fn post(path: &str, body: &Value) -> Ask {
    ask(Method::POST, path).raw("application/json", body.to_string().as_bytes())
}

impl Ask {
    fn raw(mut self, content_type: &str, body: &[u8]) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        self.body = Some(body.to_vec());
        self
    }

    fn by(mut self, credential: &HeaderMap) -> Self {
        self.headers.extend(credential.clone());
        self
    }

    fn from(mut self, last: u8) -> Self {
        self.from = IpAddr::from([192, 0, 2, last]);
        self
    }
}

impl Plane {
    async fn new() -> Self {
        let folder = registry::tests::folder();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let app = Arc::new(App::open(config).await.unwrap());
        Self { _folder: folder, router: router(Arc::clone(&app)), app }
    }

    /// A control plane with a user, and the cookie of the user's login.
    async fn with_user() -> (Self, HeaderMap) {
        let plane = Self::new().await;
        let cookie = plane.set_up("ada").await;
        (plane, cookie)
    }

    async fn setup_token(&self) -> String {
        let day = Duration::from_hours(24);
        let now = OffsetDateTime::now_utc();
        let token = setup_tokens::issue(&self.app.registry, For::Anybody, day, &Actor::CommandLine, now).await.unwrap();
        token.expose_secret().to_owned()
    }

    async fn set_up(&self, name: &str) -> HeaderMap {
        let body = json!({"token": self.setup_token().await, "name": name, "password": PASSWORD});
        let answer = self.send(post("/api/v1/setup", &body)).await;
        let cookie = cookie_of(&answer.headers);
        answer.ok(StatusCode::CREATED);
        cookie
    }

    /// Sends a request as the edge would: recognised, but not judged by its route's rule.
    async fn send(&self, ask: Ask) -> Answer {
        Answer::of(self.answer(ask).await).await
    }

    /// The same for an answer that is read while it comes.
    async fn answer(&self, ask: Ask) -> Response {
        let principal = self.app.auth.authenticate(&ask.headers).unwrap_or(None);
        let mut request = Request::builder().method(ask.method).uri(ask.path);
        *request.headers_mut().unwrap() = ask.headers;
        let mut request = request.body(ask.body.map_or_else(Body::empty, Body::from)).unwrap();
        request.extensions_mut().insert(Caller { principal, peer: ask.from, request_id: RequestId::new() });
        self.router.clone().oneshot(request).await.unwrap()
    }
}

fn cookie_of(headers: &HeaderMap) -> HeaderMap {
    let set = headers.get(SET_COOKIE).expect("a cookie is set").to_str().unwrap();
    let pair = set.split(';').next().unwrap();
    HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(pair).unwrap())])
}

fn bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap())])
}
