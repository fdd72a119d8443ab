//! Revocation, the promise: what was admitted ends at once, and nobody else notices.

mod api_key;
mod command_line;
mod credentials;
mod left_behind;
mod mid_answer;
mod mid_refresh;
mod races;
mod shared_connection;

use condrix_tests::rig::{Core, CoreOptions, Reader, World, eventually};
use serde_json::Value;
use std::time::Duration;
use toml::toml;

/// How long a stream that was cut may take to show it, on a machine that does other things too. One that survives would go
/// on for ever.
const AT_ONCE: Duration = Duration::from_secs(30);

/// A Core whose agent asks again soon after a refusal. With a key it needs no sign-in.
async fn impatient_core(world: &World, name: &str, key: Option<&str>) -> Core {
    if let Some(key) = key {
        world.vendor.accept_api_key(key);
    }
    let settings = toml! { refused_retry = "200ms" };
    let options = CoreOptions { settings, api_key: key.map(str::to_owned), ..CoreOptions::default() };
    world.core_with(name, &options).await
}

/// Asserts that streams have ended, or do so at once.
async fn assert_cut(what: &str, readers: &mut [Reader]) {
    let ends = futures::future::join_all(readers.iter_mut().map(Reader::to_the_end));
    let ended = tokio::time::timeout(AT_ONCE, ends).await;
    assert!(ended.is_ok(), "{what}: a stream goes on");
}

/// The Core as the gateway shows it.
async fn shown(world: &World, core: &Core) -> Value {
    world.ada.get(&format!("/api/v1/cores/{}", core.id())).await.expect(200)
}

/// Waits until the agent has been refused once more than when this was called.
async fn refused_again(world: &World, core: &Core) {
    let refusals = || {
        let log = world.gateway.log_text();
        log.lines().filter(|line| line.contains("a link was refused") && line.contains(core.id())).count()
    };
    let before = refusals();
    eventually("the agent dials again and is refused", async || (refusals() > before).then_some(())).await;
}

/// Nothing of a Core's work runs any more: its agent is alone.
async fn agent_alone(core: &mut Core) {
    let agent = core.program().pid();
    eventually("the Core's work has ended", async || {
        core.processes().iter().all(|process| Some(process.pid) == agent).then_some(())
    })
    .await;
}
