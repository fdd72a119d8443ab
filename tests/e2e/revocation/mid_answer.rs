//! A Core is revoked while it answers; another one answers on.

use super::{agent_alone, assert_cut, impatient_core, refused_again, shown};
use condrix_tests::rig::reader::assert_dense;
use condrix_tests::rig::{Client, Core, CoreOptions, Reader, SseEvent, World, eventually, history, within};
use condrix_tests::vendor::Say;
use serde_json::{Value, json};

const COUNT: &str = "count, please";

fn counting(gate: &str) -> Say {
    Say { thinking: Some("Counting.".to_owned()), ..Say::numbered(400) }.gated(gate)
}

/// Begins to count on a Core; the answer stands before its gate with three numbers said.
async fn begin_to_count(world: &World, core: &Core, gate: &str) -> (String, String) {
    world.vendor.script().once(COUNT, counting(gate));
    world.vendor.gates().release(gate, 3);
    let conversation = core.converse(&world.ada, gate).await;
    let turn = conversation.say(COUNT).await;
    // All ask alike: only now is it sure that the next to ask does not get this one's answer.
    within("the answer has begun", world.vendor.gates().reached(gate, 1)).await;
    (conversation.path(""), turn)
}

/// Readers of every kind, each with the third number read.
async fn readers(client: &Client, program: &Client, session: &str) -> Vec<Reader> {
    let mut readers = vec![
        Reader::events(client, session, None).await,
        Reader::events(program, session, None).await,
        Reader::socket(client, session, None).await,
        Reader::socket(program, session, None).await,
    ];
    for reader in &mut readers {
        reader.until(|event| event.event == "text_delta" && event.json()["text"] == "3 ").await;
    }
    readers
}

/// What must be the same in every run of one script: all but ids, times and what they cost.
fn script_of(events: &[SseEvent]) -> Vec<Value> {
    let normal = |event: &SseEvent| {
        let mut event = event.json();
        let fields = event.as_object_mut().expect("an event is an object");
        for own in ["at", "turn", "message", "usage", "workspace"] {
            fields.remove(own);
        }
        event
    };
    events.iter().map(normal).collect()
}

fn has_argument(core: &Core, argument: &str) -> bool {
    core.processes().iter().any(|process| process.arguments.iter().any(|given| given == argument))
}

/// A tool at work, with a child that has left its session.
async fn run_a_tool(world: &World, core: &Core) {
    let command = "setsid sleep 611 & sleep 612";
    let tool = json!({ "tool": { "name": "Bash", "input": { "command": command, "description": "wait" } } });
    let mut conversation = core.converse(&world.ada, "tool").await;
    conversation.say(&format!("wait vendor:{tool}")).await;
    let asked = conversation.until_kind("approval_requested").await;
    conversation.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    eventually("the tool runs", async || (has_argument(core, "611") && has_argument(core, "612")).then_some(())).await;
}

#[tokio::test]
async fn a_core_revoked_in_mid_answer_loses_streams_work_and_link_and_no_other_core_notices() {
    let world = World::start().await;
    let (mut a, b) =
        tokio::join!(impatient_core(&world, "a", Some("sk-ant-api03-a")), world.core_with_key("b", "sk-ant-api03-b"));
    let program = world.ada.as_program("a script").await;

    // What B says when nothing disturbs it.
    let (calm, turn) = begin_to_count(&world, &b, "calm").await;
    world.vendor.gates().open("calm");
    let mut undisturbed = Reader::events(&world.ada, &calm, None).await;
    assert_eq!(undisturbed.until_end_of(&turn).await.event, "turn_completed");

    let (session_a, _) = begin_to_count(&world, &a, "a").await;
    let (session_b, turn_b) = begin_to_count(&world, &b, "b").await;
    run_a_tool(&world, &a).await;
    let idle_a = a.converse(&world.ada, "idle").await.path("");
    let idle_b = b.converse(&world.ada, "idle").await.path("");
    let mut of_a = readers(&world.ada, &program, &session_a).await;
    let mut of_b = readers(&world.ada, &program, &session_b).await;
    for session in [&idle_a, &idle_b] {
        let of = if session == &idle_a { &mut of_a } else { &mut of_b };
        let mut idle = [Reader::events(&world.ada, session, None).await, Reader::socket(&program, session, None).await];
        for reader in &mut idle {
            reader.until_kind("session_created").await;
        }
        of.extend(idle);
    }

    let path = format!("/api/v1/cores/{}/revoke", a.id());
    let order = json!({});
    let receipt = meanwhile(&world, &mut of_b[0], world.ada.post(&path, &order)).await.expect(200);
    assert_cut("A", &mut of_a).await;
    assert!(receipt["streams_cut"].as_u64() >= Some(6), "{receipt}");
    // How fast it is, the benchmarks tell; here two cores may do the work of a dozen hosts.
    assert!(receipt["cut_ms"].as_f64().is_some_and(|taken| taken < 5_000.0), "{receipt}");
    assert_told(&receipt, 2);
    assert!(receipt["remaining"].as_str().is_some_and(|text| text.contains("delete the API key")), "{receipt}");
    agent_alone(&mut a).await;

    // The link cannot return, nor anything over it.
    refused_again(&world, &a).await;
    let revoked = shown(&world, &a).await;
    assert_eq!((&revoked["link"]["status"], &revoked["epoch"]), (&json!("offline"), &receipt["epoch"]));
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    for path in [a.path("sessions"), session_a.clone(), format!("{session_a}/events")] {
        world.ada.get(&path).await.expect_problem(410, "core-revoked");
    }
    assert_eq!(world.ada.socket(&format!("{session_a}/events")).await.unwrap_err().status(), Some(410));
    assert_copy_is_refused(&world, &a).await;

    // B has not noticed.
    world.vendor.gates().open("b");
    for reader in &mut of_b[..4] {
        assert_eq!(reader.until_end_of(&turn_b).await.event, "turn_completed");
    }
    let written = history(&world.ada, &session_b).await;
    assert_dense(&written);
    for reader in &of_b[..4] {
        assert_eq!(reader.seen(), &written[..reader.seen().len()]);
        assert_eq!(script_of(reader.seen()), script_of(undisturbed.seen()));
    }
    let changed = json!({ "permission_mode": "plan" });
    let request = world.ada.request(reqwest::Method::PATCH, &idle_b).json(&changed);
    condrix_tests::rig::read(request).await.expect(200);
    for reader in &mut of_b[4..] {
        reader.until_kind("permission_mode_changed").await;
    }

    assert_restored(&world, &a, &session_a, &receipt).await;
}

