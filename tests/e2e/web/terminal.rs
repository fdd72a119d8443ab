//! The terminal panel.

use condrix_tests::rig::{CoreOptions, World};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use toml::toml;

#[tokio::test]
async fn a_terminal_loses_no_line_to_the_network_a_reload_or_a_killed_agent() {
    let world = World::start().await;
    let settings = toml! {
        [terminals]
        shell = "/bin/bash"
    };
    let core = world.core_with("studio", &CoreOptions { settings, ..CoreOptions::default() }).await;
    let core = Mutex::new(core);
    let answer = async |what: &str, _: &Value| match what {
        "kill the agent" => {
            core.lock().await.program().kill().await;
            Value::Null
        }
        "start the agent" => {
            core.lock().await.run_at_once();
            Value::Null
        }
        other => panic!("nobody answers: {other}"),
    };
    world.stage(json!({})).play("terminal", answer).await;
}
