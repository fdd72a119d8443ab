//! A question whose process is gone: it is withdrawn, of whatever kind it is, and nobody waits for it.

use super::{asks, core_with_key};
use condrix_tests::rig::{Conversation, tree};
use rustix::process::Signal;
use serde_json::{Value, json};

async fn is_withdrawn(chat: &mut Conversation, asked: &Value) {
    let withdrawn = chat.until_kind("approval_withdrawn").await;
    assert_eq!((&withdrawn["approval"], &withdrawn["reason"]), (&asked["approval"], &json!("process_ended")));
    assert!(chat.pending().await.is_empty());
    let answers = json!({ "Which?": "Blue" });
    for late in [json!({ "decision": "allow" }), json!({ "decision": "allow", "answers": answers })] {
        chat.decide(asked, &late).await.expect_problem(410, "approval-withdrawn");
    }
}

#[tokio::test]
async fn questions_of_every_kind_are_withdrawn_when_the_agent_or_the_cli_is_killed() {
    let (world, mut core) = core_with_key().await;
    world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    let options = json!([{ "label": "Blue", "description": "sky" }, { "label": "Red", "description": "rose" }]);
    let question = json!({ "question": "Which?", "header": "Colour", "options": options, "multiSelect": false });
    let kinds = [
        ("default", "Bash", json!({ "command": "touch made", "description": "x" })),
        ("default", "AskUserQuestion", json!({ "questions": [question] })),
        ("plan", "ExitPlanMode", json!({ "plan": "dig" })),
    ];
    let mut chats = Vec::new();
    for (mode, tool, input) in &kinds {
        let session = json!({ "workspace": "garden", "permission_mode": mode });
        let mut chat = core.begin_session(&world.ada, &session).await;
        let (_, asked) = asks(&world, &mut chat, tool, input.clone()).await;
        chats.push((chat, asked));
    }
    for process in core.cli_processes() {
        tree::kill(process.pid, Signal::KILL);
    }
    for (chat, asked) in &mut chats {
        is_withdrawn(chat, asked).await;
        chat.until_kind("process_ended").await;
    }
    // And again, by resumed processes.
    for ((chat, asked), (_, tool, input)) in chats.iter_mut().zip(&kinds) {
        *asked = asks(&world, chat, tool, input.clone()).await.1;
    }
    core.program().kill().await;
    core.deserted().await;
    core.run();
    core.online(&world.ada).await;
    for (chat, asked) in &chats {
        let mut chat = chat.joined_by(&world.ada).await;
        chat.until(|event| event["kind"] == "approval_requested" && event["approval"] == asked["approval"]).await;
        is_withdrawn(&mut chat, asked).await;
    }
    assert!(!core.workspaces().join("garden/made").exists());
}
