//! A key is part of the host's configuration: nobody is signed out of it, and the receipt says so.

use super::{impatient_core, shown};
use condrix_tests::rig::World;
use condrix_tests::rig::conversation::said;
use serde_json::{Value, json};

#[tokio::test]
async fn a_sign_out_leaves_an_api_key_and_the_core_works_with_it_once_restored() {
    let world = World::start().await;
    let core = impatient_core(&world, "keyed", Some("sk-ant-api03-keyed")).await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("hello").await;

    let path = format!("/api/v1/cores/{}/revoke", core.id());
    let receipt = world.ada.post(&path, &json!({ "sign_out": true })).await.expect(200);
    assert_eq!(receipt["agent"]["sign_out"], "api_key_remains", "{receipt}");
    assert_eq!((&receipt["agent"]["method"], &receipt["agent"]["unfinished"]), (&json!("api_key"), &json!(0)));
    assert!(receipt["remaining"].as_str().is_some_and(|text| text.contains("API key remains")), "{receipt}");

    world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    let claude = core.claude(&world.ada).await;
    assert_eq!((&claude["method"], &claude["state"]), (&json!("api_key"), &json!("signed_in")));
    assert_eq!(shown(&world, &core).await["claude"]["method"], "api_key");
    let mut chat = chat.joined_by(&world.ada).await;
    assert_eq!(said(&chat.turn("and now?").await, "text"), "You said: and now?");

    let output = world.gateway.command(&["core", "revoke", "keyed", "--sign-out"], "").await;
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("uses an API key") && printed.contains("vendor's console"), "{printed}");
}

#[tokio::test]
async fn of_a_core_that_never_signed_in_nothing_is_said_to_remain() {
    let world = World::start().await;
    let core = impatient_core(&world, "fresh", None).await;
    let path = format!("/api/v1/cores/{}/revoke", core.id());
    for order in [json!({}), json!({ "sign_out": true })] {
        let receipt = world.ada.post(&path, &order).await.expect(200);
        assert_eq!(receipt["remaining"], Value::Null, "{receipt}");
    }
}
