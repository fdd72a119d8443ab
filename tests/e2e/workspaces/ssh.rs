//! Repositories that are reached by ssh, from a server that is real.

use super::{Stage, keyed};
use condrix_tests::rig::SshServer;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repository_is_cloned_and_pushed_to_over_ssh_by_two_people() {
    let stage = Stage::set_with(keyed()).await;
    let (ada, core) = (stage.ada(), &stage.core);
    let ben = stage.world.gateway.add_user("ben").await;
    let mut server = SshServer::start().await;
    server.make("garden.git", &[("README.md", b"a garden\n")]).await;
    let path = core.path("git/deploy-key");
    let key = ada.get(&path).await.expect(200)["public_key"].as_str().unwrap().to_owned();

    // Nobody has let this Core in.
    stage.clone_from("garden", &server.url("garden.git")).await;
    let failed = stage.outcome("garden").await;
    assert!(failed["reason"].as_str().is_some_and(|why| why.contains("Permission denied (publickey)")), "{failed}");
    let known = std::fs::read_to_string(core.state().join("git/known_hosts")).unwrap();
    assert!(known.contains(&server.host_key()), "the first key is believed and kept: {known}");

    server.authorize(&key);
    stage.clone_from("garden", &server.url("garden.git")).await;
    assert_eq!(stage.outcome("garden").await["state"], "ready");
    assert_eq!(std::fs::read_to_string(core.workspaces().join("garden/README.md")).unwrap(), "a garden\n");

    let authors = [(ada, "Ada Lovelace", "ada@example.com"), (&ben, "Ben", "ben@example.com")];
    for (who, name, email) in authors {
        assert_eq!(stage.put(who, "git/author", &json!({ "name": name, "email": email })).await.status, 204);
    }
    let mut chat = core.begin_session(ada, &json!({ "workspace": "garden" })).await;
    let said =
        stage.bash(&mut chat, "git pull -q && git commit --allow-empty -qm beds && git push -q && echo pushed").await;
    assert!(said.contains("pushed"), "{said}");
    let made = ben.post(&core.path("terminals"), &json!({ "workspace": "garden" })).await.expect(201);
    let mut terminal = core.terminal(&ben, made["id"].as_str().unwrap(), "attach").await.unwrap();
    terminal.ready().await;
    let said = terminal.run("git fetch && git commit --allow-empty -qm paths && git push -q && echo it is there").await;
    assert!(said.contains("\nit is there\n"), "{said}");
    assert_eq!(
        server.log("garden.git").await,
        ["Ben <ben@example.com>: paths", "Ada Lovelace <ada@example.com>: beds", "rig <rig@example.com>: one"]
    );

    // A command can read the key, and what people see of that is a mask.
    let file = core.state().join("git/deploy_key");
    let said = stage.bash(&mut chat, &format!("cat {}", file.display())).await;
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(said.contains("credential masked") && !said.contains(kept.lines().nth(3).unwrap()), "{said}");

    // Somebody else answers there: neither clones nor people speak to them.
    server.change_host_key().await;
    stage.clone_from("again", &server.url("garden.git")).await;
    let failed = stage.outcome("again").await;
    let why = failed["reason"].as_str().unwrap_or_default();
    assert!(why.contains("has changed") && why.ends_with("Host key verification failed."), "{why}");
    let said = stage.bash(&mut chat, "git fetch || echo refused").await;
    assert!(said.contains("refused") && said.contains("Host key verification failed"), "{said}");
}
