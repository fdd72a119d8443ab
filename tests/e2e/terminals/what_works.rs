//! What people use a terminal for, and what it keeps to itself.

use super::world;
use condrix_tests::rig::{Core, NpmRegistry, World, eventually};
use condrix_tests::vendor::Say;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_can_be_looked_at_and_its_tokens_are_masked() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("claude auth status").await;
    let status = terminal.shown();
    assert!(status.contains("\"loggedIn\": true") && status.contains("claude.ai"), "{status}");
    let token = core.token("accessToken").expect("a token");
    let read = terminal.run("cat ~/.claude/.credentials.json").await;
    assert!(read.contains("sk-ant-") && !read.contains(&token), "{read}");
    assert!(read.contains("***"), "{read}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_is_made_in_a_terminal_is_that_of_whoever_sits_there() {
    let world = World::start().await;
    let core = world.core("one").await;
    let bob = world.gateway.add_user("bob").await;
    let sign_in = async |kind: &str, account: &str| {
        let (_, mut terminal) = core.new_terminal(&world.ada).await;
        terminal.keys(&format!("stty columns 1000; claude auth login {kind}\r")).await;
        terminal.until("Paste code here").await;
        let text = terminal.text();
        let url = text.split_whitespace().find(|word| word.starts_with("https://")).expect("an address is shown");
        let pasted = world.vendor.approve(&url.parse().unwrap(), account).unwrap();
        terminal.keys(&format!("{pasted}\r")).await;
        terminal
    };
    // A key is nobody's, whoever typed.
    let _first = sign_in("--console", "dev").await;
    let known = core.until_known(&world.ada, "it has a key", |claude| claude["account"] == "dev@example.org").await;
    assert_eq!((&known["method"], &known["owner"]), (&json!("console"), &Value::Null));
    core.open_terminal(&bob).await;
    let mut terminal = sign_in("--claudeai", "ada").await;
    let known =
        core.until_known(&world.ada, "it is known whose it is", |claude| claude["account"] == "ada@example.com").await;
    let ada = world.ada.get("/api/v1/me").await.expect(200)["user"].clone();
    assert_eq!(
        (&known["method"], &known["account"], &known["owner"]),
        (&json!("oauth"), &json!("ada@example.com"), &ada)
    );
    bob.post(&core.path("terminals"), &json!({})).await.expect_problem(403, "owner-only");
    assert!(terminal.run("echo still here").await.contains("\nstill here\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_is_not_in_a_terminal() {
    let (world, core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    let environment = terminal.run("env; tr '\\0' '\\n' < /proc/$PPID/environ").await;
    assert!(!environment.contains(super::KEY), "{environment}");
    for name in ["CONDRIX_CORE=", "CONDRIX_TERMINAL=", "HOME=", "TERM=xterm-256color", "SHELL="] {
        assert!(environment.contains(name), "{name}: {environment}");
    }
    assert!(!environment.contains("ANTHROPIC") && !environment.contains("CONDRIX_CORE_CLAUDE"), "{environment}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_begins_in_its_workspace_and_git_works_there() {
    let (world, core) = world().await;
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    let new = json!({ "workspace": "garden", "name": "beds" });
    let made = world.ada.post(&core.path("terminals"), &new).await.expect(201);
    assert_eq!((&made["workspace"], &made["name"]), (&json!("garden"), &json!("beds")));
    let mut terminal = core.terminal(&world.ada, made["id"].as_str().unwrap(), "attach").await.unwrap();
    terminal.ready().await;
    let said = terminal.run("pwd; git init -q . && git status --short --branch; echo $CONDRIX_WORKSPACE").await;
    assert!(said.contains("/workspaces/garden\n") && said.contains("No commits yet"), "{said}");
    assert!(said.contains("\ngarden\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_are_installed_where_the_user_may_and_nowhere_else() {
    let (world, core) = world().await;
    let registry = NpmRegistry::start().await;
    registry.release("2.1.200");
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    let install = format!(
        "npm install --global --fetch-retries 0 --registry {} @anthropic-ai/claude-code-linux-rig",
        registry.url()
    );
    let own = terminal.run(&format!("{install} --prefix ~/.local && ~/.local/bin/claude-of-the-rig --version")).await;
    assert!(own.contains("added 1 package") && own.contains("2.1.200 (Claude Code)"), "{own}");
    let systems = terminal.run(&format!("{install} --prefix /usr")).await;
    assert!(systems.contains("EACCES") && !systems.contains("added"), "{systems}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cli_runs_as_a_full_screen_program() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    is_no_beginner(&core);
    world.vendor.script().when("what of the sky", Say::text("It is blue."));
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.keys("claude\r").await;
    terminal.until_shown("Welcome").await;
    terminal.keys("what of the sky").await;
    terminal.until_shown("what of the sky").await;
    terminal.keys("\r").await;
    terminal.until_shown("It is blue.").await;
    let mut second = core.terminal(&world.ada, &id, "attach").await.unwrap();
    second.until_shown("It is blue.").await;
    assert_eq!(second.attached()["replay"], "screen");
    terminal.keys("/exit").await;
    terminal.until_shown("/exit").await;
    terminal.keys("\r").await;
    // What is typed while it ends would be thrown away with its own input.
    eventually("it has ended", async || {
        let runs =
            core.processes().iter().any(|process| process.arguments.first().is_some_and(|name| name == "claude"));
        (!runs).then_some(())
    })
    .await;
    assert!(terminal.run("echo back in the shell").await.contains("back in the shell\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agents_log_can_be_followed() {
    let (world, core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    // What was typed may be shown twice: before there was a prompt, and behind it.
    let counted = terminal.run("core-agent logs -n 2 | wc -l").await;
    assert!(counted.lines().any(|line| line.trim() == "2"), "{counted}");
    terminal.keys("core-agent logs -f -n 1\r").await;
    terminal.until("core_agent::").await;
    // It is read while it is written.
    world.ada.post(&core.path("sessions"), &json!({ "workspace": "../x" })).await.expect_problem(422, "invalid-body");
    terminal.until("a request was refused").await;
    terminal.keys("\u{3}").await;
    terminal.run("true").await;
}

/// The CLI has been introduced to this home, and trusts it.
fn is_no_beginner(core: &Core) {
    let path = core.home().join(".claude.json");
    let text = std::fs::read(&path).expect("the CLI has settings");
    let mut settings: Value = serde_json::from_slice(&text).expect("they are JSON");
    settings["hasCompletedOnboarding"] = true.into();
    settings["lastOnboardingVersion"] = "2.1.197".into();
    settings["theme"] = "dark".into();
    settings["projects"][core.home().to_str().expect("a path of ASCII")]["hasTrustDialogAccepted"] = true.into();
    // Written in place: it stays the Core's own.
    std::fs::write(&path, settings.to_string()).expect("the settings are written");
}
