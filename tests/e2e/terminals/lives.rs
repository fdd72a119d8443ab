//! How long a terminal lives.

use super::{world, world_with};
use condrix_tests::rig::tree::{self, Process};
use condrix_tests::rig::{Core, eventually};
use rustix::process::Signal;
use serde_json::json;

/// The one process that keeps a terminal.
fn keeper(core: &Core) -> u32 {
    let keeps = |process: &Process| process.arguments.iter().any(|argument| argument == "keep-terminal");
    core.processes().into_iter().find(keeps).expect("there is a terminal").pid
}

async fn quiet(core: &mut Core) {
    let agent = core.program().pid();
    eventually("nothing of the terminal is left", async || {
        core.processes().iter().all(|process| Some(process.pid) == agent).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_outlives_an_agent_that_was_killed_and_loses_nothing() {
    let (world, mut core) = world().await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("export KEPT=in-memory").await;
    terminal.keys("until [ -e go ]; do read -t 0.05 x; done; seq 1 500; echo the-agent-was-away\r").await;
    // The shell has it.
    terminal.until("echo the-agent-was-away").await;
    let position = terminal.position();
    core.program().signal(Signal::KILL);
    core.program().wait().await;
    terminal.to_the_end().await;
    std::fs::write(core.home().join("go"), "").unwrap();
    core.run_at_once();
    core.online(&world.ada).await;
    let mut back = core.terminal(&world.ada, &id, &format!("attach?position={position}")).await.unwrap();
    assert_eq!(back.attached()["replay"], "missing");
    back.ready().await;
    back.until("\nthe-agent-was-away\n").await;
    assert!(back.text().contains("\n499\n500\n"), "{}", back.text());
    assert!(back.run("echo $KEPT").await.contains("\nin-memory\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_told_to_stop_ends_its_terminals() {
    let (world, mut core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 614 & sleep 0").await;
    core.program().stop().await;
    core.deserted().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_whose_agent_does_not_come_back_ends() {
    let (world, mut core) = world_with(toml::toml! { orphaned_timeout = "1s" }).await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 615 & sleep 0").await;
    core.program().signal(Signal::KILL);
    core.deserted().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_nobody_looks_at_ends_after_its_time() {
    let (world, mut core) = world_with(toml::toml! { detached_timeout = "5s" }).await;
    let (_, terminal) = core.new_terminal(&world.ada).await;
    terminal.leave().await;
    eventually("the terminal is gone", async || {
        let listed = world.ada.get(&core.path("terminals")).await.expect(200);
        listed["terminals"].as_array().is_some_and(Vec::is_empty).then_some(())
    })
    .await;
    quiet(&mut core).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_shell_is_told_and_nothing_of_it_is_left() {
    let (world, mut core) = world().await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.keys("setsid sleep 616 & exec sh -c 'echo last words; exit 7'\r").await;
    let exited = terminal.until_told("exited").await;
    assert_eq!(exited, json!({ "type": "exited", "code": 7, "signal": null }));
    assert!(terminal.text().contains("last words"), "{}", terminal.text());
    eventually("the list has it too", async || {
        let shown = world.ada.get(&core.path(&format!("terminals/{id}"))).await.expect(200);
        (shown["exited"] == json!({ "code": 7, "signal": null })).then_some(())
    })
    .await;
    // It can be looked at until somebody takes it away.
    let mut late = core.terminal(&world.ada, &id, "attach").await.unwrap();
    assert_eq!(late.until_told("exited").await["code"], 7);
    assert!(late.screen().contains("last words"));
    assert_eq!(world.ada.delete(&core.path(&format!("terminals/{id}"))).await.status, 204);
    assert_eq!(world.ada.get(&core.path(&format!("terminals/{id}"))).await.status, 404);
    quiet(&mut core).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_hears_no_hangup_and_never_stops_talking_is_ended_all_the_same() {
    let (world, mut core) = world().await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.keys("trap '' HUP; exec sh -c 'while :; do echo on and on; sleep .004; done'\r").await;
    terminal.until("\non and on\non and on\n").await;
    terminal.leave().await;
    assert_eq!(world.ada.delete(&core.path(&format!("terminals/{id}"))).await.status, 204);
    quiet(&mut core).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_outlive_an_agent_that_is_told_to_stop_where_that_is_wanted() {
    let (world, mut core) = world_with(toml::toml! { outlive_stop = true }).await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("export KEPT=in-memory").await;
    assert!(core.program().stop().await.success());
    core.run_at_once();
    core.online(&world.ada).await;
    let mut back = core.terminal(&world.ada, &id, "attach").await.unwrap();
    back.ready().await;
    assert!(back.run("echo $KEPT").await.contains("\nin-memory\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_keeper_leaves_is_ended_with_its_terminal() {
    let (world, mut core) = world().await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 617 & sleep 0").await;
    tree::kill(keeper(&core), Signal::KILL);
    terminal.to_the_end().await;
    quiet(&mut core).await;
    eventually("the terminal is in no list", async || {
        (world.ada.get(&core.path(&format!("terminals/{id}"))).await.status == 404).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keeper_that_does_not_answer_an_agent_is_found_when_it_does_and_ended_when_it_must() {
    let (world, mut core) = world().await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 618 & sleep 0").await;
    let frozen = keeper(&core);
    tree::kill(frozen, Signal::STOP);
    core.program().signal(Signal::KILL);
    core.program().wait().await;
    core.run_at_once();
    core.online(&world.ada).await;
    // Others are not in its way.
    assert_eq!(world.ada.post(&core.path("terminals"), &json!({})).await.status, 201);
    tree::kill(frozen, Signal::CONT);
    eventually("it is found", async || {
        (world.ada.get(&core.path(&format!("terminals/{id}"))).await.status == 200).then_some(())
    })
    .await;
    tree::kill(frozen, Signal::STOP);
    world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    quiet(&mut core).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keeper_that_was_never_heard_does_not_outlive_a_revocation_either() {
    let (world, mut core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 619 & sleep 0").await;
    tree::kill(keeper(&core), Signal::STOP);
    core.program().signal(Signal::KILL);
    core.program().wait().await;
    core.run_at_once();
    core.online(&world.ada).await;
    let list = world.ada.get(&core.path("terminals")).await.expect(200);
    assert_eq!(list["terminals"], json!([]), "nobody knows of it");
    world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    quiet(&mut core).await;
}
