//! A process that was started ahead serves the next session of its workspace, and makes way for whatever matters more.

use super::{KEY, uses};
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::tree::Process;
use condrix_tests::rig::{Core, CoreOptions, World, eventually, execute};
use serde_json::json;
use toml::toml;

/// A Core that needs no sign-in, with these settings.
async fn world_with(settings: toml::Table) -> (World, Core) {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("one", &options).await;
    (world, core)
}

/// Waits until there is one process, and it is in this workspace and not one of those.
async fn spare_of(core: &Core, workspace: &str, others: &[u32]) -> Process {
    let folder = core.workspaces().join(workspace);
    let there = async || {
        let mut processes = core.cli_processes();
        processes.retain(|process| !others.contains(&process.pid));
        let at = |process: &Process| std::fs::read_link(format!("/proc/{}/cwd", process.pid)).ok();
        (processes.len() == 1 && at(&processes[0]).as_ref() == Some(&folder)).then(|| processes.remove(0))
    };
    eventually(&format!("there is a spare in {workspace}"), there).await
}

#[tokio::test]
async fn the_next_session_of_a_workspace_begins_in_a_process_that_is_there() {
    let (world, core) = world_with(toml! {
        [claude]
        warm_spares = 1
    })
    .await;
    core.converse(&world.ada, "garden").await;
    let spare = spare_of(&core, "garden", &[]).await;
    let session = json!({ "workspace": "garden", "permission_mode": "accept_edits", "model": "haiku" });
    let mut chat = core.begin_session(&world.ada, &session).await;
    let id = chat.path("").rsplit('/').next().unwrap().to_owned();
    assert!(spare.arguments.contains(&id), "{:?}", spare.arguments);
    let events = chat.turn("hello").await;
    assert_eq!(said(&events, "text"), "You said: hello");
    let kinds: Vec<&str> = chat.seen().iter().filter_map(|event| event["kind"].as_str()).take(4).collect();
    assert_eq!(kinds, ["session_created", "message_accepted", "process_started", "turn_started"]);
    let asked = world.vendor.record().of("/v1/messages").pop().unwrap().json();
    assert!(asked["model"].as_str().unwrap().contains("haiku"), "{}", asked["model"]);
    let file = core.workspaces().join("garden/made");
    let turn = uses(&world, &chat, "Write", json!({ "file_path": file, "content": "x" })).await;
    assert!(of_kind(&chat.end_of(&turn).await, "approval_requested").is_empty(), "its mode is the session's");
    assert!(core.cli_processes().iter().any(|process| process.pid == spare.pid), "it is the same process");

    // There is one again, and the workspace that is used last has it.
    let next = spare_of(&core, "garden", &[spare.pid]).await;
    core.converse(&world.ada, "kitchen").await;
    spare_of(&core, "kitchen", &[spare.pid, next.pid]).await;
    let gone = async || core.cli_processes().iter().all(|process| process.pid != next.pid).then_some(());
    eventually("the other spare has made way", gone).await;

    // A session whose process is still starting has nothing that waits: it is forked like any other.
    let mut made = serde_json::Value::Null;
    for _ in 0..2 {
        made = world.ada.post(&core.path("sessions"), &json!({ "workspace": "kitchen" })).await.expect(201);
    }
    let fork = core.path(&format!("sessions/{}/fork", made["id"].as_str().expect("an id")));
    world.ada.post(&fork, &json!({})).await.expect(201);

    // Nothing of it outlives a revocation.
    world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    core.quiet().await;
}

#[tokio::test]
async fn a_spare_begins_nothing_before_it_knows_what_its_session_asked_for() {
    let (world, core) = world_with(toml! {
        [claude]
        warm_spares = 1
    })
    .await;
    core.converse(&world.ada, "garden").await;
    spare_of(&core, "garden", &[]).await;
    let session = json!({ "workspace": "garden", "permission_mode": "accept_edits", "model": "haiku" });
    let mut chat = core.begin_session(&world.ada, &session).await;
    let journal = core.state().join("journal.db");
    // With the message its session becomes one that nobody understands.
    execute(
        &journal,
        "CREATE TRIGGER spoil AFTER INSERT ON messages
         BEGIN UPDATE sessions SET permission_mode = 'unheard of' WHERE id = NEW.session; END",
    )
    .await;
    let turn = chat.say("hello").await;
    let looked = async || core.log_text().contains("whose permission_mode cannot be understood").then_some(());
    eventually("it was looked what the session asked for", looked).await;
    execute(&journal, "DROP TRIGGER spoil").await;
    execute(&journal, "UPDATE sessions SET permission_mode = 'acceptEdits' WHERE permission_mode = 'unheard of'").await;
    assert_eq!(said(&chat.end_of(&turn).await, "text"), "You said: hello");
    let asked = world.vendor.record().of("/v1/messages").pop().unwrap().json();
    assert!(asked["model"].as_str().unwrap().contains("haiku"), "{}", asked["model"]);
}

#[tokio::test]
async fn a_spare_gives_its_place_to_a_session_that_works() {
    let (world, core) = world_with(toml! {
        max_sessions = 1
        [claude]
        warm_spares = 1
    })
    .await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let spare = spare_of(&core, "garden", &[]).await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    let processes = core.cli_processes();
    assert!(processes.len() == 1 && processes[0].pid != spare.pid, "{processes:?}");
    // The next session takes the id of a spare that has ended, and works all the same.
    let mut next = core.begin_session(&world.ada, &json!({ "workspace": "garden" })).await;
    assert!(spare.arguments.iter().any(|argument| next.path("").ends_with(argument)), "{:?}", spare.arguments);
    assert_eq!(said(&next.turn("and here?").await, "text"), "You said: and here?");
}
