//! Terminals: a shell on a Core that outlives whoever looks at it.

mod attach;
mod drops;
mod lives;
mod recording;
mod several;
mod what_works;
mod who;

use condrix_tests::rig::{Core, CoreOptions, World};

const KEY: &str = "sk-ant-api03-terminals";

/// A Core that needs no sign-in.
async fn world() -> (World, Core) {
    world_with(toml::Table::new()).await
}

/// The same, with settings of `[terminals]`.
async fn world_with(mut terminals: toml::Table) -> (World, Core) {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    // The Core's user may have no shell of its own here, and the plainest one edits no lines.
    terminals.entry("shell").or_insert("/bin/bash".into());
    let settings = toml::Table::from_iter([("terminals".to_owned(), terminals.into())]);
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("one", &options).await;
    (world, core)
}
