//! git as people use it in a workspace: with what this Core proves itself with, and in their own names.

use super::{Stage, keyed};
use condrix_tests::rig::{GitServer, eventually};
use serde_json::{Value, json};
use toml::toml;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn git_in_a_session_is_lent_a_credential_that_nobody_sees() {
    let stage = Stage::set_with(keyed()).await;
    let (ada, core) = (stage.ada(), &stage.core);
    stage.git.make("private/garden.git", &[("README.md", b"a garden\n")]).await;
    let credential = json!({ "host": stage.git.host(), "username": GitServer::USER, "password": GitServer::PASSWORD });
    assert_eq!(ada.post(&core.path("git/credentials"), &credential).await.status, 204);
    stage.clone("garden", "private/garden.git").await;
    assert_eq!(stage.outcome("garden").await["state"], "ready");

    let path = core.path("git/author");
    ada.get(&path).await.expect_problem(404, "not-found");
    for wrong in [json!({ "name": "Ada\n", "email": "a@b" }), json!({ "name": "Ada <x@y>", "email": "a@b" })] {
        stage.put(ada, "git/author", &wrong).await.expect_problem(422, "invalid-body");
    }
    let author = json!({ "name": "Ada Lovelace", "email": "ada@example.com" });
    assert_eq!(stage.put(ada, "git/author", &author).await.status, 204);
    assert_eq!(ada.get(&path).await.expect(200), author);

    let mut chat = core.begin_session(ada, &json!({ "workspace": "garden" })).await;
    let said =
        stage.bash(&mut chat, "git fetch && git commit --allow-empty -qm beds && git push -q && echo pushed").await;
    assert!(said.contains("pushed"), "{said}");
    assert_eq!(stage.git.log("private/garden.git").await[0], "Ada Lovelace <ada@example.com>: beds");
    // From the next commit on, in the same process.
    let author = json!({ "name": "Countess", "email": "ada@example.com" });
    assert_eq!(stage.put(ada, "git/author", &author).await.status, 204);
    let said = stage.bash(&mut chat, "git commit --allow-empty -qm paths && git push -q && echo pushed").await;
    assert!(said.contains("pushed"), "{said}");
    assert_eq!(stage.git.log("private/garden.git").await[0], "Countess <ada@example.com>: paths");

    // Whoever makes git tell it sees a mask; and it lies in no environment, argument or configuration.
    let asked = format!("printf 'protocol=https\\nhost={}\\n\\n' | git credential fill", stage.git.host());
    let said = stage.bash(&mut chat, &asked).await;
    assert!(said.contains("username=ada") && said.contains("credential masked"), "{said}");
    let said = stage.bash(&mut chat, "env; git config --list --show-origin; cat .git/config").await;
    assert!(said.contains("GIT_CONFIG_COUNT=4") && said.contains("git-credential"), "{said}");
    for event in chat.seen() {
        assert!(!event.to_string().contains(GitServer::PASSWORD), "{event}");
    }
    // The model's tools do not read what it is kept in.
    let file = core.state().join("git/credentials.json");
    let said = stage.tool(&mut chat, "Read", json!({ "file_path": file })).await;
    assert!(said.contains("denied"), "{said}");

    let arguments: Vec<String> = core.processes().into_iter().flat_map(|process| process.arguments).collect();
    assert!(!arguments.join(" ").contains(GitServer::PASSWORD));
    assert_eq!(ada.delete(&path).await.status, 204);
    ada.delete(&path).await.expect_problem(404, "not-found");
    assert!(!core.log_text().contains(GitServer::PASSWORD));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_made_anew_inherits_neither_process_nor_trust_nor_servers() {
    let mut options = keyed();
    options.settings = toml! {
        [claude]
        warm_spares = 1
    };
    let stage = Stage::set_with(options).await;
    let (ada, core) = (stage.ada(), &stage.core);
    let garden = core.workspaces().join("garden");
    assert_eq!(stage.put(ada, "git/author", &json!({ "name": "Ada", "email": "ada@example.com" })).await.status, 204);
    let mut first = core.converse(ada, "garden").await;
    eventually("there is a spare", async || (core.cli_processes().len() == 1).then_some(())).await;
    let spare = core.cli_processes().remove(0);
    let mut second = core.begin_session(ada, &json!({ "workspace": "garden" })).await;
    assert!(spare.arguments.iter().any(|argument| second.path("").ends_with(argument)), "{:?}", spare.arguments);
    let said =
        stage.bash(&mut second, "git init -q && git commit --allow-empty -qm one && git log --format='%an %ae'").await;
    assert!(said.contains("Ada ada@example.com"), "a process that was there before its session is its owner's: {said}");

    let make_anew = async || {
        let before: Vec<u32> = core.cli_processes().into_iter().map(|process| process.pid).collect();
        assert!(!before.is_empty());
        std::fs::remove_dir_all(&garden).unwrap();
        ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
        eventually("no process of the old one is left", async || {
            core.cli_processes().iter().all(|process| !before.contains(&process.pid)).then_some(())
        })
        .await;
    };
    make_anew().await;
    for chat in [&mut first, &mut second] {
        stage.bash(chat, "touch made").await;
        std::fs::remove_file(garden.join("made")).expect("it works in the new one");
    }

    assert_eq!(stage.put(ada, "workspaces/garden/trust", &Value::Null).await.status, 204);
    let server = json!({ "type": "stdio", "command": "/bin/true" });
    assert_eq!(stage.put(ada, "workspaces/garden/mcp-servers/echo", &server).await.status, 204);
    stage.bash(&mut second, "true").await;
    make_anew().await;
    let listed = ada.get(&core.path("workspaces/garden/mcp-servers")).await.expect(200);
    assert_eq!(listed, json!({ "servers": [] }));
    // Not only because it is another directory: on some file systems that cannot be known.
    let trusted = std::fs::read_to_string(core.state().join("trusted-workspaces.json")).unwrap();
    assert!(!trusted.contains("garden"), "{trusted}");
}
