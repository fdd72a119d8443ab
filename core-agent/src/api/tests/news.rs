//! What a reader of the whole Core is told, and what not.

use super::sessions::KEY;
use super::*;
use serde_json::{Value, json};

/// The next event: its type and its data.
async fn told(body: &mut Body) -> (String, Value) {
    let text = piece(body).await;
    let (event, data) = text.trim_end().split_once('\n').unwrap();
    let field = |line: &str, name| line.strip_prefix(name).unwrap_or_else(|| panic!("{text}")).to_owned();
    (field(event, "event: "), serde_json::from_str(&field(data, "data: ")).unwrap())
}

/// The next event, as its type and the session that it is about.
async fn about(body: &mut Body) -> (String, Value) {
    let (event, data) = told(body).await;
    (event, data["id"].clone())
}

fn ids(list: &Value) -> Vec<Value> {
    list["sessions"].as_array().unwrap().iter().map(|session| session["id"].clone()).collect()
}

impl Agent {
    /// Somebody else's stream, behind what it begins with.
    async fn news_for(&self, grant: Grant, expected: &[SessionId]) -> Body {
        let response = self.other(Method::GET, "/v1/events", grant, &Value::Null).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut body = response.into_body();
        let (event, list) = told(&mut body).await;
        let expected = expected.iter().map(|id| json!(id)).collect();
        assert_eq!((event.as_str(), ids(&list)), ("sessions", expected));
        assert_eq!(told(&mut body).await, ("workspaces".to_owned(), json!({"workspaces": []})));
        body
    }

    async fn change(&self, session: SessionId, settings: Value) {
        let changed = self.own(Method::PATCH, &format!("/v1/sessions/{session}"), &settings).await;
        assert_eq!(changed.status(), StatusCode::OK);
    }

    async fn remove(&self, session: SessionId) {
        let removed = self.own(Method::DELETE, &format!("/v1/sessions/{session}"), &Value::Null).await;
        assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn what_is_private_to_others_is_not_heard_of_and_what_is_no_longer_there_is_said_to_be_gone() {
    let agent = Agent::start_with(KEY).await;
    let hidden = agent.session().await;
    agent.hide(hidden).await;
    let mut theirs = agent.news_for(Grant::Operate, &[]).await;
    let mut administrators = agent.news_for(Grant::Administer, &[hidden]).await;
    let session = |id: SessionId| ("session".to_owned(), json!(id));
    let gone = |id: SessionId| ("session_gone".to_owned(), json!(id));

    agent.change(hidden, json!({"title": "mine"})).await;
    let (event, shown) = told(&mut administrators).await;
    assert_eq!((event.as_str(), &shown["title"], &shown["activity"]), ("session", &json!("mine"), &json!("idle")));
    let shared = agent.session().await;
    assert_eq!(about(&mut theirs).await, session(shared), "nothing came of the other one");
    assert_eq!(about(&mut administrators).await, session(shared));

    agent.change(hidden, json!({"visibility": "shared"})).await;
    assert_eq!(about(&mut theirs).await, session(hidden));
    agent.hide(hidden).await;
    assert_eq!(about(&mut theirs).await, gone(hidden));
    agent.remove(hidden).await;
    agent.change(shared, json!({"archived": true})).await;
    let (event, shown) = told(&mut theirs).await;
    assert_eq!((event.as_str(), &shown["id"], shown["archived_at"].is_string()), ("session", &json!(shared), true));
    agent.remove(shared).await;
    assert_eq!(about(&mut theirs).await, gone(shared));
    agent.post("/v1/workspaces", Grant::Operate, r#"{"name":"demo"}"#).await;
    let (event, list) = told(&mut theirs).await;
    assert_eq!((event.as_str(), &list["workspaces"][0]["name"]), ("workspaces", &json!("demo")));
}

#[tokio::test]
async fn a_slow_reader_is_told_the_newest_and_one_too_far_behind_begins_anew() {
    let agent = Agent::start_with(KEY).await;
    let (one, two) = (agent.session().await, agent.session().await);
    let mut body = agent.news_for(Grant::Observe, &[two, one]).await;
    for number in 0..10 {
        agent.append(one, &format!("model-{number}")).await;
    }
    agent.append(two, "other").await;
    let (event, shown) = told(&mut body).await;
    assert_eq!((event.as_str(), &shown["id"], &shown["model"]), ("session", &json!(one), &json!("model-9")));
    assert_eq!(about(&mut body).await, ("session".to_owned(), json!(two)));
    for number in 0..300 {
        agent.append(one, &format!("model-{number}")).await;
    }
    let (event, list) = told(&mut body).await;
    assert_eq!((event.as_str(), ids(&list)), ("sessions", vec![json!(two), json!(one)]));
    assert_eq!(list["sessions"][1]["model"], "model-299");
    agent.append(two, "another").await;
    let (event, shown) = told(&mut body).await;
    assert_eq!((event.as_str(), &shown["id"], &shown["model"]), ("session", &json!(two), &json!("another")));
}

#[tokio::test]
async fn a_reader_of_the_core_takes_a_place_and_ends_with_the_agent() {
    let agent = Agent::start_with(KEY).await;
    let mut body = agent.news_for(Grant::Observe, &[]).await;
    let places = agent.app.readers.available_permits();
    agent.app.stop.cancel();
    let end = tokio::time::timeout(DEADLINE, body.frame()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
    drop(body);
    assert_eq!(agent.app.readers.available_permits(), places + 1);
}
