//! What the end-to-end tests and benchmarks stand on: a stand-in for the vendor, and a rig that runs the real binaries.

pub mod rig;
pub mod rogue;
pub mod vendor;
pub mod wire;
