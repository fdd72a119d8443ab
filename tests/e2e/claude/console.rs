//! A sign-in through the vendor's console: the CLI has a key made, and the Core works with it as with one of its own.

use super::{asks, signed_in_metric};
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::leaks::{files_with, processes_with};
use condrix_tests::rig::{Core, World, eventually, within};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

/// The header that a message with this text went with.
fn key_of(world: &World, text: &str) -> String {
    let asked =
        world.vendor.record().matching(|request| request.route() == "/v1/messages" && request.body.contains(text));
    assert_eq!(asked[0].header("authorization"), None);
    asked[0].header("x-api-key").expect("a key goes along").to_owned()
}

async fn signed_in() -> (World, Core, String) {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in_by_console(&world.ada, &world.vendor).await;
    let key = core.console_key().expect("the CLI keeps a key");
    (world, core, key)
}

#[tokio::test]
async fn a_sign_in_through_the_console_leaves_a_key_with_which_everybody_works() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let core = world.core("one").await;
    let unknown = world.ada.post(&core.path("claude/sign-ins"), &json!({ "kind": "elsewhere" })).await;
    unknown.expect_problem(422, "invalid-body");
    let sign_in = core.begin_console_sign_in(&world.ada).await;
    assert_eq!((sign_in.url.host_str(), sign_in.url.path()), (Some("platform.claude.com"), "/oauth/authorize"));
    let arguments = core.cli_processes().pop().expect("a login runs").arguments.split_off(1);
    assert_eq!(arguments, ["auth", "login", "--console"]);
    let approved = world.vendor.approve(&sign_in.url, "dev").unwrap();
    let state = core.hand_in(&world.ada, &sign_in, &approved).await.expect(200);
    for (name, value) in [
        ("method", json!("console")),
        ("state", json!("signed_in")),
        ("owner", Value::Null),
        ("account", json!("dev@example.org")),
        ("organisation", json!("Example Console")),
        ("plan", Value::Null),
        ("billing", json!("API (/login managed key)")),
        ("expires_at", Value::Null),
        ("scopes", json!([])),
        ("last_error", Value::Null),
    ] {
        assert_eq!(state[name], value, "{name} in {state}");
    }
    core.until_known(&world.ada, "its sign-in is known", |claude| claude["account"] == "dev@example.org").await;
    assert_eq!(signed_in_metric(&world, &core, "console").await, Some(1));
    assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(0));
    eventually("the registry has it", async || {
        world.gateway.registered(core.id()).await.is_some_and(|row| row.contains("console")).then_some(())
    })
    .await;

    let key = core.console_key().expect("the CLI keeps a key");
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    let mut theirs = core.begin_session(&ben, &json!({ "workspace": "garden" })).await;
    assert_eq!(said(&theirs.turn("from ben").await, "text"), "You said: from ben");
    assert_eq!((key_of(&world, "hello"), key_of(&world, "from ben")), (key.clone(), key.clone()));

    assert_eq!(files_with(core.folder(), &key), [core.cli_state_file()]);

    // What an approved command prints of it is masked, and no tool that reads files gets there at all.
    let look = json!({ "command": "cat ~/.claude.json", "description": "look" });
    let (turn, asked) = asks(&world, &mut chat, "Bash", look).await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    let shown = of_kind(&chat.end_of(&turn).await, "tool_result")[0]["content"].to_string();
    assert!(shown.contains("primaryApiKey") && shown.contains("credential masked"), "{shown}");
    let read = json!({ "file_path": core.cli_state_file() });
    let turn = super::uses(&world, &chat, "Read", read).await;
    assert_eq!(of_kind(&chat.end_of(&turn).await, "tool_result")[0]["is_error"], true);
    let (_, mut terminal) = core.new_terminal(&ben).await;
    let shown = terminal.run("cat ~/.claude.json").await;
    assert!(shown.contains("primaryApiKey") && !shown.contains(&key), "{shown}");

    let said = chat.seen().iter().map(Value::to_string).collect::<String>();
    let logs = format!("{}{}", world.gateway.log_text(), core.log_text());
    assert!(!said.contains(&key) && !logs.contains(&key) && !state.to_string().contains(&key));
    assert!(processes_with(&core.processes(), &key).is_empty());
    assert!(files_with(world.gateway.folder().path(), &key).is_empty());
    assert_eq!(core.cli_state_file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn such_a_key_outlives_the_agent_is_told_when_it_is_refused_and_goes_with_a_sign_out_and_a_revocation() {
    let (world, mut core, key) = signed_in().await;
    core.program().stop().await;
    core.run();
    core.online(&world.ada).await;
    core.until_known(&world.ada, "it is signed in as before", |claude| {
        claude["method"] == "console" && claude["state"] == "signed_in" && claude["account"] == "dev@example.org"
    })
    .await;
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(said(&chat.turn("still here?").await, "text"), "You said: still here?");

    world.vendor.refuse_api_key(&key);
    let turn = chat.turn("and now?").await;
    assert_eq!(turn.last().unwrap()["error"], "authentication_failed", "{turn:?}");
    let told = core.until_known(&world.ada, "its key is refused", |claude| claude["state"] == "expired").await;
    assert_eq!((&told["method"], &told["last_error"]["kind"]), (&json!("console"), &json!("credentials_refused")));
    world.vendor.accept_api_key(&key);
    assert_eq!(said(&chat.turn("again?").await, "text"), "You said: again?");
    core.until_known(&world.ada, "its key is good again", |claude| claude["state"] == "signed_in").await;

    // The CLI copies its state now and then, and its logout leaves the copies.
    let copy = core.home().join(".claude/backups/.claude.json.backup.1700000000000");
    core.write_private(&copy, &std::fs::read_to_string(core.cli_state_file()).unwrap());
    assert_eq!(core.sign_out(&world.ada).await.expect(200)["outcome"], "key_deleted");
    assert_eq!(core.console_key(), None);
    assert_eq!(files_with(core.folder(), &key), Vec::<std::path::PathBuf>::new());
    assert_eq!(core.claude(&world.ada).await["state"], "signed_out");
    // As after a logout that somebody typed, or a sign-out that was broken off: only a copy is left.
    core.write_private(&copy, &json!({ "primaryApiKey": key }).to_string());
    for outcome in ["key_deleted", "not_signed_in"] {
        assert_eq!(core.sign_out(&world.ada).await.expect(200)["outcome"], outcome);
        assert!(!copy.exists());
    }
    chat.post("anybody?", "after").await.expect_problem(409, "not-signed-in");
    let refreshes = world.vendor.record().of("/v1/oauth/token").len();
    assert_eq!(refreshes, 1, "there is nothing to refresh, and a code was exchanged once");

    core.sign_in_by_console(&world.ada, &world.vendor).await;
    let key = core.console_key().expect("another key");
    let path = format!("/api/v1/cores/{}/revoke", core.id());
    let receipt = world.ada.post(&path, &json!({ "sign_out": true })).await.expect(200);
    assert_eq!(receipt["agent"]["sign_out"], "key_deleted", "{receipt}");
    assert!(receipt["remaining"].as_str().unwrap().contains("vendor's console"), "{receipt}");
    assert_eq!(files_with(core.folder(), &key), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn one_kind_of_sign_in_takes_the_place_of_the_other_and_one_that_is_cancelled_leaves_nothing() {
    let world = World::start().await;
    let core = world.core("one").await;
    world.vendor.hold("/api/oauth/claude_cli/create_api_key", "key");
    let sign_in = core.begin_console_sign_in(&world.ada).await;
    let pasted = world.vendor.approve(&sign_in.url, "dev").unwrap();
    let handing_in = core.hand_in(&world.ada, &sign_in, &pasted);
    let cancelling = async {
        within("a key is asked for", world.vendor.gates().reached("key", 1)).await;
        world.ada.delete(&core.path(&format!("claude/sign-ins/{}", sign_in.id))).await
    };
    let (handed_in, cancelled) = tokio::join!(handing_in, cancelling);
    assert_eq!(cancelled.status, 204, "{}", cancelled.text);
    handed_in.expect_problem(410, "sign-in-lapsed");
    core.quiet().await;
    assert_eq!((core.console_key(), core.token("accessToken")), (None, None));
    let state = core.claude(&world.ada).await;
    assert_eq!((&state["method"], &state["state"]), (&json!("none"), &json!("signed_out")));
    world.vendor.gates().open("key");

    let ada = world.ada.get("/api/v1/me").await.expect(200)["user"].clone();
    let copy = core.home().join(".claude/backups/.claude.json.backup.1700000000000");
    for earlier in [false, true] {
        if earlier {
            core.write_private(&copy, &std::fs::read_to_string(core.cli_state_file()).unwrap());
        }
        let plan = core.sign_in(&world.ada, &world.vendor, "ada").await;
        assert_eq!((&plan["method"], &plan["owner"]), (&json!("oauth"), &ada));
        assert_eq!(core.console_key(), None);
        assert_eq!(files_with(&core.home().join(".claude/backups"), "primaryApiKey"), Vec::<std::path::PathBuf>::new());
        let console = core.sign_in_by_console(&world.ada, &world.vendor).await;
        assert_eq!(
            (&console["method"], &console["owner"], &console["plan"]),
            (&json!("console"), &Value::Null, &Value::Null)
        );
        assert_eq!(core.token("accessToken"), None);
    }
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("with which?").await;
    assert_eq!(key_of(&world, "with which?"), core.console_key().unwrap());
}
