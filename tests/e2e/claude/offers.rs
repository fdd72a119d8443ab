//! What the CLI says of itself and of the plan.

use condrix_tests::rig::World;
use condrix_tests::rig::conversation::of_kind;
use condrix_tests::vendor::Answer;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn commands_are_listed_and_the_plans_limits_are_told_as_the_cli_reports_them() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    // No process has run yet: the CLI is asked.
    let before = world.ada.get(&chat.path("commands")).await.expect(200);
    let compact = before["commands"].as_array().unwrap().iter().find(|command| command["name"] == "compact");
    assert!(
        compact.is_some_and(|command| command["description"].as_str().is_some_and(|text| !text.is_empty())),
        "{before}"
    );
    let bob = world.gateway.add_user("bob").await;
    bob.get(&chat.path("commands")).await.expect_problem(403, "owner-only");

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    world.vendor.script().once("more", Answer::PlanLimit { resets_at: now + 3_600 });
    let turn = chat.turn("more").await;
    let reported = of_kind(&turn, "rate_limit").pop().unwrap_or_else(|| panic!("no limit: {turn:?}"));
    assert_eq!(reported["limit"]["status"], "rejected");
    let told = core.claude(&world.ada).await;
    let limits = told["limits"].as_array().unwrap();
    let limit = limits.iter().find(|limit| limit["window"] == reported["limit"]["window"]).unwrap();
    assert_eq!((&limit["status"], &limit["resets_at"]), (&json!("rejected"), &reported["limit"]["resets_at"]));
    assert!(limit["resets_at"].is_string() && limit["said_at"].is_string(), "{limit}");
    core.until_known(&world.ada, "the limit", |claude| claude["limits"] == told["limits"]).await;
    core.sign_out(&world.ada).await.expect(200);
    assert_eq!(core.claude(&world.ada).await["limits"], json!([]), "of no plan, no limits");
}
