//! Claude on a Core, through the gateway, with the genuine CLI.

mod answers;
mod api_key;
mod approvals;
mod bypass;
mod configuration;
mod connectors;
mod console;
mod images;
mod mcp;
mod messages;
mod offers;
mod owner;
mod places;
mod processes;
mod refresh;
mod restart;
mod sign_in;
mod sign_in_ended;
mod sign_in_problems;
mod sign_out;
mod spare;
mod three_cores;
mod unconfirmed;
mod vendor_troubles;
mod withdrawn;
mod wrapped;

use condrix_tests::rig::{Conversation, Core, CoreOptions, World, fresh_key, within};
use condrix_tests::vendor::{Answer, Request};
use serde_json::Value;

const KEY: &str = "sk-ant-api03-of-a-core-under-test";

/// The least that answers: a Core with a key needs no sign-in.
async fn core_with_key() -> (World, Core) {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    (world, core)
}

/// A Core with other settings of its Claude section.
fn with_claude(key: &str, value: &str) -> CoreOptions {
    let settings = toml::from_str(&format!("[claude]\n{key} = {value:?}\n")).expect("a setting is TOML");
    CoreOptions { settings, ..CoreOptions::default() }
}

/// Waits until the vendor answers nobody any more.
async fn nobody_is_being_answered(world: &World) {
    let idle = |record: &condrix_tests::vendor::Record| !record.of("/v1/messages").iter().any(Request::is_pending);
    within("the vendor answers nobody", world.vendor.record().until(idle)).await;
}

/// The value of a metric with these labels.
fn metric(text: &str, series: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().expect("these metrics are whole numbers"))
}

/// The metric of a Core's sign-in by one method.
async fn signed_in_metric(world: &World, core: &Core, method: &str) -> Option<i64> {
    let series = format!("condrix_core_claude_signed_in{{core=\"{}\",method=\"{method}\"}}", core.id());
    metric(&world.gateway.metrics().await, &series)
}

async fn expiry_metric(world: &World, core: &Core) -> Option<i64> {
    let series = format!("condrix_core_claude_token_expiry_timestamp_seconds{{core=\"{}\"}}", core.id());
    metric(&world.gateway.metrics().await, &series)
}

/// Lets the model use a tool. Returns the turn.
async fn uses(world: &World, chat: &Conversation, name: &str, input: Value) -> String {
    let trigger = format!("use {}", fresh_key());
    world.vendor.script().once(&trigger, Answer::Tool { name: name.to_owned(), input, text: None });
    chat.say(&trigger).await
}

/// The same, of a tool that is asked for. Returns the turn and the question.
async fn asks(world: &World, chat: &mut Conversation, name: &str, input: Value) -> (String, Value) {
    let turn = uses(world, chat, name, input).await;
    let asked = chat.until_kind("approval_requested").await;
    assert_eq!(asked["tool"], name);
    (turn, asked)
}
