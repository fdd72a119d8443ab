//! Terminals: a shell on a Core that outlives whoever looks at it.

mod attach;
mod lives;
mod several;
mod what_works;
mod who;

use condrix_tests::rig::{Core, World};

const KEY: &str = "sk-ant-api03-terminals";

/// A Core that needs no sign-in.
async fn world() -> (World, Core) {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    (world, core)
}
