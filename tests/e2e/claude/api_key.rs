//! A Core with an API key: where the key comes from, who can see it, and what becomes of a wrong one.

use super::{KEY, core_with_key, expiry_metric, signed_in_metric};
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::leaks::{files_with, processes_with};
use condrix_tests::rig::{Core, CoreOptions, World, tree};
use condrix_tests::vendor::Answer;
use serde_json::{Value, json};

const VARIABLE: &str = "CONDRIX_CORE_CLAUDE_API_KEY";
const FILE_VARIABLE: &str = "CONDRIX_CORE_CLAUDE_API_KEY_FILE";
const OTHER: &str = "sk-ant-api03-another-key";
const IN_ENV_FILE: &str = "sk-ant-api03-from-the-env-file";

fn with_variables(variables: &[(&str, &str)]) -> CoreOptions {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    CoreOptions { variables, ..CoreOptions::default() }
}

async fn up(world: &World, mut core: Core) -> Core {
    core.pair(&world.gateway).await;
    core.run();
    core.online(&world.ada).await;
    core
}

/// The key that a message of this Core is sent with.
async fn key_used(world: &World, core: &Core) -> String {
    let text = format!("from {}", core.name());
    let mut chat = core.converse(&world.ada, "garden").await;
    assert_eq!(said(&chat.turn(&text).await, "text"), format!("You said: {text}"));
    let asked = world.vendor.record().matching(|request| request.body.contains(&text));
    asked[0].header("x-api-key").expect("a key goes along").to_owned()
}

#[tokio::test]
async fn the_key_comes_from_the_environment_or_the_env_file_and_the_environment_wins() {
    let world = World::start().await;
    for key in [OTHER, IN_ENV_FILE] {
        world.vendor.accept_api_key(key);
    }
    let by_file = world.core_with_key("by-file", KEY);
    let in_variable = with_variables(&[(VARIABLE, OTHER)]);
    let by_variable = world.core_with("by-variable", &in_variable);
    let with_env_file = async |name: &str, variables: &[(&str, &str)]| {
        let core = Core::prepare(name, &world.gateway, &world.vendor, &with_variables(variables));
        core.write_private(&core.state().join(".env"), &format!("# paid by the team\n{VARIABLE}='{IN_ENV_FILE}'\n"));
        up(&world, core).await
    };
    let (by_file, by_variable, by_env_file, by_both) = tokio::join!(
        by_file,
        by_variable,
        with_env_file("by-env-file", &[]),
        with_env_file("by-both", &[(VARIABLE, OTHER)]),
    );
    for (core, key) in [(by_file, KEY), (by_variable, OTHER), (by_env_file, IN_ENV_FILE), (by_both, OTHER)] {
        let state = core.claude(&world.ada).await;
        assert_eq!((&state["method"], &state["state"]), (&json!("api_key"), &json!("signed_in")), "{}", core.name());
        assert_eq!(key_used(&world, &core).await, key, "{}", core.name());
    }
}

#[tokio::test]
async fn two_forms_at_once_stop_the_agent_and_both_are_named() {
    let world = World::start().await;
    let options = CoreOptions { api_key: Some(KEY.to_owned()), ..with_variables(&[(VARIABLE, OTHER)]) };
    let core = Core::prepare("one", &world.gateway, &world.vendor, &options);
    for command in ["run", "check-config"] {
        let output = core.command(&[command], "").await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(FILE_VARIABLE) && said.contains(&format!("{VARIABLE} ")), "{said}");
        assert!(!said.contains(KEY) && !said.contains(OTHER), "{said}");
    }
    let other = Core::prepare("other", &world.gateway, &world.vendor, &CoreOptions::default());
    let file = format!("{VARIABLE}={KEY}\n{FILE_VARIABLE}=/somewhere\n");
    other.write_private(&other.state().join(".env"), &file);
    let output = other.command(&["run"], "").await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains(FILE_VARIABLE) && said.contains(".env"), "{said}");
}

#[tokio::test]
async fn no_tool_finds_the_key_and_nobody_else_does() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    // The least private way to hand it over.
    let core = world.core_with("one", &with_variables(&[(VARIABLE, KEY)])).await;
    // At itself, at the CLI, at the supervisor and at the agent.
    let look = "env; pid=$$; for i in 1 2 3 4; do echo \"look at $pid\"; \
        tr '\\0' '\\n' < /proc/$pid/environ; tr '\\0' ' ' < /proc/$pid/cmdline; \
        timeout 0.2 cat /proc/$pid/fd/3; pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status); done 2>&1; true";
    let input = json!({ "command": look, "description": "look around" });
    world.vendor.script().once("look", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let mut chat = core.converse(&world.ada, "garden").await;
    let turn = chat.say("look").await;
    let asked = chat.until_kind("approval_requested").await;
    let asking = [core.processes(), tree::descendants(core_agent(&core))].concat();
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    let events = chat.end_of(&turn).await;
    let result = &of_kind(&events, "tool_result")[0]["content"];
    let seen = result.as_str().unwrap_or_else(|| panic!("no text: {result}"));
    let agent = core_agent(&core);
    assert!(seen.contains(&format!("look at {agent}")), "{seen}");
    assert!(seen.contains(&format!("/proc/{agent}/environ: Permission denied")), "{seen}");
    assert!(seen.contains("HTTPS_PROXY=") && seen.contains("--permission-prompt-tool"), "{seen}");
    assert!(!seen.contains(KEY) && !seen.contains("credential masked"), "{seen}");
    let told = world.vendor.record().matching(|request| request.body.contains(&format!("look at {agent}")));
    assert!(!told.is_empty() && told.iter().all(|request| !request.body.contains(KEY)), "the model was told the key");

    let others: Vec<_> = asking.into_iter().filter(|process| process.pid != agent).collect();
    assert!(others.iter().any(|process| process.arguments.iter().any(|argument| argument == "supervise")));
    assert!(processes_with(&others, KEY).is_empty(), "{:?}", processes_with(&others, KEY));
    assert!(files_with(core.folder(), KEY).is_empty(), "{:?}", files_with(core.folder(), KEY));
    assert!(files_with(world.gateway.folder().path(), KEY).is_empty());
}

