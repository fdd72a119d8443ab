//! What an answer may say beyond yes and no.

use super::{asks, core_with_key, uses};
use condrix_tests::rig::conversation::of_kind;
use serde_json::{Value, json};

fn command(command: &str) -> Value {
    json!({ "command": command, "description": "do it" })
}

#[tokio::test]
async fn an_edited_input_runs_in_place_of_what_was_asked_for_and_the_history_has_both() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let (turn, asked) = asks(&world, &mut chat, "Bash", command("touch asked")).await;
    for wrong in [json!("touch edited"), json!(["touch edited"]), json!({ "command": "x".repeat(300_000) })] {
        let answer = json!({ "decision": "allow", "input": wrong });
        chat.decide(&asked, &answer).await.expect_problem(422, "invalid-body");
    }
    let edited = command("touch edited");
    chat.decide(&asked, &json!({ "decision": "allow", "input": edited })).await.expect(200);
    let events = chat.end_of(&turn).await;
    let decided = of_kind(&events, "approval_decided")[0];
    assert_eq!((&asked["input"], &decided["terms"]["input"]), (&command("touch asked"), &edited));
    assert_eq!((&decided["by"]["name"], &decided["through"]), (&json!("ada"), &json!("answer")));
    // The rules that deny were held against the file that was asked for.
    let (turn, asked) = asks(&world, &mut chat, "Read", json!({ "file_path": "/etc/hostname" })).await;
    let elsewhere = json!({ "file_path": core.home().join(".claude.json") });
    let answer = json!({ "decision": "allow", "input": elsewhere });
    chat.decide(&asked, &answer).await.expect_problem(422, "invalid-body");
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;
    let there = |name: &str| core.workspaces().join("garden").join(name).exists();
    assert!(there("edited") && !there("asked"));
}

#[tokio::test]
async fn what_is_allowed_for_the_session_is_not_asked_again_until_its_process_ends() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let for_the_session = json!({ "decision": "allow", "scope": "session" });
    let (turn, asked) = asks(&world, &mut chat, "Bash", command("echo x >> made")).await;
    chat.decide(&asked, &for_the_session).await.expect(200);
    chat.end_of(&turn).await;
    // The very same is done again, and told; anything else is asked for.
    let turn = uses(&world, &chat, "Bash", command("echo x >> made")).await;
    let events = chat.end_of(&turn).await;
    let decided = of_kind(&events, "approval_decided")[0];
    assert_eq!((&decided["through"], &decided["by"]["name"]), (&json!("session"), &json!("ada")));
    assert_eq!(std::fs::read_to_string(core.workspaces().join("garden/made")).unwrap(), "x\nx\n");
    let (turn, asked) = asks(&world, &mut chat, "Bash", command("echo x >> made; echo y")).await;
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;

    // Where the CLI proposes a rule, it gets that one and no more than that.
    let outside = core.folder().join("outside");
    std::fs::create_dir(&outside).unwrap();
    for name in ["one", "two"] {
        std::fs::write(outside.join(name), name).unwrap();
    }
    let read = |name: &str| json!({ "file_path": outside.join(name) });
    let (turn, asked) = asks(&world, &mut chat, "Read", read("one")).await;
    chat.decide(&asked, &for_the_session).await.expect(200);
    let events = chat.end_of(&turn).await;
    let rules = of_kind(&events, "approval_decided")[0]["terms"]["rules"].to_string();
    assert!(rules.contains("Read(") && rules.contains("outside"), "{rules}");
    let turn = uses(&world, &chat, "Read", read("two")).await;
    assert!(of_kind(&chat.end_of(&turn).await, "approval_requested").is_empty());
    assert!(chat.seen().iter().all(|event| event["kind"] != "permission_mode_changed"));
    // No rule, no such answer: the CLI would propose another mode here.
    let file = core.workspaces().join("garden/new");
    let (turn, asked) = asks(&world, &mut chat, "Write", json!({ "file_path": file, "content": "x" })).await;
    chat.decide(&asked, &for_the_session).await.expect_problem(422, "invalid-body");
    chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
    chat.end_of(&turn).await;

    condrix_tests::rig::tree::kill(core.cli_processes()[0].pid, rustix::process::Signal::KILL);
    chat.until_kind("process_ended").await;
    for (tool, input) in [("Bash", command("echo x >> made")), ("Read", read("two"))] {
        let (turn, asked) = asks(&world, &mut chat, tool, input).await;
        chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
        chat.end_of(&turn).await;
    }
}

