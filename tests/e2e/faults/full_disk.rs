//! An agent is killed while its disk is full, and the next one starts there: it is the way to the disk.

use condrix_tests::rig::conversation::{Conversation, said};
use condrix_tests::rig::{Core, CoreOptions, Disk, World, eventually, fresh_key};
use condrix_tests::vendor::Say;
use serde_json::json;
use toml::toml;

#[tokio::test]
async fn an_agent_that_starts_on_a_full_disk_serves_what_is_there_and_works_once_there_is_room() {
    let world = World::start().await;
    world.vendor.accept_api_key("sk-ant-api03-full");
    let settings = toml! {
        [journal]
        min_free = 0
        [terminals]
        shell = "/bin/bash"
    };
    let options = CoreOptions { settings, api_key: Some("sk-ant-api03-full".to_owned()), ..CoreOptions::default() };
    let mut core = Core::prepare("full", &world.gateway, &world.vendor, &options);
    let Some(disk) = Disk::in_place_of(&core.state(), "32m") else {
        eprintln!("NOT RUN: nothing can be mounted here");
        return;
    };
    core.pair(&world.gateway).await;
    core.run();
    core.online(&world.ada).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("hello").await;
    world.vendor.script().when("count", Say::numbered(9).gated("count"));
    let turn = chat.say("count").await;
    world.vendor.gates().release("count", 3);
    chat.until(|event| event["text"] == "3 ").await;

    disk.fill();
    core.program().kill().await;
    core.run_at_once();
    core.online(&world.ada).await;
    let mut again = Conversation::follow(&world.ada, &chat.path("")).await;
    for event in chat.seen() {
        assert_eq!(again.next().await, *event, "what was there is there");
    }
    again.post("is there room?", &fresh_key()).await.expect_problem(507, "disk-full");
    let new = json!({ "workspace": "garden" });
    world.ada.post(&core.path("sessions"), &new).await.expect_problem(507, "disk-full");

    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run(&format!("rm -f {}/ballast", core.state().display())).await;
    let end = again.end_of(&turn).await.pop().expect("a turn has an end");
    assert_eq!((&end["kind"], &end["reason"]), (&json!("turn_interrupted"), &json!("agent_restarted")));
    let key = fresh_key();
    let accepted = async || {
        let answer = again.post("are you back?", &key).await;
        (answer.status == 202).then(|| answer.json()["turn"].as_str().expect("a turn").to_owned())
    };
    let turn = eventually("messages are accepted again", accepted).await;
    assert_eq!(said(&again.end_of(&turn).await, "text"), "You said: are you back?");
    drop(disk);
}
