//! Clones that come to nothing leave nothing.

use super::Stage;
use condrix_tests::rig::eventually;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clone_that_is_cancelled_fails_or_loses_its_agent_leaves_nothing() {
    let settings = toml::toml! {
        refused_retry = "500ms"
        [git]
        clone_bytes = 200_000
        max_clones = 1
    };
    let mut stage = Stage::set(settings).await;
    // What cannot be compressed.
    let mut noise = 1_u32;
    let large: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    })
    .take(400_000)
    .collect();
    stage.git.make("slow/garden.git", &[("README.md", b"a garden\n")]).await;
    stage.git.make("large.git", &[("large", &large)]).await;
    let begun = async |stage: &Stage| {
        stage.clone("garden", "slow/garden.git").await;
        eventually("git runs", async || stage.git_runs().then_some(())).await;
    };
    let garden = stage.core.path("workspaces/garden");

    begun(&stage).await;
    let one_more = json!({ "name": "more", "clone": { "url": stage.git.url("large.git") } });
    stage.ada().post(&stage.core.path("workspaces"), &one_more).await.expect_problem(429, "too-many-requests");
    assert_eq!(stage.ada().delete(&garden).await.status, 204);
    assert!(!stage.git_runs() && stage.entries().is_empty(), "{:?}", stage.entries());
    stage.ada().delete(&garden).await.expect_problem(404, "not-found");

    for (repository, why) in [("missing.git", "not found"), ("large.git", "larger than 200000 bytes")] {
        stage.clone("garden", repository).await;
        let failed = stage.outcome("garden").await;
        assert_eq!(failed["state"], "failed", "{failed}");
        assert!(failed["reason"].as_str().unwrap().contains(why), "{failed}");
        assert_eq!(stage.names().await, [("garden".to_owned(), "failed".to_owned())]);
        assert!(!stage.git_runs() && stage.entries().is_empty(), "{:?}", stage.entries());
    }
    assert_eq!(stage.ada().delete(&garden).await.status, 204);
    assert_eq!(stage.names().await, []);

    begun(&stage).await;
    stage.core.program().kill().await;
    stage.core.run_at_once();
    stage.core.online(&stage.world.ada).await;
    eventually("nothing is left", async || (stage.entries().is_empty() && !stage.git_runs()).then_some(())).await;
    assert_eq!(stage.names().await, []);

    begun(&stage).await;
    stage.ada().post(&stage.core.path("revoke"), &json!({})).await.expect(200);
    assert!(!stage.git_runs() && stage.entries().is_empty(), "a revoked Core cloned on: {:?}", stage.entries());
}
