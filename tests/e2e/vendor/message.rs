use super::signed_in;
use condrix_tests::rig::chat::streamed;
use condrix_tests::rig::within;
use condrix_tests::vendor::{End, Outcome, Say};
use std::time::Duration;

#[tokio::test]
async fn an_answer_streams_thinking_and_text() {
    let (vendor, cli) = signed_in().await;
    vendor.script().when("sky", Say { thinking: Some("Colours.".to_owned()), ..Say::numbered(3) });
    let mut chat = cli.chat(&[]);
    let turn = chat.turn("what of the sky").await;
    assert_eq!(streamed(&turn, "thinking_delta"), "Colours.");
    assert_eq!(streamed(&turn, "text_delta"), "1 2 3 ");
    assert_eq!(turn.last().unwrap()["result"], "1 2 3 ");
    assert!(chat.end().await.success());
    let asked = vendor.record().of("/v1/messages");
    let bearer = format!("Bearer {}", cli.credentials().unwrap()["accessToken"].as_str().unwrap());
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("authorization"), Some(bearer.as_str()));
    assert!(asked[0].header("anthropic-beta").unwrap().contains("oauth-2025-04-20"));
    assert_eq!(asked[0].header("x-api-key"), None);
}

#[tokio::test]
async fn a_gate_decides_when_each_part_goes() {
    let (vendor, cli) = signed_in().await;
    vendor.script().when("slowly", Say::numbered(3).gated("parts"));
    let mut chat = cli.chat(&[]);
    chat.say("slowly").await;
    within("the answer waits", vendor.gates().reached("parts", 1)).await;
    for part in ["1 ", "2 ", "3 "] {
        vendor.gates().release("parts", 1);
        let lines = chat.until(|line| line["event"]["delta"]["type"] == "text_delta").await;
        assert_eq!(streamed(&lines, "text_delta"), part);
    }
    let rest = chat.until(|line| line["type"] == "result").await;
    assert_eq!(streamed(&rest, "text_delta"), "");
}

/// The CLI gives up a stream that carries nothing for three minutes, and here for ten seconds, the least it can be told.
#[tokio::test]
async fn an_answer_that_waits_before_its_gate_is_not_given_up_for_silence() {
    let (vendor, cli) = signed_in().await;
    let patience = cli.with("CLAUDE_ENABLE_BYTE_WATCHDOG", "1").with("CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS", "10000");
    vendor.script().when("slowly", Say::numbered(3).gated("parts"));
    let mut chat = patience.chat(&[]);
    chat.say("slowly").await;
    within("the answer waits", vendor.gates().reached("parts", 1)).await;
    let given_up = chat.until(|line| line["type"] == "result" || line["subtype"] == "api_retry");
    assert!(tokio::time::timeout(Duration::from_secs(15), given_up).await.is_err(), "the answer was given up");
    vendor.gates().open("parts");
    let turn = chat.until(|line| line["type"] == "result").await;
    assert_eq!(streamed(&turn, "text_delta"), "1 2 3 ");
    assert_eq!(vendor.record().of("/v1/messages").len(), 1, "it was asked for again");
}

#[tokio::test]
async fn a_client_that_goes_away_in_mid_answer_is_recorded() {
    let (vendor, cli) = signed_in().await;
    vendor.script().when("slowly", Say::numbered(3).gated("never"));
    let mut chat = cli.chat(&[]);
    chat.say("slowly").await;
    within("the answer waits", vendor.gates().reached("never", 1)).await;
    assert!(vendor.record().of("/v1/messages")[0].is_pending());
    chat.kill().await;
    let broken =
        |record: &condrix_tests::vendor::Record| matches!(record.of("/v1/messages")[0].outcome, Outcome::Broken { .. });
    within("the break is seen", vendor.record().until(broken)).await;
    assert_eq!(vendor.gates().waiting("never"), 0);
}

#[tokio::test]
async fn an_interrupt_ends_the_answer_and_the_conversation_goes_on() {
    let (vendor, cli) = signed_in().await;
    vendor.script().when("slowly", Say::numbered(3).gated("never"));
    let mut chat = cli.chat(&[]);
    chat.say("slowly").await;
    within("the answer waits", vendor.gates().reached("never", 1)).await;
    let interrupt = serde_json::json!({ "subtype": "interrupt" });
    chat.send(&serde_json::json!({ "type": "control_request", "request_id": "i1", "request": interrupt })).await;
    let turn = chat.until(|line| line["type"] == "result").await;
    assert_eq!(turn.last().unwrap()["terminal_reason"], "aborted_streaming");
    let turn = chat.turn("go on").await;
    assert_eq!(turn.last().unwrap()["result"], "You said: go on");
}

#[tokio::test]
async fn a_stream_that_breaks_in_its_text_is_asked_for_again_under_another_message_id() {
    let (vendor, cli) = signed_in().await;
    let partial = Say { thinking: Some(String::new()), ..Say::numbered(2) };
    vendor.script().when("break", partial.gated("parts").ending(End::Cut));
    let mut chat = cli.chat(&[]);
    chat.say("break").await;
    vendor.gates().release("parts", 2);
    let mut turn = chat.until(|line| line["event"]["delta"]["text"] == "2 ").await;
    vendor.gates().open("parts");
    turn.extend(chat.until(|line| line["type"] == "result").await);
    let started = turn.iter().find_map(|line| line["event"]["message"]["id"].as_str()).unwrap();
    let whole = turn.iter().find(|line| line["type"] == "assistant").unwrap();
    assert_ne!(whole["message"]["id"], started);
    assert_eq!(turn.last().unwrap()["result"], "1 2 ");
    assert_eq!(vendor.record().of("/v1/messages").len(), 2);
}

/// A block that was complete has been shown, so the CLI does not ask again.
#[tokio::test]
async fn a_stream_that_breaks_after_a_complete_block_fails_the_turn() {
    let (vendor, cli) = signed_in().await;
    vendor.script().when("break", Say::numbered(2).gated("parts").ending(End::Cut));
    let mut chat = cli.chat(&[]);
    chat.say("break").await;
    vendor.gates().release("parts", 2);
    chat.until(|line| line["event"]["delta"]["text"] == "2 ").await;
    vendor.gates().open("parts");
    let turn = chat.until(|line| line["type"] == "result").await;
    let result = turn.last().unwrap();
    assert_eq!(result["is_error"], true);
    assert!(result["result"].as_str().unwrap().contains("Connection closed mid-response"), "{result}");
}
