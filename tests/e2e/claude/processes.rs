//! A session outlives its processes: the CLI's and the agent's.

use super::wrapped::Wrapped;
use super::{KEY, core_with_key, nobody_is_being_answered, with_claude};
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::leaks::files_with;
use condrix_tests::rig::{Conversation, Core, CoreOptions, World, eventually, tree};
use condrix_tests::vendor::{Answer, Say};
use rustix::process::Signal;
use serde_json::{Value, json};

/// What the model was shown at last.
fn last_asked(world: &World) -> String {
    world.vendor.record().of("/v1/messages").pop().expect("the model was asked").body
}

/// Lets an answer begin and stay unfinished. Returns its turn.
async fn begin_answer(world: &World, chat: &mut Conversation, text: &str) -> String {
    world.vendor.script().once(text, Say::numbered(3).gated(text));
    world.vendor.gates().release(text, 1);
    let turn = chat.say(text).await;
    chat.until_kind("text_delta").await;
    turn
}

fn kill_the_cli(core: &Core) {
    let running = core.cli_processes();
    assert_eq!(running.len(), 1, "{running:?}");
    tree::kill(running[0].pid, Signal::KILL);
}

fn interrupted(events: &[Value], reason: &str) {
    let end = events.last().expect("a turn has an end");
    assert_eq!((&end["kind"], &end["reason"], &end["by"]), (&json!("turn_interrupted"), &json!(reason), &Value::Null));
}

#[tokio::test]
async fn an_idle_process_ends_and_the_next_message_goes_on_with_the_conversation() {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { api_key: Some(KEY.to_owned()), ..with_claude("idle_timeout", "500ms") };
    let core = world.core_with("one", &options).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("the word is quince").await;
    let ended = chat.until_kind("process_ended").await;
    assert_eq!((&ended["reason"], &ended["exit_code"]), (&json!("idle"), &json!(0)));
    core.quiet().await;
    let turn = chat.turn("what was the word?").await;
    assert_eq!(said(&turn, "text"), "You said: what was the word?");
    let started: Vec<_> =
        of_kind(chat.seen(), "process_started").iter().map(|event| event["resumed"].clone()).collect();
    assert_eq!(started, [json!(false), json!(true)]);
    let asked = last_asked(&world);
    assert!(asked.contains("the word is quince") && asked.contains("You said: the word is quince"), "{asked}");
}

#[tokio::test]
async fn a_cli_that_is_killed_before_it_has_said_anything_is_started_once_more_and_no_oftener() {
    let (world, wrapped) = (World::start().await, Wrapped::new());
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { api_key: Some(KEY.to_owned()), ..wrapped.options() };
    let core = world.core_with("one", &options).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let kill_one_that_starts = async |but: u32| {
        let starts = |process: &tree::Process| {
            process.pid != but
                && process.arguments.first().is_some_and(|program| program == "/bin/sh")
                && process.arguments.iter().any(|argument| argument == "--input-format")
        };
        let found = eventually("a process starts", async || core.processes().into_iter().find(starts)).await;
        tree::kill(found.pid, Signal::KILL);
        found.pid
    };
    wrapped.hangs();
    let turn = chat.say("into the void").await;
    let first = kill_one_that_starts(0).await;
    kill_one_that_starts(first).await;
    let end = chat.end_of(&turn).await.pop().expect("a turn has an end");
    assert_eq!((&end["kind"], &end["error"]), (&json!("turn_failed"), &json!("cli")), "{end}");
    let turn = chat.say("hello").await;
    kill_one_that_starts(0).await;
    wrapped.goes_on();
    assert_eq!(said(&chat.end_of(&turn).await, "text"), "You said: hello");
}

#[tokio::test]
async fn a_killed_cli_interrupts_its_turn_takes_its_tools_along_and_the_session_goes_on() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("the word is quince").await;
    // The CLI writes its transcript a moment behind; what a killed one has not written, no other can know.
    let transcripts = core.home().join(".claude/projects");
    let written = async || files_with(&transcripts, "You said: the word is quince").pop();
    eventually("the first turn is in the CLI's transcript", written).await;
    let turn = begin_answer(&world, &mut chat, "slowly").await;
    kill_the_cli(&core);
    interrupted(&chat.end_of(&turn).await, "process_ended");
    let ended = chat.until_kind("process_ended").await;
    assert_eq!((&ended["reason"], &ended["exit_code"]), (&json!("killed"), &json!(137)));

    let input = json!({ "command": "setsid sleep 600 & sleep 601", "description": "wait" });
    world.vendor.script().once("wait", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let turn = chat.say("wait").await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    let sleeping = || {
        let all = core.processes().into_iter();
        all.filter(|process| process.arguments.first().is_some_and(|name| name == "sleep")).count()
    };
    eventually("the tool runs", async || (sleeping() == 2).then_some(())).await;
    kill_the_cli(&core);
    interrupted(&chat.end_of(&turn).await, "process_ended");
    eventually("the tool has ended with it", async || (sleeping() == 0).then_some(())).await;

    let turn = chat.turn("what was the word?").await;
    assert_eq!(said(&turn, "text"), "You said: what was the word?");
    assert!(last_asked(&world).contains("the word is quince"));
    let started: Vec<_> =
        of_kind(chat.seen(), "process_started").iter().map(|event| event["resumed"].clone()).collect();
    assert_eq!(started, [json!(false), json!(true), json!(true)]);
}

#[tokio::test]
async fn a_killed_agent_interrupts_the_turn_and_takes_up_the_messages_that_wait() {
    let (world, mut core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("the word is quince").await;
    let turn = begin_answer(&world, &mut chat, "slowly").await;
    let waiting = chat.say("what was the word?").await;
    chat.until(|event| event["turn"] == waiting.as_str()).await;
    let before = chat.seen().to_vec();
    core.program().kill().await;
    core.deserted().await;
    nobody_is_being_answered(&world).await;

    core.run();
    core.online(&world.ada).await;
    let mut chat = chat.joined_by(&world.ada).await;
    let cut_off = chat.end_of(&turn).await;
    interrupted(&cut_off, "agent_restarted");
    assert_eq!(chat.seen()[..before.len()], before, "nothing that was seen is lost");
    let events = chat.end_of(&waiting).await;
    assert_eq!(said(&events, "text"), "You said: what was the word?");
    assert!(last_asked(&world).contains("the word is quince"));
}
