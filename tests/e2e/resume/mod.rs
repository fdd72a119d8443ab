//! A reader that comes back has exactly the history of one that stayed, whatever died meanwhile.

mod agent;
mod gateway;
mod idle;
mod reader;

use condrix_tests::rig::World;
use condrix_tests::vendor::Say;

const COUNT: &str = "count, please";

/// The next message [`COUNT`] is answered with so many numbers, each let through by a gate.
fn will_count(world: &World, numbers: u32, gate: &str) {
    world.vendor.script().once(COUNT, Say::numbered(numbers).gated(gate));
}
