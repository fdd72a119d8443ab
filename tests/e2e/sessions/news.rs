//! How a Core's sessions stand, as whoever looks at all of them is told.

use super::core_with_key;
use condrix_tests::rig::{Client, Core, Events, SseEvent, World, read};
use condrix_tests::vendor::{Answer, Say};
use reqwest::Method;
use serde_json::{Value, json};

/// A Core's events, behind the two that they begin with: its sessions are returned.
async fn follow(client: &Client, core: &Core) -> (Events, Vec<Value>) {
    let mut events = client.events(&core.path("events"), None).await;
    assert_eq!(events.status(), 200);
    let (sessions, workspaces) = (events.next().await.expect("a list"), events.next().await.expect("another"));
    assert_eq!((sessions.event.as_str(), workspaces.event.as_str()), ("sessions", "workspaces"));
    (events, sessions.json()["sessions"].as_array().expect("a list").clone())
}

/// Reads on until a session stands like this, and returns it.
async fn until_activity(events: &mut Events, activity: &str) -> Value {
    let told = events.until(|event| event.event == "session" && event.json()["activity"] == activity).await;
    told.last().expect("what was waited for").json()
}

/// The id that an event is about, if it is that of one session.
fn about(event: &SseEvent) -> (&str, Value) {
    (&event.event, event.json()["id"].clone())
}

#[tokio::test]
async fn a_core_says_which_of_its_sessions_work_and_which_wait_for_somebody() {
    let (world, mut core) = core_with_key().await;
    let (mut events, sessions) = follow(&world.ada, &core).await;
    assert_eq!(sessions, Vec::<Value>::new());
    let mut chat = core.converse(&world.ada, "garden").await;
    let made = events.next().await.unwrap();
    assert_eq!((made.event.as_str(), &made.json()["workspaces"][0]["name"]), ("workspaces", &json!("garden")));
    let idle = until_activity(&mut events, "idle").await;

    world.vendor.hold("/v1/messages", "model");
    let ask = Answer::Tool {
        name: "Bash".to_owned(),
        input: json!({ "command": "echo done | tee made", "description": "do it" }),
        text: None,
    };
    world.vendor.script().once("do it", ask.clone());
    world.vendor.script().once("done", Say::numbered(1).gated("answer"));
    let turn = chat.say("do it").await;
    let working = until_activity(&mut events, "working").await;
    world.vendor.gates().open("model");
    let waiting = until_activity(&mut events, "waiting").await;
    assert_eq!(world.ada.get(&chat.path("")).await.expect(200), waiting);
    assert_eq!(world.ada.get(&core.path("sessions")).await.expect(200)["sessions"], json!([waiting]));
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    until_activity(&mut events, "working").await;
    world.vendor.gates().open("answer");
    let over = until_activity(&mut events, "idle").await;
    let ended = chat.end_of(&turn).await.pop().unwrap();
    assert_eq!(over["cursor"].as_str().unwrap().split_once(':').unwrap().1, ended["seq"].to_string());
    assert_eq!(over["updated_at"], ended["at"]);
    for other in [&idle, &working, &waiting] {
        assert_eq!(other["id"], over["id"]);
        assert_ne!(other["updated_at"], over["updated_at"], "{other}");
    }

    // What an earlier agent was asked nobody can answer any more.
    world.vendor.script().once("once more", ask);
    chat.say("once more").await;
    until_activity(&mut events, "waiting").await;
    core.program().kill().await;
    events.rest().await;
    core.run();
    core.online(&world.ada).await;
    let (_, sessions) = follow(&world.ada, &core).await;
    assert_eq!((&sessions[0]["id"], &sessions[0]["activity"]), (&over["id"], &json!("idle")));
}

#[tokio::test]
async fn a_private_session_is_not_heard_of_and_one_that_is_gone_is_said_to_be() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let core = world.core("one").await;
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    let begin = async |visibility: &str| {
        let new = json!({ "workspace": "garden", "visibility": visibility });
        world.ada.post(&core.path("sessions"), &new).await.expect(201)["id"].clone()
    };
    let path = |session: &Value| core.path(&format!("sessions/{}", session.as_str().expect("an id")));
    let change = async |session: &Value, settings: Value| {
        let request = world.ada.request(Method::PATCH, &path(session)).json(&settings);
        read(request).await.expect(200);
    };
    let secret = begin("private").await;

    // Who administers a Core sees what is private, but on somebody's plan.
    let (mut theirs, sessions) = follow(&ben, &core).await;
    assert_eq!(sessions[0]["id"], secret);
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let anew = theirs.until(|event| event.event == "sessions").await.pop().unwrap();
    assert_eq!(anew.json()["sessions"], json!([]));
    let (mut own, sessions) = follow(&world.ada, &core).await;
    assert_eq!(sessions[0]["id"], secret);

    change(&secret, json!({ "title": "A surprise for Ben" })).await;
    assert_eq!(about(&own.next().await.unwrap()), ("session", secret.clone()));
    let shared = begin("shared").await;
    change(&secret, json!({ "title": "Quite a surprise for Ben" })).await;
    assert_eq!(about(&theirs.next().await.unwrap()), ("session", shared.clone()));
    change(&shared, json!({ "visibility": "private" })).await;
    assert_eq!(about(&theirs.next().await.unwrap()), ("session_gone", shared.clone()));
    assert_eq!(world.ada.delete(&path(&secret)).await.status, 204);
    change(&shared, json!({ "visibility": "shared" })).await;
    assert_eq!(about(&theirs.next().await.unwrap()), ("session", shared.clone()));
    assert_eq!(world.ada.delete(&path(&shared)).await.status, 204);
    for (events, session) in [(&mut theirs, &shared), (&mut own, &secret)] {
        events.until(|event| about(event) == ("session_gone", session.clone())).await;
    }

    world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    assert_eq!(theirs.rest().await, [], "it ended, and nothing more was said");
}
