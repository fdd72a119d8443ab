//! What a Core proves itself with to servers of repositories.

use super::Stage;
use condrix_tests::rig::GitServer;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use toml::Table;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_is_given_to_git_and_to_nobody_else() {
    let stage = Stage::set(Table::new()).await;
    stage.git.make("private/garden.git", &[("README.md", b"a garden\n")]).await;
    let path = stage.core.path("git/credentials");
    stage.clone("garden", "private/garden.git").await;
    let failed = stage.outcome("garden").await;
    assert_eq!(failed["state"], "failed", "{failed}");

    let credential =
        |host: String| json!({ "host": host, "username": GitServer::USER, "password": GitServer::PASSWORD });
    let refused = stage.ada().post(&path, &credential(stage.git.url(""))).await;
    refused.expect_problem(422, "invalid-body");
    assert_eq!(stage.ada().post(&path, &credential(stage.git.host())).await.status, 204);
    let listed = stage.ada().get(&path).await.expect(200);
    assert_eq!(listed, json!({ "credentials": [{ "host": stage.git.host(), "username": GitServer::USER }] }));
    stage.clone("garden", "private/garden.git").await;
    assert_eq!(stage.outcome("garden").await["state"], "ready");

    // A server that says it again is not passed on.
    stage.clone("other", "indiscreet/garden.git").await;
    let failed = stage.outcome("other").await;
    assert!(failed["reason"].as_str().unwrap().contains("may not, nor with ‹credential masked›"), "{failed}");

    let written = std::fs::read_to_string(stage.core.workspaces().join("garden/.git/config")).unwrap();
    assert!(!written.contains(GitServer::PASSWORD) && !written.contains("credential"), "{written}");
    assert!(!stage.core.log_text().contains(GitServer::PASSWORD));
    let file = stage.core.state().join("git/credentials.json");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);

    let one = format!("{path}/{}", stage.git.host());
    assert_eq!(stage.ada().delete(&one).await.status, 204);
    stage.ada().delete(&one).await.expect_problem(404, "not-found");
    stage.clone("again", "private/garden.git").await;
    assert_eq!(stage.outcome("again").await["state"], "failed");
}

#[tokio::test]
async fn a_core_has_a_deploy_key_and_shows_its_public_half_alone() {
    let stage = Stage::set(Table::new()).await;
    let path = stage.core.path("git/deploy-key");
    let shown = stage.ada().get(&path).await.expect(200);
    assert!(shown["public_key"].as_str().unwrap().starts_with("ssh-ed25519 AAAA"), "{shown}");
    assert_eq!(stage.ada().get(&path).await.expect(200), shown);
    let file = stage.core.state().join("git/deploy_key");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);

    // Nobody is there: ssh says so, and it is told.
    let asked = json!({ "name": "garden", "clone": { "url": "ssh://git@localhost:1/garden.git" } });
    stage.ada().post(&stage.core.path("workspaces"), &asked).await.expect(202);
    let failed = stage.outcome("garden").await;
    assert!(failed["reason"].as_str().unwrap().contains("refused"), "{failed}");
}
