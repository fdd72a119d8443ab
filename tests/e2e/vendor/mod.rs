//! What the genuine CLI does, shown on the stand-in alone: the ground that the agent is built on.

mod api_key;
mod control;
mod credentials;
mod message;
mod sign_in;
mod tool;
mod troubles;

use condrix_tests::rig::GenuineCli;
use condrix_tests::vendor::Vendor;

async fn signed_in() -> (Vendor, GenuineCli) {
    let vendor = Vendor::start().await;
    let cli = GenuineCli::new(&vendor);
    cli.sign_in(&vendor, "ada").await;
    (vendor, cli)
}
