mod news;
mod sessions;

use super::*;
use crate::claude::ClaudeError;
use crate::claude::sign_in::{AccountKind, SignInError};
use crate::git::GitFolder;
use crate::journal::{Acceptance, NewMessage, NewSession};
use crate::supervise::Supervisor;
use crate::terminal::Terminals;
use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use protocol::claude::{Method as SignIn, RevokeOrder, SignOutOutcome};
use protocol::event::{Actor, Event, InterruptReason, PermissionMode, Visibility};
use protocol::headers::{self, Grant};
use protocol::ids::{CoreId, RequestId, SessionId, TurnId, UserId};
use protocol::link::Welcome;
use protocol::problem::{MEDIA_TYPE, Problem};
use protocol::secret::SecretHash;
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt as _;

const DEADLINE: Duration = Duration::from_secs(10);

/// An agent without a link: requests go straight to its router.
struct Agent {
    app: Arc<App>,
    router: Router,
    user: UserId,
    _folder: TempDir,
}

impl Agent {
    async fn start() -> Self {
        Self::start_with(None).await
    }

    async fn start_with(api_key: Option<&str>) -> Self {
        Self::start_in(TempDir::new().unwrap(), api_key, |_| {}).await
    }

    async fn start_in(folder: TempDir, api_key: Option<&str>, configure: impl FnOnce(&mut Config)) -> Self {
        let (state_dir, workspaces) = (folder.path().join("state"), folder.path().join("workspaces"));
        std::fs::create_dir_all(&state_dir).unwrap();
        let mut config = Config { state_dir, workspaces, max_readers: 4, ..Config::default() };
        config.claude.command = "/nonexistent/claude".into();
        config.claude.api_key = api_key.map(Into::into);
        config.claude.home = Some(folder.path().join("home"));
        configure(&mut config);
        let (journal, writer) = Journal::open(&config.state_dir.join("journal.db"), "boot").await.unwrap();
        let workspaces = Workspaces::open(&config.workspaces).unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(writer.run());
        let supervisor = Supervisor::at("/nonexistent/core-agent");
        let claude = Claude::start(&config, journal.clone(), workspaces.clone(), supervisor, &tasks, stop.clone())
            .await
            .unwrap();
        let readers = Arc::new(Semaphore::new(config.max_readers as usize));
        let uploads = Arc::new(Semaphore::new(MAX_UPLOADS));
        let (guard, keeps) = (claude.guard().clone(), "/nonexistent/core-agent".into());
        let supervisor = Supervisor::at("/nonexistent/core-agent");
        let identity = Identity::of(&config, &supervisor, guard.clone()).unwrap();
        let authors = Authors::new(&GitFolder::at(&config.state_dir));
        let clones =
            Clones::new(&config, identity.clone(), workspaces.clone(), supervisor, guard.clone(), tasks.clone());
        let terminals = Terminals::start(&config, CoreId::new(), workspaces.clone(), guard, keeps, tasks.clone()).await;
        let terminals = Arc::new(terminals.unwrap());
        let app = Arc::new(App {
            config,
            journal,
            workspaces,
            identity,
            authors,
            clones,
            claude,
            terminals,
            readers,
            uploads,
            tasks,
            stop,
        });
        // As a link's connection does it.
        let router = router(AppState(app.clone())).layer(axum::Extension(Welcome { core: CoreId::new(), epoch: 1 }));
        Self { router, app, user: UserId::new(), _folder: folder }
    }

