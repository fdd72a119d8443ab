//! A clone from its beginning to a session in it.

use super::Stage;
use condrix_tests::rig::{SseEvent, eventually};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use toml::Table;

/// What a Core's user may have, or somebody may have put there: whatever of it is used leaves a mark.
fn plant(stage: &Stage) -> std::path::PathBuf {
    let (home, mark) = (stage.core.home(), stage.core.home().join("mark"));
    let script = home.join("hook");
    std::fs::write(&script, format!("#!/bin/sh\necho used >> {}\n", mark.display())).expect("it is planted");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("it is planted");
    let hooks = home.join("hooks");
    std::fs::create_dir(&hooks).expect("it is planted");
    for hook in ["post-checkout", "reference-transaction"] {
        std::fs::copy(&script, hooks.join(hook)).expect("it is planted");
    }
    let configuration = format!(
        "[core]\n\thooksPath = {hooks}\n\tfsmonitor = {script}\n[init]\n\ttemplateDir = {home}\n\
         [filter \"evil\"]\n\tsmudge = {script}\n\tclean = {script}\n[submodule]\n\trecurse = true\n",
        hooks = hooks.display(),
        script = script.display(),
        home = home.display(),
    );
    std::fs::write(home.join(".gitconfig"), configuration).expect("it is planted");
    mark
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_becomes_a_workspace_and_nothing_that_came_with_it_was_run() {
    let stage = Stage::set(Table::new()).await;
    let mark = plant(&stage);
    let files: &[(&str, &[u8])] = &[
        ("README.md", b"a garden\n"),
        ("deep/down/file.txt", b"deep\n"),
        (".gitattributes", b"* filter=evil\n"),
        (".gitmodules", b"[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c id\n"),
    ];
    stage.git.make("slow/garden.git", files).await;

    let mut events = stage.ada().events(&stage.core.path("events"), None).await;
    let mut told = async |state: &str| {
        let stands = |event: &SseEvent| event.event == "workspaces" && event.json()["workspaces"][0]["state"] == state;
        events.until(stands).await;
    };

    stage.clone("garden", "slow/garden.git").await;
    told("cloning").await;
    assert_eq!(stage.names().await, [("garden".to_owned(), "cloning".to_owned())]);
    let waiting = stage.workspace("garden").await;
    assert!(waiting["phase"].is_string() && waiting["percent"].is_u64(), "{waiting}");
    let path = stage.core.path("workspaces");
    let empty = json!({ "name": "garden" });
    stage.ada().post(&path, &empty).await.expect_problem(409, "workspace-exists");
    let again = json!({ "name": "garden", "clone": { "url": stage.git.url("slow/garden.git") } });
    stage.ada().post(&path, &again).await.expect_problem(409, "workspace-exists");
    stage
        .ada()
        .post(&stage.core.path("sessions"), &json!({ "workspace": "garden" }))
        .await
        .expect_problem(404, "not-found");
    stage.git.let_on();
    assert_eq!(stage.outcome("garden").await, json!({ "name": "garden", "state": "ready", "trusted": null }));

    told("ready").await;

    let tree = stage.core.workspaces().join("garden");
    assert_eq!(std::fs::read_to_string(tree.join("deep/down/file.txt")).unwrap(), "deep\n");
    assert_eq!(std::fs::metadata(&tree).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!tree.join(".git/hooks").exists() && !tree.join("other.txt").exists());
    assert_eq!(stage.entries(), ["garden"]);
    assert!(!mark.exists(), "{}", std::fs::read_to_string(&mark).unwrap_or_default());
    stage.core.begin_session(stage.ada(), &json!({ "workspace": "garden" })).await;

    let other = json!({ "name": "other", "clone": { "url": stage.git.url("slow/garden.git"), "branch": "other" } });
    stage.ada().post(&path, &other).await.expect(202);
    assert_eq!(stage.outcome("other").await["state"], "ready");
    assert!(stage.core.workspaces().join("other/other.txt").exists());
    eventually("git has ended", async || (!stage.git_runs()).then_some(())).await;
    let there = stage.ada().delete(&stage.core.path("workspaces/garden")).await;
    there.expect_problem(409, "conflict");
    assert!(tree.exists());
}

#[tokio::test]
async fn an_address_that_is_none_for_git_is_refused_before_anything_runs() {
    let stage = Stage::set(Table::new()).await;
    let path = stage.core.path("workspaces");
    for url in [
        "file:///etc",
        "/etc",
        "http://localhost/a",
        "git://localhost/a",
        "ext::sh",
        "--upload-pack=id",
        "ssh://-oProxyCommand=id/a",
        "https://ada:s3cret@localhost/a",
        "https://localhost/a\nb",
    ] {
        let asked = json!({ "name": "x", "clone": { "url": url } });
        let refused = stage.ada().post(&path, &asked).await;
        refused.expect_problem(422, "invalid-body");
        assert!(!refused.text.contains("s3cret"), "{}", refused.text);
    }
    let branch = json!({ "name": "x", "clone": { "url": stage.git.url("a.git"), "branch": "--upload-pack=id" } });
    stage.ada().post(&path, &branch).await.expect_problem(422, "invalid-body");
    assert_eq!((stage.names().await.len(), stage.entries().len(), stage.git.asked().len()), (0, 0, 0));
}
