use super::signed_in;
use condrix_tests::rig::{Chat, Line};
use condrix_tests::vendor::Answer;
use serde_json::json;

async fn asked_for(chat: &mut Chat) -> Line {
    chat.until(|line| line["request"]["subtype"] == "can_use_tool")
        .await
        .pop()
        .expect("until ends with what it waited for")
}

#[tokio::test]
async fn a_tool_asks_and_runs_once_it_is_allowed() {
    let (vendor, cli) = signed_in().await;
    let made = cli.home().join("made-by-the-tool");
    let input = json!({ "command": format!("echo done > {} && echo it-ran", made.display()), "description": "make" });
    vendor.script().when("make it", Answer::Tool { name: "Bash".to_owned(), input: input.clone(), text: None });
    let mut chat = cli.chat(&[]);
    chat.say("make it").await;
    let asked = asked_for(&mut chat).await;
    assert_eq!(asked["request"]["tool_name"], "Bash");
    assert_eq!(asked["request"]["input"], input);
    assert!(!made.exists());
    chat.decide(&asked, json!({ "behavior": "allow", "updatedInput": input })).await;
    let rest = chat.until(|line| line["type"] == "result").await;
    assert_eq!(rest.last().unwrap()["result"], "You said: it-ran");
    assert!(made.exists());
}

#[tokio::test]
async fn a_refusal_reaches_the_model_and_nothing_runs() {
    let (vendor, cli) = signed_in().await;
    let made = cli.home().join("made-by-the-tool");
    let input = json!({ "command": format!("touch {}", made.display()), "description": "make" });
    vendor.script().when("make it", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let mut chat = cli.chat(&[]);
    chat.say("make it").await;
    let asked = asked_for(&mut chat).await;
    chat.decide(&asked, json!({ "behavior": "deny", "message": "not on my watch" })).await;
    let rest = chat.until(|line| line["type"] == "result").await;
    assert_eq!(rest.last().unwrap()["result"], "You said: not on my watch");
    assert!(!made.exists());
}