    fn request(&self, method: Method, path: &str, grant: Option<Grant>) -> http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        match grant {
            Some(grant) => request
                .header(headers::USER, self.user.to_string())
                .header(headers::USER_NAME, "Ada")
                .header(headers::GRANT, grant.as_str()),
            None => request,
        }
    }

    async fn send(&self, request: Request<Body>) -> Response {
        tokio::time::timeout(DEADLINE, self.router.clone().oneshot(request)).await.unwrap().unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path, Some(Grant::Observe)).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, grant: Grant, body: &'static str) -> Response {
        let request = self.request(Method::POST, path, Some(grant)).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn session(&self) -> SessionId {
        let (id, by) = (SessionId::new(), Actor { user: self.user, name: "Ada".into() });
        let new = NewSession {
            id,
            workspace: "demo".into(),
            model: None,
            permission_mode: PermissionMode::Default,
            title: None,
            visibility: Visibility::Shared,
            by,
        };
        self.app.journal.create_session(new).await.unwrap();
        id
    }

    async fn append(&self, session: SessionId, model: &str) {
        let by = Actor { user: self.user, name: "Ada".into() };
        self.app.journal.append(session, vec![Event::ModelChanged { model: model.into(), by }]).await.unwrap();
    }
}

async fn problem(response: Response) -> (StatusCode, Problem) {
    let status = response.status();
    assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let problem: Problem = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem.status, status.as_u16());
    (status, problem)
}

/// The next piece of an endless body.
async fn piece(body: &mut Body) -> String {
    let frame = tokio::time::timeout(DEADLINE, body.frame()).await.unwrap().unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

async fn pieces(body: &mut Body, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..count {
        seen.push(piece(body).await);
    }
    seen
}

#[tokio::test]
async fn every_route_refuses_a_request_without_a_caller() {
    let agent = Agent::start().await;
    let document = serde_json::to_value(openapi()).unwrap();
    let id = SessionId::new().to_string();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let concrete: Vec<_> =
            path.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part }).collect();
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = agent.request(method.clone(), &concrete.join("/"), None).body(Body::empty()).unwrap();
            let (status, refused) = problem(agent.send(request).await).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(refused.problem_type(), Some(ProblemType::Unauthenticated));
            asked += 1;
        }
    }
    assert!(asked >= 3);
}

