//! The stage itself: programs start, people log in, Cores come online, and everything is gone afterwards.

use condrix_tests::rig::{Credentials, Gateway, World, eventually, tree};
use serde_json::json;

#[tokio::test]
async fn a_user_of_the_command_line_logs_in_and_a_program_acts_for_them() {
    let gateway = Gateway::start().await;
    assert_eq!(gateway.client().get("/api/v1/me").await.problem().as_deref(), Some("unauthenticated"));
    let ada = gateway.add_user("ada").await;
    assert!(matches!(ada.credentials(), Credentials::Cookie(_)));
    assert_eq!(ada.get("/api/v1/me").await.expect(200)["name"], "ada");
    let program = ada.as_program("a script").await;
    assert!(matches!(program.credentials(), Credentials::Bearer(_)));
    assert_eq!(program.get("/api/v1/me").await.expect(200)["credential"]["kind"], "api_token");
}

#[tokio::test]
async fn logging_out_is_answered_and_ends_that_login_alone() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let program = ada.as_program("a script").await;
    assert_eq!(ada.post("/api/v1/logout", &json!({})).await.status, 204);
    ada.get("/api/v1/me").await.expect_problem(401, "unauthenticated");
    assert_eq!(program.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_gateway_that_was_killed_comes_back_with_what_it_knew() {
    let mut gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    gateway.program().kill().await;
    gateway.start_again().await;
    assert_eq!(ada.get("/api/v1/me").await.expect(200)["name"], "ada");
    assert!(gateway.metrics().await.contains("condrix_build_info"));
}

#[tokio::test]
async fn a_core_pairs_comes_online_and_leaves_nothing_behind() {
    let world = World::start().await;
    let mut core = world.core("one").await;
    let listed = world.ada.get("/api/v1/cores").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["items"][0]["name"], "one");
    let agent = core.program().pid().unwrap();
    let processes = core.processes();
    assert!(processes.iter().any(|process| process.pid == agent), "{processes:?}");
    if let Some(user) = core.user() {
        assert!(processes.iter().all(|process| process.user == user), "{processes:?}");
    }

    let made = world.ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    assert_eq!(made["name"], "garden");
    assert!(core.workspaces().join("garden").is_dir());
    let nothing = core.path("sessions/00000000-0000-7000-8000-000000000000/events");
    assert_eq!(world.ada.events(&nothing, None).await.status(), 404);
    let program = world.ada.as_program("a script").await;
    for client in [&world.ada, &program] {
        assert_eq!(client.socket(&nothing).await.unwrap_err().status(), Some(404));
    }
    let folder = core.folder().to_owned();
    drop(core);
    eventually("nothing of the Core is left", async || tree::living_in(&folder).is_empty().then_some(())).await;
    assert!(!folder.exists());
}
