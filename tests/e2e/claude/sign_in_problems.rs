//! Every way in which a sign-in goes wrong is told apart, and no process is left behind.

use super::{KEY, with_claude};
use condrix_tests::rig::tree::Process;
use condrix_tests::rig::{Core, World};
use condrix_tests::vendor::TokenFault;
use serde_json::json;

/// Neither credentials nor anything that could still make some.
async fn is_signed_out(world: &World, core: &Core) {
    core.quiet().await;
    assert!(core.credentials().is_none());
    assert_eq!(core.claude(&world.ada).await["state"], "signed_out");
}

#[tokio::test]
async fn what_is_no_code_of_this_sign_in_leaves_it_waiting() {
    let world = World::start().await;
    let core = world.core("one").await;
    let sign_in = core.begin_sign_in(&world.ada).await;
    let approved = world.vendor.approve(&sign_in.url, "ada").unwrap();
    let (bare, state) = approved.split_once('#').unwrap();
    let long = "x".repeat(5_000);
    for malformed in ["", "  ", bare, "#", &format!("#{state}"), &format!("{bare}#"), "a b#c", "a#b#c", "a\nb#c", &long]
    {
        core.hand_in(&world.ada, &sign_in, malformed).await.expect_problem(422, "sign-in-malformed");
    }
    for other in ["another-state", &state[1..], &state.to_uppercase()] {
        let wrong = format!("{bare}#{other}");
        core.hand_in(&world.ada, &sign_in, &wrong).await.expect_problem(422, "sign-in-wrong-state");
    }
    let address = core.path(&format!("claude/sign-ins/{}/code", sign_in.id));
    world.ada.post(&address, &json!({ "kode": approved })).await.expect_problem(422, "invalid-body");
    assert!(world.vendor.record().of("/v1/oauth/token").is_empty(), "none of it reached the vendor");
    let signed_in = core.hand_in(&world.ada, &sign_in, &approved).await.expect(200);
    assert_eq!(signed_in["state"], "signed_in");
    core.quiet().await;
    core.hand_in(&world.ada, &sign_in, &approved).await.expect_problem(409, "conflict");
}

#[tokio::test]
async fn a_wrong_code_and_a_vendor_out_of_reach_are_told_apart() {
    let world = World::start().await;
    let core = world.core("one").await;
    let sign_in = core.begin_sign_in(&world.ada).await;
    let wrong = format!("wrong#{}", sign_in.asked("state").unwrap());
    core.hand_in(&world.ada, &sign_in, &wrong).await.expect_problem(422, "sign-in-wrong-code");
    is_signed_out(&world, &core).await;
    // The CLI tries once.
    core.hand_in(&world.ada, &sign_in, &wrong).await.expect_problem(410, "sign-in-lapsed");

    for fault in [TokenFault::Drop, TokenFault::Status(500)] {
        let sign_in = core.begin_sign_in(&world.ada).await;
        world.vendor.token_faults().push(fault);
        let approved = world.vendor.approve(&sign_in.url, "ada").unwrap();
        core.hand_in(&world.ada, &sign_in, &approved).await.expect_problem(502, "sign-in-network");
        is_signed_out(&world, &core).await;
    }
    assert_eq!(world.vendor.live_sign_ins("ada"), 0);
    assert_eq!(core.sign_in(&world.ada, &world.vendor, "ada").await["state"], "signed_in");
}

/// The CLI may be asked for its status beside a login.
fn logins(core: &Core) -> Vec<u32> {
    let is_login = |process: &Process| process.arguments.get(1..3).is_some_and(|words| words == ["auth", "login"]);
    core.cli_processes().into_iter().filter(is_login).map(|process| process.pid).collect()
}

#[tokio::test]
async fn a_sign_in_belongs_to_who_began_it_and_gives_way_to_their_next() {
    let world = World::start().await;
    let ben = world.gateway.add_user("ben").await;
    let core = world.core("one").await;
    let first = core.begin_sign_in(&world.ada).await;
    let process = logins(&core).pop().expect("a login runs");
    let second = core.begin_sign_in(&world.ada).await;
    assert_ne!(first.id, second.id);
    assert_ne!(first.asked("state"), second.asked("state"));
    let running = logins(&core);
    assert!(running.len() == 1 && !running.contains(&process), "{running:?}");
    let late = world.vendor.approve(&first.url, "ada").unwrap();
    core.hand_in(&world.ada, &first, &late).await.expect_problem(409, "sign-in-superseded");

    ben.post(&core.path("claude/sign-ins"), &json!({})).await.expect_problem(409, "sign-in-in-progress");
    let approved = world.vendor.approve(&second.url, "ada").unwrap();
    core.hand_in(&ben, &second, &approved).await.expect_problem(403, "forbidden");
    let address = core.path(&format!("claude/sign-ins/{}", second.id));
    ben.delete(&address).await.expect_problem(403, "forbidden");
    let unknown = core.path("claude/sign-ins/00000000-0000-7000-8000-000000000000/code");
    world.ada.post(&unknown, &json!({ "code": approved })).await.expect_problem(404, "not-found");

    assert_eq!(world.ada.delete(&address).await.status, 204);
    is_signed_out(&world, &core).await;
    core.hand_in(&world.ada, &second, &approved).await.expect_problem(410, "sign-in-lapsed");
    assert_eq!(core.sign_in(&ben, &world.vendor, "ben").await["account"], "ben@example.net");
}

#[tokio::test]
async fn a_sign_in_lapses_and_its_process_with_it() {
    let world = World::start().await;
    let core = world.core_with("one", &with_claude("sign_in_timeout", "1s")).await;
    let sign_in = core.begin_sign_in(&world.ada).await;
    let approved = world.vendor.approve(&sign_in.url, "ada").unwrap();
    core.quiet().await;
    core.hand_in(&world.ada, &sign_in, &approved).await.expect_problem(410, "sign-in-lapsed");
    is_signed_out(&world, &core).await;
    assert!(world.vendor.record().of("/v1/oauth/token").is_empty());
}

#[tokio::test]
async fn a_core_with_a_key_takes_no_sign_in_and_no_sign_out() {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    let refused = world.ada.post(&core.path("claude/sign-ins"), &json!({})).await;
    refused.expect_problem(409, "api-key-configured");
    core.sign_out(&world.ada).await.expect_problem(409, "api-key-configured");
    core.quiet().await;
    assert_eq!(core.claude(&world.ada).await["state"], "signed_in");
}
