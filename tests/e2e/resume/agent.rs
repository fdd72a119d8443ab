//! The agent is killed in mid-answer. What was running is told as interrupted, what waited goes on, nothing is left over.

use super::{COUNT, will_count};
use condrix_tests::rig::reader::{Reader, assert_dense};
use condrix_tests::rig::{Core, World, eventually, history};
use serde_json::json;

fn has_argument(core: &Core, argument: &str) -> bool {
    core.processes().iter().any(|process| process.arguments.iter().any(|given| given == argument))
}

#[tokio::test]
async fn a_killed_agent_leaves_no_process_and_its_history_goes_on_where_it_was() {
    let world = World::start().await;
    let mut core = world.core_with_key("one", "sk-ant-api03-one").await;

    // One session answers and has a message in its queue, one runs a tool, one waits for an approval.
    let answering = core.converse(&world.ada, "answering").await;
    will_count(&world, 30, "count");
    let cut_short = answering.say(COUNT).await;
    let queued = answering.say("and then?").await;
    world.vendor.gates().release("count", 5);
    let mut reader = Reader::events(&world.ada, &answering.path(""), None).await;
    reader.until(|event| event.event == "text_delta" && event.json()["text"] == "5 ").await;

    let tool = |command: &str| {
        let tool = json!({ "tool": { "name": "Bash", "input": { "command": command, "description": "wait" } } });
        format!("wait vendor:{tool}")
    };
    let mut working = core.converse(&world.ada, "working").await;
    working.say(&tool("setsid sleep 613 & sleep 614")).await;
    let asked = working.until_kind("approval_requested").await;
    working.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    eventually("the tool runs", async || (has_argument(&core, "613") && has_argument(&core, "614")).then_some(()))
        .await;

    let mut asking = core.converse(&world.ada, "asking").await;
    let waiting = asking.say(&tool("touch nothing")).await;
    let approval = asking.until_kind("approval_requested").await;
    assert_eq!(asking.pending().await.len(), 1);

    core.program().kill().await;
    core.deserted().await;
    reader.to_the_end().await;
    core.run();
    core.online(&world.ada).await;

    let mut back = Reader::events(&world.ada, &answering.path(""), Some(reader.last_id())).await;
    let interrupted = back.until_end_of(&cut_short).await;
    assert_eq!(
        (interrupted.event.as_str(), &interrupted.json()["reason"]),
        ("turn_interrupted", &json!("agent_restarted"))
    );
    assert_eq!(back.until_end_of(&queued).await.event, "turn_completed");
    assert_eq!(back.resume()["continuity"], "ok");
    assert_eq!(back.resume()["epoch"], 1, "a killed agent has lost nothing");
    let written = history(&world.ada, &answering.path("")).await;
    assert_dense(&written);
    assert_eq!([reader.seen(), back.seen()].concat(), written);

    let mut asking = asking.joined_by(&world.ada).await;
    let withdrawn = asking.until_kind("approval_withdrawn").await;
    assert_eq!((&withdrawn["approval"], &withdrawn["reason"]), (&approval["approval"], &json!("process_ended")));
    assert_eq!(asking.end_of(&waiting).await.last().unwrap()["reason"], "agent_restarted");
    assert_eq!(asking.pending().await.len(), 0);
    asking.decide(&approval, &json!({ "decision": "allow" })).await.expect_problem(410, "approval-withdrawn");
    assert_eq!(asking.turn("are you there?").await.last().unwrap()["kind"], "turn_completed");
}
