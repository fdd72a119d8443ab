//! A sign-out while there is work: all of it ends, and is told as it ended.

use super::nobody_is_being_answered;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::{World, within};
use condrix_tests::vendor::{Answer, Say};
use serde_json::{Value, json};

#[tokio::test]
async fn a_sign_out_ends_the_turn_the_question_and_the_message_that_waits() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;

    let mut answering = core.converse(&world.ada, "answering").await;
    world.vendor.script().once("slowly", Say::numbered(9).gated("slowly"));
    world.vendor.gates().release("slowly", 2);
    let running = answering.say("slowly").await;
    answering.until_kind("text_delta").await;
    let waiting = answering.post("and then?", "waits").await.expect(202)["turn"].clone();

    let mut asking = core.converse(&world.ada, "asking").await;
    let input = json!({ "command": "touch nothing", "description": "touch" });
    world.vendor.script().once("touch", Answer::Tool { name: "Bash".to_owned(), input, text: None });
    let asked = asking.say("touch").await;
    let approval = asking.until_kind("approval_requested").await;

    let outcome = core.sign_out(&world.ada).await.expect(200);
    assert_eq!(outcome["outcome"], "revoked", "{outcome}");
    core.quiet().await;
    assert_eq!((world.vendor.live_sign_ins("ada"), core.token("refreshToken")), (0, None));
    within("nobody is answered", nobody_is_being_answered(&world)).await;

    let ended = |events: &[Value]| {
        let end = events.last().expect("a turn has an end");
        assert_eq!((&end["kind"], &end["reason"]), (&json!("turn_interrupted"), &json!("signed_out")), "{end}");
    };
    ended(&answering.end_of(&running).await);
    ended(&answering.end_of(waiting.as_str().unwrap()).await);
    let events = asking.end_of(&asked).await;
    ended(&events);
    let withdrawn = of_kind(&events, "approval_withdrawn");
    assert_eq!((&withdrawn[0]["approval"], &withdrawn[0]["reason"]), (&approval["approval"], &json!("process_ended")));
    assert_eq!(asking.pending().await, Vec::<Value>::new());
    asking.decide(&approval, &json!({ "decision": "allow" })).await.expect_problem(410, "approval-withdrawn");

    // A retry is told its turn, signed in or not; anything else is refused.
    assert_eq!(answering.post("and then?", "waits").await.expect(202)["turn"], waiting);
    answering.post("something else", "waits").await.expect_problem(422, "idempotency-key-reused");
    answering.post("anybody?", "new").await.expect_problem(409, "not-signed-in");

    core.sign_in(&world.ada, &world.vendor, "ada").await;
    assert_eq!(said(&answering.turn("and now?").await, "text"), "You said: and now?");
}