#[tokio::test]
async fn a_question_is_typed_and_its_answers_are_held_against_it() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    let options = json!([{ "label": "Blue", "description": "sky" }, { "label": "Red", "description": "rose" }]);
    let input = json!({ "questions": [
        { "question": "Which colour?", "header": "Colour", "options": options, "multiSelect": false },
        { "question": "Which beds?", "header": "Beds", "options": options, "multiSelect": true },
    ] });
    let (turn, asked) = asks(&world, &mut chat, "AskUserQuestion", input).await;
    assert_eq!(asked["asks"]["type"], "questions");
    let questions = asked["asks"]["questions"].as_array().unwrap();
    assert_eq!(
        (&questions[0]["question"], &questions[0]["options"][1]["label"]),
        (&json!("Which colour?"), &json!("Red"))
    );
    assert_eq!((&questions[0]["multi_select"], &questions[1]["multi_select"]), (&json!(false), &json!(true)));
    for wrong in [
        json!({ "decision": "allow" }),
        json!({ "decision": "allow", "answers": { "Which colour?": "Blue" } }),
        json!({ "decision": "allow", "answers": { "Which colour?": ["Blue"], "Which beds?": "Red" } }),
        json!({ "decision": "allow", "answers": { "Which colour?": "Blue", "Which beds?": "Red", "Why?": "so" } }),
        json!({ "decision": "allow", "scope": "session", "answers": { "Which colour?": "a", "Which beds?": "b" } }),
        json!({ "decision": "deny", "answers": { "Which colour?": "a", "Which beds?": "b" } }),
    ] {
        chat.decide(&asked, &wrong).await.expect_problem(422, "invalid-body");
    }
    let answers = json!({ "Which colour?": "somewhat violet", "Which beds?": ["Blue", "Red"] });
    chat.decide(&asked, &json!({ "decision": "allow", "answers": answers })).await.expect(200);
    let events = chat.end_of(&turn).await;
    let told = of_kind(&events, "approval_decided")[0]["terms"]["answers"].clone();
    assert_eq!(told, json!({ "Which colour?": "somewhat violet", "Which beds?": "Blue, Red" }));
    let result = of_kind(&events, "tool_result")[0];
    let heard = result["content"].to_string();
    assert!(heard.contains("somewhat violet") && heard.contains("Blue, Red"), "{result}");
}

#[tokio::test]
async fn a_plan_waits_for_a_person_who_says_what_follows_it() {
    let (world, core) = core_with_key().await;
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    for (answer, mode, asked_to_write) in
        [(json!({}), "default", true), (json!({ "mode": "accept_edits" }), "accept_edits", false)]
    {
        let plan = json!({ "workspace": "garden", "permission_mode": "plan" });
        let mut chat = core.begin_session(&world.ada, &plan).await;
        let (turn, asked) = asks(&world, &mut chat, "ExitPlanMode", json!({ "plan": "dig, then sow" })).await;
        assert_eq!(asked["asks"], json!({ "type": "plan", "plan": "dig, then sow" }));
        chat.decide(&asked, &json!({ "decision": "allow", "mode": "plan" })).await.expect_problem(422, "invalid-body");
        let mut answer = answer;
        answer["decision"] = json!("allow");
        chat.decide(&asked, &answer).await.expect(200);
        let events = chat.end_of(&turn).await;
        assert_eq!(of_kind(&events, "tool_result")[0]["is_error"], false, "{events:?}");
        let session = world.ada.get(&chat.path("")).await.expect(200);
        assert_eq!(session["permission_mode"], mode);
        let file = core.workspaces().join("garden").join(mode);
        let turn = uses(&world, &chat, "Write", json!({ "file_path": file, "content": "x" })).await;
        if asked_to_write {
            let asked = chat.until_kind("approval_requested").await;
            chat.decide(&asked, &json!({ "decision": "deny" })).await.expect(200);
        }
        assert!(of_kind(&chat.end_of(&turn).await, "approval_requested").is_empty());
        assert_eq!(file.exists(), !asked_to_write);
    }
    // A plan that is refused is made anew: nothing else has changed.
    let mut chat = core.begin_session(&world.ada, &json!({ "workspace": "garden", "permission_mode": "plan" })).await;
    let (turn, asked) = asks(&world, &mut chat, "ExitPlanMode", json!({ "plan": "burn it" })).await;
    chat.decide(&asked, &json!({ "decision": "deny", "message": "not this" })).await.expect(200);
    assert_eq!(of_kind(&chat.end_of(&turn).await, "tool_result")[0]["is_error"], true);
    assert_eq!(world.ada.get(&chat.path("")).await.expect(200)["permission_mode"], "plan");
}
