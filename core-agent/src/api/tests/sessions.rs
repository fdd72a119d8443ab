//! For whom sessions are there, and what happens when there is no room for them.

use super::*;
use crate::journal::small_disk::SmallDisk;
use protocol::event::Visibility;
use serde_json::{Value, json};

pub(super) const KEY: Option<&str> = Some("sk-ant-api03-test");

impl Agent {
    /// A request of somebody else's.
    pub(super) async fn other(&self, method: Method, path: &str, grant: Grant, body: &Value) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(headers::USER, UserId::from_uuid(uuid::Uuid::nil()).to_string())
            .header(headers::USER_NAME, "Ben")
            .header(headers::GRANT, grant.as_str())
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    pub(super) async fn own(&self, method: Method, path: &str, body: &Value) -> Response {
        let request = self.request(method, path, Some(Grant::Operate)).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    async fn say(&self, session: SessionId, key: &str) -> Response {
        let path = format!("/v1/sessions/{session}/messages");
        let request = self.request(Method::POST, &path, Some(Grant::Operate)).header("idempotency-key", key);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(r#"{"text":"hello"}"#.into()).unwrap()).await
    }

    pub(super) async fn hide(&self, session: SessionId) {
        let hidden =
            self.own(Method::PATCH, &format!("/v1/sessions/{session}"), &json!({"visibility": "private"})).await;
        assert_eq!(json_of(hidden).await["visibility"], "private");
    }

    async fn fill(&self, session: SessionId, bytes: usize) {
        let (turn, message, text) = (TurnId::new(), "m".to_owned(), "x".repeat(bytes));
        let large = Event::TextDelta { turn, message, block: 0, text };
        self.app.journal.append(session, vec![large]).await.unwrap();
    }
}

async fn json_of(response: Response) -> Value {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(status.is_success(), "{status}: {body:?}");
    serde_json::from_slice(&body).unwrap_or(Value::Null)
}

/// Every operation on one session, with a body that it understands.
fn operations(session: SessionId) -> Vec<(Method, String, String, Value)> {
    let document = serde_json::to_value(openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("{session}"))
    {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let body = match id.as_str() {
                "send_message" => json!({"text": "hello"}),
                "answer_approval" => json!({"decision": "deny"}),
                "change_session" => json!({"title": "mine"}),
                "begin_bypass" => json!({"seconds": 60}),
                "switch_session_mcp_server" => json!({"enabled": true}),
                _ => json!({}),
            };
            let path = path.replace("{session}", &session.to_string());
            let path = path.replace("{approval}", &SessionId::new().to_string());
            let path = path.replace("{image}", &"0".repeat(64)).replace("{server}", "none");
            let query = if id == "export_session" { "?format=json" } else { "" };
            operations.push((method.to_uppercase().parse().unwrap(), format!("{path}{query}"), id, body));
        }
    }
    assert!(operations.len() >= 10, "{operations:?}");
    operations
}

#[tokio::test]
async fn a_private_session_does_not_exist_for_others_and_an_administrator_reads_it() {
    let agent = Agent::start_with(KEY).await;
    let session = agent.session().await;
    agent.hide(session).await;
    // Its ends last: an administrator may.
    let ends = |id: &str| ["close_session", "remove_session"].iter().position(|end| *end == id);
    let mut operations = operations(session);
    operations.sort_by_key(|(_, _, id, _)| ends(id));
    for (method, path, id, body) in operations {
        let refused = agent.other(method.clone(), &path, Grant::Operate, &body).await;
        // To lend takes more than to operate, whatever the session.
        let hidden = if id == "begin_bypass" { ProblemType::Forbidden } else { ProblemType::NotFound };
        assert_eq!(problem(refused).await.1.problem_type(), Some(hidden), "{id}");
        let administrator = agent.other(method.clone(), &path, Grant::Administer, &body).await;
        // What the CLI is to be asked is no reading, and no picture has this name.
        let reads = method == Method::GET && !["list_commands", "read_session_mcp_servers"].contains(&id.as_str());
        if id == "read_image" {
            assert_eq!(administrator.status(), StatusCode::NOT_FOUND);
        } else if reads || ends(&id).is_some() {
            assert!(administrator.status().is_success(), "{id}: {}", administrator.status());
        } else {
            assert_eq!(administrator.status(), StatusCode::FORBIDDEN, "{id}");
        }
    }
    let removals = json_of(agent.other(Method::GET, "/v1/removals", Grant::Administer, &Value::Null).await).await;
    assert_eq!(
        (&removals["removals"][0]["session"], &removals["removals"][0]["by"]["name"]),
        (&json!(session), &json!("Ben"))
    );
    let refused = agent.other(Method::GET, "/v1/removals", Grant::Operate, &Value::Null).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_shared_session_is_renamed_by_whoever_operates_and_shared_ended_or_removed_by_its_owner() {
    let agent = Agent::start_with(KEY).await;
    let path = format!("/v1/sessions/{}", agent.session().await);
    let change = async |body: Value| agent.other(Method::PATCH, &path, Grant::Operate, &body).await;
    assert_eq!(json_of(change(json!({"title": "Ben was here"})).await).await["title"], "Ben was here");
    for body in [
        json!({"visibility": "private"}),
        json!({"title": "x", "visibility": "private"}),
        json!({"archived": true}),
        json!({"title": "x", "archived": true}),
    ] {
        assert_eq!(change(body.clone()).await.status(), StatusCode::FORBIDDEN, "{body}");
    }
    let close = format!("{path}/close");
    assert_eq!(agent.other(Method::POST, &close, Grant::Operate, &Value::Null).await.status(), StatusCode::FORBIDDEN);
    for archived in [true, false] {
        let body = json!({"archived": archived});
        let changed = json_of(agent.other(Method::PATCH, &path, Grant::Administer, &body).await).await;
        assert_eq!((changed["archived_at"].is_string(), &changed["closed_at"]), (archived, &Value::Null));
    }
    assert_eq!(agent.other(Method::DELETE, &path, Grant::Operate, &Value::Null).await.status(), StatusCode::FORBIDDEN);
    let shown = json_of(agent.get(&path).await).await;
    assert_eq!((&shown["title"], &shown["visibility"]), (&json!("Ben was here"), &json!("shared")));
    assert_eq!(agent.own(Method::DELETE, &path, &Value::Null).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(agent.get(&path).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_reader_sees_no_event_of_a_session_that_has_become_private() {
    let agent = Agent::start_with(KEY).await;
    let session = agent.session().await;
    let path = format!("/v1/sessions/{session}/events");
    let mut theirs = agent.other(Method::GET, &path, Grant::Operate, &Value::Null).await.into_body();
    let mut own = agent.get(&path).await.into_body();
    assert!(pieces(&mut theirs, 2).await[1].contains("session_created"));
    agent.hide(session).await;
    agent.append(session, "secret").await;
    assert_eq!(piece(&mut theirs).await, "event: end\ndata: {}\n\n");
    assert!(tokio::time::timeout(DEADLINE, theirs.frame()).await.unwrap().is_none());
    assert!(pieces(&mut own, 4).await[3].contains("secret"), "its owner reads on");
    let refused = agent.other(Method::GET, &path, Grant::Operate, &Value::Null).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    // Shared again, the whole history is there for them, the past change included.
    let shown = agent.own(Method::PATCH, &format!("/v1/sessions/{session}"), &json!({"visibility": "shared"})).await;
    assert_eq!(json_of(shown).await["visibility"], json!(Visibility::Shared));
    let mut theirs = agent.other(Method::GET, &path, Grant::Operate, &Value::Null).await.into_body();
    assert!(pieces(&mut theirs, 5).await[4].contains("visibility_changed"));
}

#[tokio::test]
async fn without_room_on_the_disk_no_message_begins_and_a_retry_is_told_its_turn() {
    let folder = TempDir::new().unwrap();
    let agent = Agent::start_in(folder, KEY, |config| config.journal.min_free = i64::MAX.unsigned_abs()).await;
    let session = agent.session().await;
    agent.app.journal.accept_message(agent.message_of(session, "k", "hello")).await.unwrap();
    assert_eq!(agent.say(session, "k").await.status(), StatusCode::ACCEPTED);
    let (status, refused) = problem(agent.say(session, "new").await).await;
    assert_eq!((status.as_u16(), refused.problem_type()), (507, Some(ProblemType::DiskFull)));
    let fork = agent.own(Method::POST, &format!("/v1/sessions/{session}/fork"), &json!({})).await;
    assert_eq!(problem(fork).await.1.problem_type(), Some(ProblemType::DiskFull));
    assert_eq!(json_of(agent.get("/v1/journal").await).await["has_room"], false);
}

#[tokio::test]
async fn messages_are_accepted_again_when_the_disk_has_room_again() {
    // With a floor, and without any: then it is the disk itself that says no.
    for min_free in [4 * 1024 * 1024, 0] {
        let folder = TempDir::new().unwrap();
        let state = folder.path().join("state");
        std::fs::create_dir(&state).unwrap();
        let Some(disk) = SmallDisk::mount(&state, "16m") else { return };
        let agent = Agent::start_in(folder, KEY, |config| config.journal.min_free = min_free).await;
        let session = agent.session().await;
        assert_eq!(agent.say(session, "one").await.status(), StatusCode::ACCEPTED);
        // The workspace does not exist: that is how this turn ends.
        agent.until(session, |event| matches!(event, Event::TurnFailed { .. })).await;
        let ballast = disk.fill();
        let mut number = 0;
        // What SQLite has of its own files already is used up first.
        let refused = loop {
            number += 1;
            let answer = agent.say(session, &number.to_string()).await;
            if answer.status() != StatusCode::ACCEPTED {
                break problem(answer).await;
            }
        };
        assert_eq!((refused.0.as_u16(), refused.1.problem_type()), (507, Some(ProblemType::DiskFull)));
        let read = agent.app.journal.read(session, 0, 100).await.unwrap();
        assert!(matches!(read[1].event, Event::MessageAccepted { .. }) && read[4..].len() >= number - 1, "{read:?}");
        std::fs::remove_file(&ballast).unwrap();
        assert_eq!(agent.say(session, &number.to_string()).await.status(), StatusCode::ACCEPTED);
        agent.app.stop.cancel();
    }
}

#[tokio::test]
async fn a_full_journal_makes_room_of_its_archive_and_of_nothing_else() {
    let agent = Agent::start_in(TempDir::new().unwrap(), KEY, |config| config.journal.max_size = 1024 * 1024).await;
    let (large, other, busy) = (agent.session().await, agent.session().await, agent.session().await);
    agent.fill(large, 700 * 1024).await;
    assert_eq!(agent.say(other, "one").await.status(), StatusCode::ACCEPTED);
    agent.fill(busy, 400 * 1024).await;
    let (_, refused) = problem(agent.say(other, "two").await).await;
    assert_eq!(refused.problem_type(), Some(ProblemType::DiskFull));
    assert!(refused.detail.unwrap().contains("archive"), "what helps is said");
    let archived = agent.own(Method::PATCH, &format!("/v1/sessions/{large}"), &json!({"archived": true})).await;
    assert!(archived.status().is_success() || archived.status() == StatusCode::NOT_FOUND, "it may be gone already");
    assert_eq!(agent.say(other, "two").await.status(), StatusCode::ACCEPTED);
    assert_eq!(agent.get(&format!("/v1/sessions/{large}")).await.status(), StatusCode::NOT_FOUND);
    for kept in [other, busy] {
        assert_eq!(agent.get(&format!("/v1/sessions/{kept}")).await.status(), StatusCode::OK);
    }
    let state = json_of(agent.get("/v1/journal").await).await;
    assert_eq!((&state["pruned_sessions"], &state["has_room"]), (&json!(1), &json!(true)));
    let removals = json_of(agent.other(Method::GET, "/v1/removals", Grant::Administer, &Value::Null).await).await;
    assert_eq!(
        (&removals["removals"][0]["reason"], &removals["removals"][0]["by"]),
        (&json!("pruned_for_size"), &Value::Null)
    );
}

#[tokio::test]
async fn sessions_in_which_nothing_has_happened_for_long_enough_go() {
    let agent =
        Agent::start_in(TempDir::new().unwrap(), KEY, |config| config.journal.max_age = Duration::from_millis(1)).await;
    let (old, archived) = (agent.session().await, agent.session().await);
    let mut head = agent.app.journal.head(old).await.unwrap().unwrap();
    let then = time::OffsetDateTime::now_utc() + Duration::from_millis(2);
    while time::OffsetDateTime::now_utc() <= then {
        tokio::task::yield_now().await;
    }
    // The pruner looks when something is archived.
    let path = format!("/v1/sessions/{archived}");
    agent.own(Method::PATCH, &path, &json!({"archived": true})).await;
    let gone = async { while head.changed().await.is_ok() {} };
    tokio::time::timeout(DEADLINE, gone).await.unwrap();
    assert_eq!(agent.get(&format!("/v1/sessions/{old}")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_export_of_a_session_that_is_hidden_meanwhile_breaks_off() {
    let agent = Agent::start_with(KEY).await;
    let session = agent.session().await;
    // More than a piece takes.
    for _ in 0..300 {
        agent.append(session, "a-model").await;
    }
    let path = format!("/v1/sessions/{session}/export?format=json");
    let export = async |grant| agent.other(Method::GET, &path, grant, &Value::Null).await.into_body();
    let (mut theirs, administrators) = (export(Grant::Operate).await, export(Grant::Administer).await);
    assert!(piece(&mut theirs).await.contains("\"session\"") && piece(&mut theirs).await.contains("session_created"));
    agent.hide(session).await;
    assert!(theirs.collect().await.is_err(), "the rest is not theirs any more");
    administrators.collect().await.expect("for whoever administers the Core it is there as before");
}

#[tokio::test]
async fn a_fork_is_weighed_before_anything_is_copied() {
    let (limit, large) = (8 * 1024 * 1024, 3 * 1024 * 1024);
    let folder = TempDir::new().unwrap();
    let agent = Agent::start_in(folder, KEY, |config| config.journal.max_size = limit).await;
    let session = agent.session().await;
    agent.fill(session, large).await;
    let path = format!("/v1/sessions/{session}/fork");
    let used = agent.app.journal.space().await.unwrap().used;
    assert!(used < limit, "what is there fits: {used}");
    assert_eq!(
        problem(agent.own(Method::POST, &path, &json!({})).await).await.1.problem_type(),
        Some(ProblemType::DiskFull)
    );
    assert_eq!(agent.app.journal.space().await.unwrap().used, used, "nothing was copied");
}

#[tokio::test]
async fn an_export_of_a_session_that_is_removed_meanwhile_breaks_off() {
    let agent = Agent::start_with(KEY).await;
    let session = agent.session().await;
    let path = format!("/v1/sessions/{session}/export?format=");
    let (whole, cut) = (agent.get(&format!("{path}json")).await, agent.get(&format!("{path}markdown")).await);
    assert_eq!(json_of(whole).await["events"][0]["kind"], "session_created");
    assert_eq!(
        agent.own(Method::DELETE, &format!("/v1/sessions/{session}"), &Value::Null).await.status(),
        StatusCode::NO_CONTENT
    );
    assert!(cut.into_body().collect().await.is_err(), "a part is not taken for the whole");
    assert_eq!(
        agent.get(&format!("/v1/sessions/{}/export?format=html", agent.session().await)).await.status(),
        StatusCode::BAD_REQUEST
    );
}
