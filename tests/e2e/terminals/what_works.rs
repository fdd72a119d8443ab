//! What people use a terminal for, and what it keeps to itself.

use super::world;
use condrix_tests::rig::World;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_can_be_looked_at_and_its_tokens_are_masked() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    let status = terminal.run("claude auth status").await;
    assert!(status.contains("\"loggedIn\": true") && status.contains("claude.ai"), "{status}");
    let token = core.token("accessToken").expect("a token");
    let read = terminal.run("cat ~/.claude/.credentials.json").await;
    assert!(read.contains("sk-ant-") && !read.contains(&token), "{read}");
    assert!(read.contains("***"), "{read}");
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
    assert!(said.contains("/workspaces/garden\r\n") && said.contains("No commits yet"), "{said}");
    assert!(said.contains("\r\ngarden\r\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cli_runs_as_a_full_screen_program() {
    let world = World::start().await;
    let core = world.core("one").await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.keys("claude\r").await;
    // Its first screen asks for a theme.
    terminal.until("theme").await;
    let mut second = core.terminal(&world.ada, &id, "attach").await.unwrap();
    second.until_told("live").await;
    assert!(second.screen().contains("theme"), "{}", second.screen());
    terminal.keys("\u{3}").await;
    terminal.keys("\u{3}").await;
    terminal.until_prompt().await;
}