/// Lets B's answer go on, number by number, for as long as something takes: bytes of B are on their way all the time.
async fn meanwhile<T>(world: &World, reader: &mut Reader, future: impl Future<Output = T>) -> T {
    let mut counted = 0;
    let going_on = async {
        // Three numbers were said before.
        for number in 4.. {
            world.vendor.gates().release("b", 1);
            let said = format!("{number} ");
            reader.until(|event| event.event == "text_delta" && event.json()["text"] == said).await;
            counted += 1;
        }
    };
    let done = tokio::select! {
        done = future => done,
        () = going_on => unreachable!("numbers do not end"),
    };
    assert!(counted > 0, "B said nothing meanwhile");
    done
}

/// What the agent has confirmed. It has 800 ms to end its work before the answer goes without it, which is less than a busy
/// machine may need; that the work ends is for the test to see.
fn assert_told(receipt: &Value, turns: u64) {
    let agent = &receipt["agent"];
    match agent["status"].as_str() {
        // What had not ended by then is said too.
        Some("confirmed") => {
            let unfinished = agent["unfinished"].as_u64().unwrap_or_default();
            let ended = agent["turns_ended"].as_u64().expect("a number");
            assert!(ended <= turns && turns <= ended + unfinished, "{receipt}");
            assert_eq!(agent["sign_out"], Value::Null);
        }
        told => assert_eq!(told, Some("unconfirmed"), "{receipt}"),
    }
}

/// Somebody has copied the state folder, the key with it, to another machine.
async fn assert_copy_is_refused(world: &World, core: &Core) {
    let mut copy = Core::prepare("copy", &world.gateway, &world.vendor, &CoreOptions::default());
    let entries = std::fs::read_dir(core.state()).expect("the folder is read").flatten();
    for entry in entries.filter(|entry| entry.path().is_file()) {
        let copied = copy.state().join(entry.file_name());
        std::fs::copy(entry.path(), &copied).expect("a file is copied");
        std::os::unix::fs::chown(&copied, copy.user(), copy.user()).expect("root gives it away");
    }
    copy.run();
    eventually("the copy is refused", async || copy.log_text().contains("state=Revoked").then_some(())).await;
    assert_eq!(shown(world, core).await["link"]["status"], "offline");
}

/// It comes back by itself, remembers what was, and answers.
async fn assert_restored(world: &World, core: &Core, session: &str, receipt: &Value) {
    let restored = world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    assert_eq!(restored["epoch"].as_u64(), receipt["epoch"].as_u64().map(|epoch| epoch + 1));
    core.online(&world.ada).await;
    let mut reader = Reader::events(&world.ada, session, None).await;
    let cut_short = reader.until_kind("turn_interrupted").await;
    assert_eq!(cut_short.json()["reason"], "revoked");
    let asked = world.ada.post_once(&format!("{session}/messages"), "again", &json!({ "text": "are you back?" })).await;
    let turn = asked.expect(202)["turn"].as_str().expect("a message has a turn").to_owned();
    assert_eq!(reader.until_end_of(&turn).await.event, "turn_completed");
    assert_dense(reader.seen());
}
