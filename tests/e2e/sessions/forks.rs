//! A fork knows what was said before it, and nothing of what is said afterwards in the original.

use super::core_with_key;
use condrix_tests::rig::World;
use condrix_tests::rig::conversation::{of_kind, said};
use condrix_tests::vendor::Say;
use serde_json::{Value, json};

/// The last request for an answer that holds a text.
fn asked(world: &World, text: &str) -> String {
    let requests = world.vendor.record().matching(|request| request.route() == "/v1/messages");
    let bodies = requests.iter().map(condrix_tests::vendor::Request::json);
    let mut conversations = bodies.filter(|body| body["tools"][0].is_object()).map(|body| body["messages"].to_string());
    conversations.rfind(|messages| messages.contains(text)).unwrap_or_else(|| panic!("nobody asked {text}"))
}

#[tokio::test]
async fn a_fork_goes_on_from_there_and_neither_hears_of_the_other() {
    let (world, core) = core_with_key().await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("plant-a-rose").await;

    world.vendor.script().once("slowly", Say::numbered(1).gated("slowly"));
    let turn = chat.say("slowly").await;
    chat.until_kind("turn_started").await;
    let refused = world.ada.post(&chat.path("fork"), &json!({})).await;
    refused.expect_problem(409, "session-busy");
    world.vendor.gates().open("slowly");
    chat.end_of(&turn).await;

    // At once: what the CLI has not written down yet belongs to it too.
    let mut fork = chat.fork(&json!({ "title": "Another way" })).await;
    chat.turn("water-the-tulip").await;
    let known = asked(&world, "water-the-tulip");
    assert!(known.contains("plant-a-rose") && known.contains("slowly"), "{known}");

    let turn = fork.turn("prune-the-hedge").await;
    assert_eq!(said(&turn, "text"), "You said: prune-the-hedge");
    let known = asked(&world, "prune-the-hedge");
    assert!(known.contains("plant-a-rose") && known.contains("You said: plant-a-rose"), "{known}");
    assert!(known.contains("slowly") && known.contains("1 "), "{known}");
    assert!(!known.contains("water-the-tulip"), "{known}");

    chat.turn("and-now").await;
    assert!(!asked(&world, "and-now").contains("prune-the-hedge"));
    fork.turn("go-on").await;
    assert!(asked(&world, "go-on").contains("prune-the-hedge"), "the fork's own process resumes the fork");

    let (first, shown) = (&fork.seen()[0], world.ada.get(&fork.path("")).await.expect(200));
    let original = world.ada.get(&chat.path("")).await.expect(200);
    assert_eq!((&first["kind"], &first["forked_from"]["session"]), (&json!("session_created"), &original["id"]));
    assert_eq!((&shown["forked_from"], &shown["title"]), (&original["id"], &json!("Another way")));
    let through = usize::try_from(first["forked_from"]["through"].as_u64().unwrap()).unwrap();
    assert_eq!(fork.seen()[1..through], chat.seen()[1..through], "the history up to there is the same");
    let messages: Vec<&Value> =
        of_kind(fork.seen(), "message_accepted").into_iter().map(|event| &event["text"]).collect();
    assert_eq!(messages, ["plant-a-rose", "slowly", "prune-the-hedge", "go-on"]);

    // The original may go: a later process of the fork does not need it either.
    assert_eq!(world.ada.delete(&chat.path("")).await.status, 204);
    fork.change(&json!({ "archived": true })).await.expect(200);
    core.quiet().await;
    fork.change(&json!({ "archived": false })).await.expect(200);
    fork.turn("still-there").await;
    assert!(asked(&world, "still-there").contains("plant-a-rose"));
}
