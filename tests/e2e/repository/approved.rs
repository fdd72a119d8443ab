//! What a person has approved runs as the Core's user and may read what that user may. The documents say so; what the
//! egress guard adds is that a credential does not travel on by accident.

use super::{Stage, text_of};
use condrix_tests::rig::leaks::files_with;
use condrix_tests::vendor::Answer;
use serde_json::json;

#[tokio::test]
async fn an_approved_command_may_read_the_sign_in_and_its_value_is_masked_in_every_event() {
    let stage = Stage::set().await;
    let tokens = ["accessToken", "refreshToken"].map(|name| stage.core.token(name).unwrap());
    let copy = stage.touched.join("copy");
    let command = format!("cat {0}; cp {0} {1}", text_of(&stage.core.credentials_file()), text_of(&copy));
    let input = json!({ "command": command, "description": "read" });
    stage.world.vendor.script().once("read it", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let mut chat = stage.session("default").await;
    let turn = chat.say("read it").await;
    let asked = chat.until_kind("approval_requested").await;
    chat.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    chat.end_of(&turn).await;
    // It could: nothing here prevents what a person has approved.
    assert!(std::fs::read_to_string(copy).unwrap().contains(&tokens[0]));

    let events = serde_json::to_string(chat.seen()).unwrap();
    assert!(events.contains("credential masked"), "{events}");
    for token in tokens {
        assert!(!events.contains(&token), "a token in an event");
        assert!(files_with(&stage.core.state(), &token).is_empty(), "a token in the journal");
        assert!(!stage.core.log_text().contains(&token) && !stage.world.gateway.log_text().contains(&token));
    }
}
