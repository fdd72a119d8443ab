//! Three Cores at once, two of them on one account: none takes notice of another.

use super::KEY;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::{Conversation, Core, World};
use condrix_tests::vendor::{Request, Say};
use serde_json::{Value, json};

/// Sends a message whose answer comes in three parts, and sees each arrive before the next is let go.
async fn is_answered_part_by_part(world: &World, chat: &mut Conversation, name: &str) -> Vec<Value> {
    let thinking = format!("{name} thinks.");
    world.vendor.script().once(name, Say { thinking: Some(thinking.clone()), ..Say::numbered(3).gated(name) });
    let turn = chat.say(&format!("count, {name}")).await;
    let mut events = Vec::new();
    for part in ["1 ", "2 ", "3 "] {
        world.vendor.gates().release(name, 1);
        let arrived = chat.until(|event| event["kind"] == "text_delta").await;
        assert_eq!(said(&arrived, "text_delta"), part);
        assert!(of_kind(&arrived, "text").is_empty(), "the answer is still on its way");
        events.extend(arrived);
    }
    events.extend(chat.end_of(&turn).await);
    let kinds: Vec<_> = events.iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds.last(), Some(&"turn_completed"), "{kinds:?}");
    assert_eq!(said(&events, "thinking_delta"), thinking);
    assert_eq!(said(&events, "thinking"), thinking);
    assert_eq!(said(&events, "text"), "1 2 3 ");
    let place = |kind: &str| kinds.iter().position(|one| *one == kind).unwrap_or_else(|| panic!("no {kind}"));
    let order = ["message_accepted", "turn_started", "thinking_delta", "thinking", "text_delta", "text"].map(place);
    assert!(order.is_sorted(), "{kinds:?}");
    events
}

/// The one conversation request of a Core.
fn asked(world: &World, name: &str) -> Request {
    let about = format!("count, {name}");
    let mut found = world.vendor.record().matching(|request| {
        request.route() == "/v1/messages" && request.json()["tools"][0].is_object() && request.body.contains(&about)
    });
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

fn betas(request: &Request) -> Vec<&str> {
    request.header("anthropic-beta").unwrap_or_default().split(',').map(str::trim).collect()
}

fn by_plan(world: &World, core: &Core) {
    let request = asked(world, core.name());
    let bearer = format!("Bearer {}", core.token("accessToken").expect("the Core is signed in"));
    assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    assert!(betas(&request).contains(&"oauth-2025-04-20"), "{:?}", betas(&request));
    assert_eq!(request.header("x-api-key"), None);
}

#[tokio::test]
async fn two_cores_of_one_account_and_one_with_a_key_do_not_notice_each_other() {
    let world = World::start().await;
    let (a, b, c) = tokio::join!(world.core("anna"), world.core("bert"), world.core_with_key("carl", KEY));
    for core in [&a, &b] {
        assert_eq!(core.sign_in(&world.ada, &world.vendor, "ada").await["account"], "ada@example.com");
    }
    assert_eq!(world.vendor.live_sign_ins("ada"), 2);
    assert_ne!(a.token("refreshToken"), b.token("refreshToken"));
    let mut chats = Vec::new();
    for core in [&a, &b, &c] {
        let mut chat = core.converse(&world.ada, "garden").await;
        is_answered_part_by_part(&world, &mut chat, core.name()).await;
        chats.push(chat);
    }
    by_plan(&world, &a);
    by_plan(&world, &b);
    let request = asked(&world, c.name());
    assert_eq!(request.header("x-api-key"), Some(KEY));
    assert_eq!(request.header("authorization"), None);
    assert!(!betas(&request).iter().any(|beta| beta.contains("oauth")), "{:?}", betas(&request));

    // The row of the Core that nothing is done to.
    let beside = world.gateway.registered(b.id()).await.expect("a Core is registered");
    let (state, processes) = (b.claude(&world.ada).await, b.cli_processes().len());

    let refresh = a.token("refreshToken").unwrap();
    let ended = a.sign_out(&world.ada).await.expect(200);
    assert_eq!(ended, json!({ "outcome": "revoked", "terminal_processes_ended": 0 }));
    let told = world.vendor.record().of("/v1/oauth/token/revoke");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].json()["token"], refresh.as_str());
    assert!(!a.credentials_file().exists());
    a.quiet().await;
    assert_eq!(world.vendor.live_sign_ins("ada"), 1);
    let out = a.until_known(&world.ada, "its sign-out is known", |claude| claude["state"] == "signed_out").await;
    assert_eq!((&out["method"], &out["owner"], &out["account"]), (&json!("none"), &Value::Null, &Value::Null));
    let last = chats[0].until_kind("process_ended").await;
    assert_eq!(last["reason"], "signed_out");
    chats[0].post("anybody?", "after-the-end").await.expect_problem(409, "not-signed-in");
    assert_eq!(a.sign_out(&world.ada).await.expect(200)["outcome"], "not_signed_in");

    let receipt = world.ada.post(&format!("/api/v1/cores/{}/revoke", a.id()), &json!({})).await.expect(200);
    // A busy machine may take longer than the answer waits; that the Core is out is seen below.
    let told = receipt["agent"]["status"].as_str();
    assert!(matches!(told, Some("confirmed" | "unconfirmed")), "{receipt}");
    world.ada.get(&a.path("claude")).await.expect_problem(410, "core-revoked");

    assert_eq!(world.gateway.registered(b.id()).await.as_ref(), Some(&beside));
    assert_eq!(b.claude(&world.ada).await, state);
    assert_eq!(b.cli_processes().len(), processes);
    world.vendor.expire_access_tokens("ada");
    let before = b.token("refreshToken");
    let answered = chats[1].turn("are you well?").await;
    assert_eq!(said(&answered, "text"), "You said: are you well?");
    assert_eq!(world.vendor.refreshes(Some("ada")), 1);
    assert_ne!(b.token("refreshToken"), before);
    assert_eq!(said(&chats[2].turn("and you?").await, "text"), "You said: and you?");
    another_user(&world, &chats).await;
}

/// The plan belongs to its owner; a key is for all who may operate.
async fn another_user(world: &World, chats: &[Conversation]) {
    let ben = world.gateway.add_user("ben").await;
    chats[1].joined_by(&ben).await.post("work for me", "by-ben").await.expect_problem(403, "owner-only");
    let mut theirs = chats[2].joined_by(&ben).await;
    assert_eq!(said(&theirs.turn("and for me?").await, "text"), "You said: and for me?");
    assert!(world.vendor.record().all().iter().all(|request| !request.body.contains("work for me")));
}
