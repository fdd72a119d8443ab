//! Signing out: all work ends and is told as it ended, and so is a sign-out that did not end as wished.

use super::nobody_is_being_answered;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::rig::{Core, World, eventually, within};
use condrix_tests::vendor::{Answer, Say, TokenFault};
use serde_json::{Value, json};
use std::time::Duration;

async fn signed_in() -> (World, Core) {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    (world, core)
}

#[tokio::test]
async fn a_vendor_that_could_not_be_told_is_reported_and_the_credentials_are_gone_all_the_same() {
    let (world, core) = signed_in().await;
    world.vendor.fail_revocations(true);
    let answer = core.sign_out(&world.ada).await.expect(200);
    assert_eq!(answer["outcome"], "deleted_locally");
    assert!(core.credentials().is_none());
    assert_eq!(core.claude(&world.ada).await["state"], "signed_out");
    assert_eq!(world.vendor.live_sign_ins("ada"), 1, "there the sign-in lives on, and the answer says so");

    world.vendor.fail_revocations(false);
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    assert_eq!(core.sign_out(&world.ada).await.expect(200)["outcome"], "revoked");
    assert_eq!(world.vendor.live_sign_ins("ada"), 1, "only the first one is left");
    assert_eq!(core.sign_out(&world.ada).await.expect(200)["outcome"], "not_signed_in");
}

#[tokio::test]
async fn a_refresh_in_flight_brings_no_credentials_back() {
    let (world, core) = signed_in().await;
    world.vendor.script().once("go on", Say::numbered(3).gated("answer"));
    let mut chat = core.converse(&world.ada, "garden").await;
    let turn = chat.say("go on").await;
    within("it answers", world.vendor.gates().reached("answer", 1)).await;
    world.vendor.token_faults().push(TokenFault::HoldAnswer("refresh".to_owned()));
    core.let_the_access_token_age(Duration::from_secs(200));
    within("the refresh is in flight", world.vendor.gates().reached("refresh", 1)).await;

    let signing_out = core.sign_out(&world.ada);
    let meanwhile = async {
        // The sign-out has begun when it has ended the turn; the refresh is answered only then.
        assert_eq!(chat.end_of(&turn).await.last().unwrap()["reason"], "signed_out");
        assert!(core.credentials().is_some(), "nothing is deleted under a refresh");
        world.vendor.gates().open("refresh");
    };
    let (answer, ()) = tokio::join!(signing_out, meanwhile);
    assert_eq!(answer.expect(200)["outcome"], "revoked");
    core.quiet().await;
    assert!(core.credentials().is_none());
    assert_eq!((world.vendor.refreshes(Some("ada")), world.vendor.live_sign_ins("ada")), (1, 0));
    nobody_is_being_answered(&world).await;

    core.sign_in(&world.ada, &world.vendor, "ada").await;
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");
    assert_eq!(core.claude(&world.ada).await["method"], json!("oauth"));
}

/// What a person has started of the CLI by hand has the sign-in in its memory.
#[tokio::test]
async fn a_sign_out_ends_the_cli_in_terminals_and_leaves_the_terminals() {
    let (world, core) = signed_in().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    // It waits for a message.
    terminal.keys("claude -p --input-format stream-json --output-format stream-json --verbose\r").await;
    let running =
        || core.processes().into_iter().any(|process| process.arguments.first().is_some_and(|name| name == "claude"));
    eventually("the CLI runs in the terminal", async || running().then_some(())).await;
    let answer = core.sign_out(&world.ada).await.expect(200);
    assert_eq!((&answer["outcome"], &answer["terminal_processes_ended"]), (&json!("revoked"), &json!(1)));
    assert!(!running());
    let said = terminal.run("echo it goes on").await;
    assert!(said.contains("it goes on"), "{said}");
    assert_eq!(core.sign_out(&world.ada).await.expect(200)["terminal_processes_ended"], 0);
}

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
