//! The sign-in from its beginning to its end: an address, an approval, a code, and the Core is signed in.

use super::{expiry_metric, signed_in_metric};
use condrix_tests::rig::leaks::{files_with, processes_with};
use condrix_tests::rig::{World, eventually, tree};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What docs/authentication.md lists: the scopes that Condrix was asked for with.
const LISTED: [&str; 4] = ["user:inference", "user:profile", "user:sessions:claude_code", "user:mcp_servers"];
/// What the CLI asks for.
const ASKED: [&str; 6] = [
    "org:create_api_key",
    "user:profile",
    "user:inference",
    "user:sessions:claude_code",
    "user:mcp_servers",
    "user:file_upload",
];

fn time(text: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(text.as_str().expect("a time is text"), &Rfc3339).expect("a time is RFC 3339")
}

#[tokio::test]
async fn a_sign_in_gives_an_address_takes_its_code_and_tells_the_account() {
    let world = World::start().await;
    let core = world.core("one").await;
    let before = core.claude(&world.ada).await;
    assert_eq!((&before["method"], &before["state"]), (&json!("none"), &json!("signed_out")));

    let sign_in = core.begin_sign_in(&world.ada).await;
    assert_eq!(sign_in.url.host_str(), Some("claude.com"));
    let asked = sign_in.asked("scope").expect("scopes are asked for");
    assert_eq!(asked.split(' ').collect::<Vec<_>>(), ASKED);
    assert_eq!(sign_in.asked("code_challenge_method").as_deref(), Some("S256"));
    assert!(sign_in.asked("code_challenge").is_some_and(|challenge| challenge.len() == 43));
    assert_eq!(sign_in.asked("code_verifier"), None);
    let lasts = time(&json!(sign_in.lapses_at)) - OffsetDateTime::now_utc();
    assert!(lasts > time::Duration::minutes(9) && lasts <= time::Duration::minutes(10), "{lasts}");

    let approved = world.vendor.approve(&sign_in.url, "ada").unwrap();
    let state = core.hand_in(&world.ada, &sign_in, &approved).await.expect(200);
    let me = world.ada.get("/api/v1/me").await.expect(200)["user"].clone();
    for (name, value) in [
        ("method", json!("oauth")),
        ("state", json!("signed_in")),
        ("owner", me),
        ("account", json!("ada@example.com")),
        ("organisation", json!("Example Labs")),
        ("plan", json!("max")),
        ("billing", json!("plan (max)")),
        ("last_error", Value::Null),
    ] {
        assert_eq!(state[name], value, "{name} in {state}");
    }
    let granted: Vec<_> = state["scopes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(LISTED.iter().all(|scope| granted.contains(scope)), "{granted:?}");
    assert_eq!(granted, ASKED[1..], "a plan is not granted the console's scope");
    let expires = time(&state["expires_at"]);
    let remains = expires - OffsetDateTime::now_utc();
    assert!(remains > time::Duration::hours(7) && remains <= time::Duration::hours(8), "{remains}");
    assert_eq!(world.vendor.live_sign_ins("ada"), 1);
    core.quiet().await;

    let mut known =
        core.until_known(&world.ada, "its sign-in is known", |claude| claude["account"] == state["account"]).await;
    // The Core looks at its sign-in now and then: when it last did is all that may differ.
    assert!(time(&known["checked_at"]) >= time(&state["checked_at"]), "{known}");
    known["checked_at"] = state["checked_at"].clone();
    assert_eq!(known, state);
    assert_eq!(signed_in_metric(&world, &core, "oauth").await, Some(1));
    assert_eq!(signed_in_metric(&world, &core, "api_key").await, Some(0));
    assert_eq!(expiry_metric(&world, &core).await, Some(expires.unix_timestamp()));
}

#[tokio::test]
async fn the_registry_keeps_a_sign_in_over_restarts_of_gateway_and_agent() {
    let mut world = World::start().await;
    let mut core = world.core("one").await;
    let signed_in = core.sign_in(&world.ada, &world.vendor, "ada").await;
    let same = |claude: &Value| {
        ["method", "state", "owner", "account", "plan", "scopes", "expires_at"]
            .iter()
            .all(|name| claude[name] == signed_in[name])
    };
    core.until_known(&world.ada, "its sign-in is known", same).await;
    eventually("the registry has it", async || {
        world.gateway.registered(core.id()).await.is_some_and(|row| row.contains("ada@example.com")).then_some(())
    })
    .await;
    core.program().stop().await;
    world.gateway.program().kill().await;
    world.gateway.start_again().await;
    let listed = core.listed(&world.ada).await;
    assert_eq!(listed["link"]["status"], "offline");
    assert!(same(&listed["claude"]), "{listed}");

    core.run();
    core.online(&world.ada).await;
    let again = core.claude(&world.ada).await;
    assert!(same(&again), "{again}");
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(chat.turn("still here?").await.last().unwrap()["kind"], "turn_completed");
}

#[tokio::test]
async fn verifier_code_and_tokens_stay_on_the_core() {
    let world = World::start().await;
    let core = world.core("one").await;
    let sign_in = core.begin_sign_in(&world.ada).await;
    // The CLI's own command, and nothing that would steer it.
    let arguments = core.cli_processes().pop().expect("a login runs").arguments.split_off(1);
    assert_eq!(arguments, ["auth", "login", "--claudeai"]);
    let approved = world.vendor.approve(&sign_in.url, "ada").unwrap();
    let waiting = [core.processes(), tree::descendants(std::process::id())].concat();
    let state = core.hand_in(&world.ada, &sign_in, &approved).await.expect(200);
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("hello").await;
    let working = [core.processes(), tree::descendants(std::process::id())].concat();

    let exchange = &world.vendor.record().of("/v1/oauth/token")[0];
    let verifier = exchange.json()["code_verifier"].as_str().expect("the CLI proves itself").to_owned();
    let (bare, _) = approved.split_once('#').unwrap();
    let (access, refresh) = (core.token("accessToken").unwrap(), core.token("refreshToken").unwrap());
    let said = format!(
        "{state} {} {}",
        core.listed(&world.ada).await,
        chat.seen().iter().map(Value::to_string).collect::<String>()
    );
    let logs = format!("{}{}", world.gateway.log_text(), core.log_text());
    let file = core.credentials_file();
    for (name, secret, kept) in [
        ("verifier", verifier.as_str(), vec![]),
        ("code", bare, vec![]),
        ("access token", &access, vec![file.clone()]),
        ("refresh token", &refresh, vec![file.clone()]),
    ] {
        assert!(processes_with(&waiting, secret).is_empty(), "{name} in a process");
        assert!(processes_with(&working, secret).is_empty(), "{name} in a process");
        assert!(!said.contains(secret) && !logs.contains(secret), "{name} was said");
        assert_eq!(files_with(core.folder(), secret), kept, "{name} in files of the Core");
        assert!(files_with(world.gateway.folder().path(), secret).is_empty(), "{name} at the gateway");
    }
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(core.home().join(".claude").metadata().unwrap().permissions().mode() & 0o777, 0o700);
}
