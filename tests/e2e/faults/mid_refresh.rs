//! The CLI itself is killed while it refreshes the sign-in. What it was about to write nobody has: the vendor has spent the
//! old token, and the new one went nowhere. Then the sign-in may be over. It must be said, and nothing may hang.

use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{World, eventually, tree, within};
use condrix_tests::vendor::TokenFault;
use rustix::process::Signal;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The CLI refreshes when five minutes or less remain.
const NEAR_ITS_END: Duration = Duration::from_secs(200);

#[tokio::test]
async fn a_cli_killed_in_mid_refresh_may_cost_the_sign_in_and_never_hangs() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let mut chat = core.converse(&world.ada, "garden").await;
    chat.turn("hello").await;
    world.vendor.token_faults().push(TokenFault::HoldAnswer("refresh".to_owned()));
    core.let_the_access_token_age(NEAR_ITS_END);
    within("the refresh is in flight", world.vendor.gates().reached("refresh", 1)).await;
    let killed: Vec<u32> = core.cli_processes().iter().map(|process| process.pid).collect();
    for pid in &killed {
        tree::kill(*pid, Signal::KILL);
    }
    let gone = async || core.cli_processes().iter().all(|process| !killed.contains(&process.pid)).then_some(());
    eventually("the CLI is gone", gone).await;
    world.vendor.gates().open("refresh");

    // However this turn ends, it ends.
    chat.turn("and now?").await;
    let known = core.until_known(&world.ada, "it is said how it stands", |claude| {
        let expires = claude["expires_at"].as_str().and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
        let refreshed = expires.is_some_and(|at| at - OffsetDateTime::now_utc() > time::Duration::hours(7));
        claude["state"] == "expired" || claude["state"] == "signed_in" && refreshed
    });
    if known.await["state"] == "expired" {
        core.sign_in(&world.ada, &world.vendor, "ada").await;
    }
    assert_eq!(said(&chat.turn("are you back?").await, "text"), "You said: are you back?");
}