#[tokio::test]
async fn the_gateways_routes_refuse_a_user() {
    let agent = Agent::start().await;
    for (method, path) in [(Method::GET, paths::REPORTS), (Method::POST, paths::REVOKED)] {
        let request = agent.request(method, path, Some(Grant::Administer)).body(Body::empty()).unwrap();
        assert_eq!(problem(agent.send(request).await).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_refusal_carries_the_gateways_request_id() {
    let agent = Agent::start().await;
    let id = RequestId::new();
    for (method, path, expected) in [
        (Method::GET, "/v1/nothing", ProblemType::NotFound),
        (Method::GET, "/v1/sessions/not-an-id/events", ProblemType::NotFound),
        (Method::DELETE, "/v1/workspaces", ProblemType::MethodNotAllowed),
    ] {
        let request = agent.request(method, path, Some(Grant::Observe)).header(headers::REQUEST_ID, id.to_string());
        let (_, refused) = problem(agent.send(request.body(Body::empty()).unwrap()).await).await;
        assert_eq!(refused.problem_type(), Some(expected), "{path}");
        assert_eq!(refused.instance, Some(format!("urn:uuid:{id}")));
    }
}

#[tokio::test]
async fn workspaces_are_made_by_those_who_may_and_listed_for_all() {
    let agent = Agent::start().await;
    let made = agent.post("/v1/workspaces", Grant::Operate, r#"{"name":"demo"}"#).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let refusals = [
        (Grant::Observe, r#"{"name":"other"}"#, ProblemType::Forbidden),
        (Grant::Operate, r#"{"name":"demo"}"#, ProblemType::WorkspaceExists),
        (Grant::Operate, r#"{"name":"../demo"}"#, ProblemType::InvalidBody),
        (Grant::Operate, r#"{"name":"x","path":"/etc"}"#, ProblemType::InvalidBody),
        (Grant::Operate, r#"{"name":"#, ProblemType::BadRequest),
    ];
    for (grant, body, expected) in refusals {
        let (_, refused) = problem(agent.post("/v1/workspaces", grant, body).await).await;
        assert_eq!(refused.problem_type(), Some(expected), "{body}");
    }
    let listed = agent.get("/v1/workspaces").await.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(listed, r#"{"workspaces":[{"name":"demo","state":"ready","trusted":null}]}"#);
    let large = agent.request(Method::POST, "/v1/workspaces", Some(Grant::Operate));
    let large = large.header(header::CONTENT_TYPE, "application/json").body("x".repeat(MAX_BODY + 1).into()).unwrap();
    assert_eq!(problem(agent.send(large).await).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_reader_gets_what_was_and_what_comes() {
    let agent = Agent::start().await;
    let session = agent.session().await;
    agent.append(session, "one").await;
    let response = agent.get(&format!("/v1/sessions/{session}/events")).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = response.into_body();
    let seen = pieces(&mut body, 3).await;
    assert_eq!(seen[0], "event: resume\ndata: {\"continuity\":\"ok\",\"epoch\":1,\"after\":0}\n\n");
    assert!(seen[1].starts_with("id: 1:1\nevent: session_created\ndata: {"), "{}", seen[1]);
    assert!(seen[2].starts_with("id: 1:2\nevent: model_changed\ndata: {"), "{}", seen[2]);
    agent.append(session, "two").await;
    let next = piece(&mut body).await;
    assert!(next.starts_with("id: 1:3\n") && next.contains(r#""kind":"model_changed","model":"two""#), "{next}");
    agent.app.stop.cancel();
    assert!(tokio::time::timeout(DEADLINE, body.frame()).await.unwrap().is_none(), "a stopping agent ends its readers");
}

#[tokio::test]
async fn a_reader_goes_on_where_it_left_off_or_learns_of_a_gap() {
    let agent = Agent::start().await;
    let session = agent.session().await;
    for model in ["one", "two", "three"] {
        agent.append(session, model).await;
    }
    let path = format!("/v1/sessions/{session}/events");
    let cases = [
        (Some("1:2"), "", "ok", 2, "id: 1:3\n"),
        (Some("1:2"), "?after=1:3", "ok", 2, "id: 1:3\n"),
        (None, "?after=3", "ok", 3, "id: 1:4\n"),
        (Some("1:5"), "", "gap", 0, "id: 1:1\n"),
        (Some("7:2"), "", "gap", 0, "id: 1:1\n"),
    ];
    for (last, query, continuity, after, first) in cases {
        let mut request = agent.request(Method::GET, &format!("{path}{query}"), Some(Grant::Observe));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut body = agent.send(request.body(Body::empty()).unwrap()).await.into_body();
        let seen = pieces(&mut body, 2).await;
        let expected = format!("\"continuity\":\"{continuity}\",\"epoch\":1,\"after\":{after}}}");
        assert!(seen[0].contains(&expected), "{last:?} {query}: {}", seen[0]);
        assert!(seen[1].starts_with(first), "{last:?} {query}: {}", seen[1]);
    }
    assert_eq!(problem(agent.get(&format!("{path}?after=x")).await).await.0, StatusCode::BAD_REQUEST);
    let unknown = format!("/v1/sessions/{}/events", SessionId::new());
    assert_eq!(problem(agent.get(&unknown).await).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn readers_are_bounded_and_a_place_is_free_again_when_one_leaves() {
    let agent = Agent::start().await;
    let session = agent.session().await;
    let path = format!("/v1/sessions/{session}/events");
    let mut readers = Vec::new();
    for _ in 0..4 {
        readers.push(agent.get(&path).await);
    }
    assert_eq!(problem(agent.get(&path).await).await.0, StatusCode::TOO_MANY_REQUESTS);
    readers.pop();
    assert_eq!(agent.get(&path).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_idle_reader_hears_a_heartbeat() {
    let agent = Agent::start().await;
    let session = agent.session().await;
    let mut body = agent.get(&format!("/v1/sessions/{session}/events?after=1")).await.into_body();
    piece(&mut body).await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(frame.starts_with(b":"), "{frame:?}");
    assert!((14..=16).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_same_events_come_over_a_websocket() {
    let agent = Agent::start().await;
    let session = agent.session().await;
    let (near, far) = tokio::io::duplex(64 * 1024);
    let service = TowerToHyperService::new(agent.router.clone());
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(far), service);
    agent.app.tasks.spawn(connection.with_upgrades());
    let request = agent
        .request(Method::GET, &format!("ws://core/v1/sessions/{session}/events?after=1:0"), Some(Grant::Observe))
        .header(header::HOST, "core")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
        .body(())
        .unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, near).await.unwrap();
    agent.append(session, "one").await;
    let mut frames = Vec::new();
    while frames.len() < 3 {
        let message = tokio::time::timeout(DEADLINE, socket.next()).await.unwrap().unwrap().unwrap();
        frames.push(serde_json::from_str::<serde_json::Value>(message.to_text().unwrap()).unwrap());
    }
    assert_eq!(frames[0], serde_json::json!({"event":"resume","data":{"continuity":"ok","epoch":1,"after":0}}));
    assert_eq!((frames[1]["id"].as_str(), frames[1]["event"].as_str()), (Some("1:1"), Some("session_created")));
    assert_eq!((frames[2]["id"].as_str(), frames[2]["data"]["model"].as_str()), (Some("1:2"), Some("one")));
    agent.app.stop.cancel();
    let last = tokio::time::timeout(DEADLINE, socket.next()).await.unwrap().unwrap().unwrap();
    assert!(last.is_close());
}

#[tokio::test]
async fn the_gateway_is_told_the_state_at_once() {
    let agent = Agent::start().await;
    let request = agent.request(Method::GET, paths::REPORTS, None).body(Body::empty()).unwrap();
    let response = agent.send(request).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/x-ndjson");
    let line = piece(&mut response.into_body()).await;
    assert!(line.ends_with('\n'));
    serde_json::from_str::<protocol::claude::CoreReport>(&line).unwrap();
}

#[tokio::test]
async fn an_order_to_end_everything_is_confirmed() {
    let agent = Agent::start().await;
    let request = agent.request(Method::POST, paths::REVOKED, None).header(header::CONTENT_TYPE, "application/json");
    let response = agent.send(request.body(r#"{"sign_out":false}"#.into()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let confirmation: protocol::claude::RevokeConfirmation = serde_json::from_slice(&body).unwrap();
    assert_eq!((confirmation.turns_ended, confirmation.sign_out), (0, None));
}

/// Begins a request, and drops its future as the end of its stream does.
async fn abandoned<T>(request: impl Future<Output = T>) {
    let mut request = Box::pin(request);
    assert!(futures::poll!(&mut request).is_pending());
}

impl Agent {
    async fn until(&self, session: SessionId, wanted: impl Fn(&Event) -> bool) {
        let looking = async {
            let mut head = self.app.journal.head(session).await.unwrap().unwrap();
            while !self.app.journal.read(session, 0, 100).await.unwrap().iter().any(|seen| wanted(&seen.event)) {
                head.changed().await.unwrap();
            }
        };
        tokio::time::timeout(DEADLINE, looking).await.unwrap();
    }

    fn message(&self, session: SessionId, key: &str) -> NewMessage {
        self.message_of(session, key, key)
    }

    fn message_of(&self, session: SessionId, key: &str, text: &str) -> NewMessage {
        NewMessage {
            session,
            turn: TurnId::new(),
            idempotency_key: key.into(),
            body_hash: SecretHash::of_bytes(text.as_bytes()),
            text: text.into(),
            images: Vec::new(),
            by: Actor { user: self.user, name: "Ada".into() },
        }
    }
}

#[tokio::test]
async fn a_message_is_taken_though_its_sender_goes_away() {
    let agent = Agent::start_with(Some("sk-ant-api03-test")).await;
    let session = agent.session().await;
    abandoned(agent.app.claude.send(agent.message(session, "k"))).await;
    // The workspace does not exist: that is told once somebody has taken the message.
    agent.until(session, |event| matches!(event, Event::TurnFailed { .. })).await;
}

#[tokio::test]
async fn a_session_ends_its_work_though_whoever_closes_it_goes_away() {
    let agent = Agent::start_with(Some("sk-ant-api03-test")).await;
    let session = agent.session().await;
    agent.app.journal.accept_message(agent.message(session, "k")).await.unwrap();
    let by = Actor { user: agent.user, name: "Ada".into() };
    abandoned(agent.app.claude.close(session, by)).await;
    agent.until(session, |event| matches!(event, Event::TurnInterrupted { reason: InterruptReason::User, .. })).await;
    assert!(agent.app.journal.session(session).await.unwrap().unwrap().closed_at.is_some());
}

#[tokio::test]
async fn a_message_that_slipped_in_as_the_gate_closed_is_taken_when_it_opens() {
    let agent = Agent::start_with(Some("sk-ant-api03-test")).await;
    let session = agent.session().await;
    agent.app.claude.revoke(RevokeOrder { sign_out: false }, Some(1)).await;
    let refused = agent.app.claude.send(agent.message(session, "late")).await;
    assert!(matches!(refused, Err(ClaudeError::Closed)), "{refused:?}");
    agent.app.journal.accept_message(agent.message(session, "k")).await.unwrap();
    let again = agent.app.claude.send(agent.message(session, "k")).await;
    assert!(matches!(again, Ok(Acceptance::Retried { .. })), "{again:?}");
    agent.app.claude.admitted(3).await;
    agent.until(session, |event| matches!(event, Event::TurnFailed { .. })).await;
}

#[tokio::test]
async fn nobody_is_signed_out_of_an_api_key() {
    let agent = Agent::start_with(Some("sk-ant-api03-test")).await;
    let confirmation = agent.app.claude.revoke(RevokeOrder { sign_out: true }, Some(1)).await;
    assert_eq!(confirmation.sign_out, Some(SignOutOutcome::ApiKeyRemains));
    assert_eq!((confirmation.method, agent.app.claude.state().method), (SignIn::ApiKey, SignIn::ApiKey));
}

/// `CONDRIX_UPDATE_OPENAPI=1 cargo test -p condrix-core-agent openapi` writes the file anew.
#[test]
fn the_committed_openapi_document_is_the_served_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut text = openapi().to_pretty_json().unwrap();
    text.push('\n');
    if std::env::var_os("CONDRIX_UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "core-agent/openapi.json is out of date: see this test");
}

#[tokio::test]
async fn what_people_have_started_of_the_cli_ends_when_nothing_begins_any_more_and_before_the_sign_in_goes() {
    let folder = TempDir::new().unwrap();
    let credentials = folder.path().join("home/.claude/.credentials.json");
    std::fs::create_dir_all(credentials.parent().unwrap()).unwrap();
    std::fs::write(&credentials, r#"{"claudeAiOauth":{"accessToken":"a-token","refreshToken":"another"}}"#).unwrap();
    let agent = Agent::start_in(folder, None, |_| {}).await;
    let claude = &agent.app.claude;
    let end_others = async {
        let begun = claude.begin_sign_in(agent.user, AccountKind::ClaudeAi).await;
        assert!(matches!(begun, Err(SignInError::Closed)), "{begun:?}");
        assert!(credentials.exists());
        3
    };
    let signed_out = claude.sign_out(end_others).await.unwrap();
    assert_eq!(signed_out, (SignOutOutcome::DeletedLocally, 3));
    assert!(!credentials.exists());
    let again = claude.sign_out(async { panic!("there is nothing to end") }).await.unwrap();
    assert_eq!(again, (SignOutOutcome::NotSignedIn, 0));
}