/// The agent itself, whose environment only root can read.
fn core_agent(core: &Core) -> u32 {
    let agent = core.processes().into_iter().find(|process| process.arguments.iter().any(|argument| argument == "run"));
    agent.expect("the agent runs").pid
}

#[tokio::test]
async fn a_wrong_key_is_found_out_at_once_and_a_right_one_is_believed_again() {
    let (world, core) = core_with_key().await;
    let state = core.claude(&world.ada).await;
    assert!(state["billing"].as_str().is_some_and(|billing| billing.starts_with("API")), "{state}");
    assert_eq!((&state["owner"], &state["expires_at"], &state["plan"]), (&Value::Null, &Value::Null, &Value::Null));
    world.vendor.refuse_api_key(KEY);
    let mut chat = core.converse(&world.ada, "garden").await;
    let turn = chat.turn("hello").await;
    let end = turn.last().unwrap();
    assert_eq!((&end["kind"], &end["error"]), (&json!("turn_failed"), &json!("authentication_failed")), "{end}");
    assert_eq!((&end["status"], &end["detail"]), (&json!(401), &json!("the vendor refused the API key")));
    assert_eq!(of_kind(&turn, "retrying").len(), 1, "the CLI would try ten times");
    let asked =
        world.vendor.record().matching(|request| request.route() == "/v1/messages" && request.body.contains("hello"));
    assert!(asked.len() <= 4, "{}", asked.len());
    let known = core.until_known(&world.ada, "its key is refused", |claude| claude["state"] == "expired").await;
    assert_eq!(known["last_error"]["kind"], "credentials_refused");
    assert_eq!(known["method"], "api_key");
    assert_eq!(signed_in_metric(&world, &core, "api_key").await, Some(0));
    assert_eq!(expiry_metric(&world, &core).await, None);

    world.vendor.accept_api_key(KEY);
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
    let known = core.until_known(&world.ada, "its key is good again", |claude| claude["state"] == "signed_in").await;
    assert_eq!(known["last_error"], Value::Null);
    assert_eq!(signed_in_metric(&world, &core, "api_key").await, Some(1));
}

#[tokio::test]
async fn a_key_that_may_not_do_this_is_seen_whatever_lies_beside_it() {
    let (world, core) = core_with_key().await;
    let beside = json!({ "claudeAiOauth": {
        "accessToken": "sk-ant-oat01-beside", "refreshToken": "sk-ant-ort01-beside", "expiresAt": 4_102_444_800_000_u64,
        "scopes": ["user:inference"], "subscriptionType": "max",
    } });
    std::fs::create_dir_all(core.home().join(".claude")).unwrap();
    core.write_private(&core.credentials_file(), &beside.to_string());
    let mut chat = core.converse(&world.ada, "garden").await;
    for status in [403, 401] {
        let text = format!("as {status}");
        if status == 401 {
            world.vendor.refuse_api_key(KEY);
        } else {
            world.vendor.script().once(&text, Answer::Refuse { status });
        }
        let turn = chat.turn(&text).await;
        let end = turn.last().unwrap();
        assert_eq!((&end["kind"], &end["error"]), (&json!("turn_failed"), &json!("authentication_failed")), "{end}");
        let known = core.until_known(&world.ada, "its key is refused", |claude| claude["state"] == "expired").await;
        assert_eq!(
            (&known["method"], &known["last_error"]["kind"]),
            (&json!("api_key"), &json!("credentials_refused"))
        );
        world.vendor.accept_api_key(KEY);
        assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
        core.until_known(&world.ada, "its key is good again", |claude| claude["state"] == "signed_in").await;
    }
}

#[tokio::test]
async fn a_fresh_core_asks_the_cli_before_it_takes_a_models_short_name() {
    let (world, mut core) = core_with_key().await;
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    let session = |model: &str| json!({ "workspace": "garden", "model": model });
    for _ in 0..2 {
        assert!(core.cli_processes().is_empty());
        let refused = world.ada.post(&core.path("sessions"), &session("bogus")).await;
        refused.expect_problem(422, "invalid-body");
        assert!(refused.text.contains("haiku"), "it says which it knows: {}", refused.text);
        world.ada.post(&core.path("sessions"), &session("haiku")).await.expect(201);
        core.quiet().await;
        core.program().stop().await;
        core.run();
        core.online(&world.ada).await;
        core.quiet().await;
    }
    assert!(world.vendor.record().of("/v1/messages").is_empty(), "no inference is spent for that");
}
