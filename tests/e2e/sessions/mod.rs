//! What people do with sessions, through the gateway, with the genuine CLI.

mod forks;
mod kept;
mod news;
mod removed;

use condrix_tests::rig::{Core, World};

const KEY: &str = "sk-ant-api03-of-a-core-under-test";

async fn core_with_key() -> (World, Core) {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    (world, core)
}
