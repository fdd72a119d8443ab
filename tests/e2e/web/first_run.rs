//! Whoever begins with nothing but the printed link.

use condrix_tests::rig::{Core, CoreOptions, World};
use serde_json::{Value, json};
use tokio::sync::Mutex;

#[tokio::test]
async fn the_printed_link_leads_to_a_core_that_joins_its_sign_in_and_a_first_answer() {
    let world = World::start().await;
    let link = world.gateway.order(&["setup-link"], "").await;
    let host = Mutex::new(Core::prepare("studio", &world.gateway, &world.vendor, &CoreOptions::default()));
    let answer = async |what: &str, with: &Value| {
        assert_eq!(what, "the host", "nothing else is asked");
        assert_eq!(with["gateway"], format!("core-agent join {}", world.gateway.url().as_str().trim_end_matches('/')));
        let mut host = host.lock().await;
        let joined = host.join(with["token"].as_str().expect("a token")).await;
        assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        host.run();
        Value::Null
    };
    world.stage(json!({ "link": link["link"], "core": "studio" })).play("first-run", answer).await;
}
