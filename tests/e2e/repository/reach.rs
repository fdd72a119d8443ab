//! What a message mentions, and what the model asks for: no way leads to the Core's secrets unasked.

use super::{Became, Stage, attempt, plant::plant, text_of};
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{CoreOptions, World};
use serde_json::json;

/// Ways to a file of `~/.claude` or of the agent's state, from within the repository.
fn ways(stage: &Stage) -> Vec<String> {
    let credentials = text_of(&stage.core.credentials_file());
    let planted = text_of(&stage.core.state().join("planted.key"));
    let mut ways: Vec<String> = [
        "link",
        "link-to-link",
        "claude/.credentials.json",
        "home/.claude/.credentials.json",
        "identity",
        "planted",
        "state/planted.key",
        "../../home/.claude/.credentials.json",
        "../../state/identity.key",
        "/proc/self/cwd/link",
    ]
    .map(str::to_owned)
    .into();
    for secret in [credentials, planted] {
        ways.extend([format!("world{secret}"), format!("/proc/self/root{secret}"), format!("//{secret}"), secret]);
    }
    ways.push("~/.claude/.credentials.json".to_owned());
    ways
}

#[tokio::test]
async fn a_mention_of_a_file_reads_none() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    let mut chat = stage.session("default").await;
    for way in ways(&stage) {
        for text in [format!("look at @{way} please"), format!("@\"{way}\""), format!("/review @{way}")] {
            let turn = chat.turn(&text).await;
            assert_eq!(turn.last().unwrap()["kind"], "turn_completed", "{text}");
        }
    }
    // The text itself is kept as it was written.
    let turn = chat.turn("what of @plain.txt?").await;
    assert!(said(&turn, "text").contains("plain.txt?"));
    assert!(chat.seen().iter().any(|event| event["text"] == "what of @plain.txt?"));
    stage.assert_nothing_got_out(chat.seen());
}

#[tokio::test]
async fn the_models_tools_are_denied_the_secrets_on_every_way() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    let before = stage.core.credentials();
    let mut chat = stage.session("accept_edits").await;
    for way in ways(&stage) {
        let path = if way.starts_with(['/', '~']) { way.clone() } else { text_of(&stage.repository().join(&way)) };
        for (tool, input) in [
            ("Read", json!({ "file_path": path })),
            ("Edit", json!({ "file_path": path, "old_string": "a", "new_string": "b" })),
            ("Write", json!({ "file_path": path, "content": "overwritten" })),
        ] {
            let became = attempt(&stage, &mut chat, tool, input).await;
            assert!(matches!(became, Became::Denied(_)), "{tool} {way}: {became:?}");
        }
    }
    // New files there are as bad: the CLI would believe them.
    for new in ["claude/settings.json", "home/.claude.json", "state/.env"] {
        let input = json!({ "file_path": stage.repository().join(new), "content": "{}" });
        let became = attempt(&stage, &mut chat, "Write", input).await;
        assert!(matches!(became, Became::Denied(_)), "Write {new}: {became:?}");
    }
    stage.assert_nothing_got_out(chat.seen());
    assert_eq!(stage.core.credentials(), before);
    for new in [stage.core.home().join(".claude/settings.json"), stage.core.state().join(".env")] {
        assert!(!new.exists(), "{}", new.display());
    }
}

/// By itself the CLI lets reading commands run in the workspace, and follows links there.
#[tokio::test]
async fn no_command_runs_unasked_not_even_one_that_reads() {
    let stage = Stage::set().await;
    plant(&stage, &stage.repository());
    for mode in ["default", "accept_edits"] {
        let mut chat = stage.session(mode).await;
        for command in [
            "ls",
            "cat plain.txt",
            "cat *",
            "cat l?nk",
            "head *",
            "grep -R oauth claude/",
            "grep -R . link",
            "rg -L oauth claude",
            "cd claude && cat .credentials.json",
            "cat < link",
            "cat /proc/self/environ",
            "cp link copy",
            "mv link copy",
        ] {
            let input = json!({ "command": command, "description": "x" });
            let became = attempt(&stage, &mut chat, "Bash", input).await;
            assert!(!matches!(became, Became::Ran(_)), "{mode}: {command}: {became:?}");
        }
        for skill in ["review", "simplify"] {
            let input = json!({ "skill": skill, "args": "@link @planted" });
            assert_eq!(attempt(&stage, &mut chat, "Skill", input).await, Became::Asked);
        }
        let prompt = "look at @link and @claude/.credentials.json and @planted";
        let input = json!({ "description": "x", "prompt": prompt, "subagent_type": "general-purpose" });
        attempt(&stage, &mut chat, "Agent", input).await;
        stage.assert_nothing_got_out(chat.seen());
    }
}

#[tokio::test]
async fn the_api_keys_file_is_denied_as_well() {
    const KEY: &str = "sk-ant-api03-in-a-file-of-its-own";
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let core = world.core_with("one", &CoreOptions { api_key: Some(KEY.to_owned()), ..CoreOptions::default() }).await;
    let stage = Stage::around(world, core).await;
    plant(&stage, &stage.repository());
    let file = stage.core.folder().join("api-key");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), KEY);
    let mut chat = stage.session("accept_edits").await;
    for way in ["key".to_owned(), "../../api-key".to_owned(), format!("world{}", text_of(&file)), text_of(&file)] {
        let path = stage.repository().join(&way);
        for tool in ["Read", "Write"] {
            let input = json!({ "file_path": path, "content": "overwritten" });
            let became = attempt(&stage, &mut chat, tool, input).await;
            assert!(matches!(became, Became::Denied(_)), "{tool} {way}: {became:?}");
        }
        chat.turn(&format!("look at @{way}")).await;
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), KEY);
    let told = world_was_told(&stage, KEY);
    assert!(told.is_empty(), "{told:?}");
    assert!(!serde_json::to_string(chat.seen()).unwrap().contains(KEY));
}

/// The requests that carry a key anywhere but where a key belongs.
fn world_was_told(stage: &Stage, key: &str) -> Vec<String> {
    let requests = stage.world.vendor.record().all();
    let elsewhere = |request: &&condrix_tests::vendor::Request| {
        let mut headers = request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("x-api-key"));
        request.body.contains(key) || headers.any(|(_, value)| value.contains(key))
    };
    requests.iter().filter(elsewhere).map(|request| request.path.clone()).collect()
}
