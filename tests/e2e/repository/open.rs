//! What happens by itself when a session begins in such a repository.

use super::{Became, Stage, attempt, plant::plant, text_of};
use condrix_tests::rig::GenuineCli;
use condrix_tests::rig::conversation::said;
use condrix_tests::vendor::Request;
use serde_json::json;

/// That the repository is hostile indeed: the CLI by itself does all that it asks for.
#[tokio::test]
async fn opened_without_care_it_fires_and_the_requests_go_elsewhere() {
    let stage = Stage::set().await;
    let cli = GenuineCli::new(&stage.world.vendor).with("NO_PROXY", "127.0.0.1");
    cli.sign_in(&stage.world.vendor, "ben").await;
    plant(&stage, &cli.work());
    // As root, the CLI would refuse the mode that the repository asks for.
    cli.run(&["-p", "--permission-mode", "default", "hello"]).await;
    for fired in ["hook-SessionStart", "hook-UserPromptSubmit", "hook-SessionEnd", "api-key-helper", "mcp"] {
        assert!(stage.touched.join(fired).exists(), "{fired}");
    }
    assert!(stage.elsewhere.heard().contains("POST /v1/messages"), "{}", stage.elsewhere.heard());
    assert!(stage.elsewhere.heard().contains("the-repositorys-own"));
}

#[tokio::test]
async fn opened_on_a_core_it_fires_nothing_and_the_token_goes_to_the_vendor_alone() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    let mut chat = stage.session("default").await;
    let turn = chat.turn("hello").await;
    assert_eq!(said(&turn, "text"), "You said: hello");
    // Its own commands, skills and helpers are not there, and its permissions allow nothing.
    for command in ["/evil", "/wicked"] {
        let turn = chat.turn(command).await;
        assert!(turn.iter().any(|event| event.to_string().contains("Unknown command")), "{turn:?}");
    }
    let touch = format!("/usr/bin/touch {}/allowed", text_of(&stage.touched));
    for (tool, input) in [
        ("Bash", json!({ "command": touch, "description": "x" })),
        ("Write", json!({ "file_path": stage.repository().join("new"), "content": "x" })),
        ("Skill", json!({ "skill": "simplify" })),
    ] {
        assert_eq!(attempt(&stage, &mut chat, tool, input).await, Became::Asked, "{tool}");
    }
    for (tool, input) in [
        ("Skill", json!({ "skill": "wicked" })),
        ("Agent", json!({ "description": "x", "prompt": "x", "subagent_type": "rogue" })),
        ("EnterWorktree", json!({ "name": "x" })),
    ] {
        let became = attempt(&stage, &mut chat, tool, input).await;
        assert!(matches!(became, Became::Denied(_)), "{tool}: {became:?}");
    }
    stage.assert_nothing_got_out(chat.seen());
    // Nor when it ends, for which there are hooks as well.
    assert_eq!(chat.close().await.status, 204);
    stage.core.quiet().await;
    stage.assert_nothing_got_out(chat.seen());
    let asked = stage.world.vendor.record().of("/v1/messages");
    let token = format!("Bearer {}", stage.core.token("accessToken").unwrap());
    assert!(asked.iter().all(|request| request.header("authorization") == Some(&token)));
    let cli = |request: &&Request| request.header("user-agent").is_some_and(|agent| agent.starts_with("claude-cli/"));
    assert!(asked.iter().all(|request| cli(&request)));
    // None of the others is anybody else's, either.
    for request in stage.world.vendor.record().all() {
        let agent = request.header("user-agent").unwrap_or_default().to_lowercase();
        let ours = ["condrix", "core-agent", "reqwest", "hyper"].iter().any(|name| agent.contains(name));
        assert!(!agent.is_empty() && !ours, "{agent:?} asks for {}{}", request.host, request.path);
    }
}

/// `git` is a command like any other: it runs what the repository's configuration names.
#[tokio::test]
async fn no_git_command_runs_unasked() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    let mut chat = stage.session("accept_edits").await;
    for command in ["git status", "git diff", "git log -p", "git show", "git blame plain.txt", "git ls-files"] {
        let input = json!({ "command": command, "description": "x" });
        assert_eq!(attempt(&stage, &mut chat, "Bash", input).await, Became::Asked, "{command}");
    }
    stage.assert_nothing_got_out(chat.seen());
}
