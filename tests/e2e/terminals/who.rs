//! Who may do what with a terminal.

use super::{world, world_with};
use condrix_tests::rig::{Client, World, eventually, read};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_plan_only_its_owner_uses_and_watches_terminals() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    let bob = world.gateway.add_user("bob").await;
    core.until_known(&world.ada, "the owner is known", |claude| !claude["owner"].is_null()).await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    bob.post(&core.path("terminals"), &json!({})).await.expect_problem(403, "owner-only");
    let one = core.path(&format!("terminals/{id}"));
    bob.delete(&one).await.expect_problem(403, "owner-only");
    read(bob.request(reqwest::Method::PATCH, &one).json(&json!({ "name": "mine" })))
        .await
        .expect_problem(403, "owner-only");
    for how in ["attach", "watch"] {
        let refused = core.terminal(&bob, &id, how).await.unwrap_err();
        assert_eq!(refused.status(), Some(403), "{how}: {refused:?}");
    }
    // A title says what runs there.
    for path in ["terminals", &format!("terminals/{id}"), "recordings"] {
        bob.get(&core.path(path)).await.expect_problem(403, "owner-only");
    }

    let mut watches = core.terminal(&world.ada, &id, "watch").await.unwrap();
    watches.ready().await;
    watches.keys("touch /tmp/never\r").await;
    assert_eq!(watches.until_told("error").await["detail"], "who watches types nothing");
    watches.say(&json!({ "type": "resize", "size": { "rows": 5, "columns": 5 } })).await;
    let seen = terminal.run("stty size; echo seen").await;
    assert!(seen.contains("24 80\n") && !seen.contains("never"), "{seen}");
    watches.until("seen\n").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_at_a_terminal_of_a_core_that_gets_a_plan_of_somebody_else_is_cut_off() {
    let world = World::start().await;
    let core = world.core("one").await;
    let bob = world.gateway.add_user("bob").await;
    let (id, mut types) = core.new_terminal(&bob).await;
    let mut watches = core.terminal(&bob, &id, "watch").await.unwrap();
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    types.to_the_end().await;
    watches.to_the_end().await;
    let mut hers = core.terminal(&world.ada, &id, "attach").await.unwrap();
    hers.ready().await;
    assert!(hers.run("echo hers").await.contains("hers"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_and_a_person_have_so_many_terminals_and_no_more() {
    let limits = toml::toml! { max = 3
    max_per_user = 2 };
    let (world, core) = world_with(limits).await;
    let bob = world.gateway.add_user("bob").await;
    let (first, _) = (core.open_terminal(&world.ada).await, core.open_terminal(&world.ada).await);
    world.ada.post(&core.path("terminals"), &json!({})).await.expect_problem(429, "too-many-terminals");
    core.open_terminal(&bob).await;
    bob.post(&core.path("terminals"), &json!({})).await.expect_problem(429, "too-many-terminals");
    assert_eq!(world.ada.delete(&core.path(&format!("terminals/{first}"))).await.status, 204);
    core.open_terminal(&world.ada).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_clients_are_at_a_cores_terminals_and_one_that_leaves_makes_room() {
    let (world, core) = world_with(toml::toml! { max_clients = 2 }).await;
    let (id, _types) = core.new_terminal(&world.ada).await;
    let watches = core.terminal(&world.ada, &id, "watch").await.unwrap();
    let refused = core.terminal(&world.ada, &id, "watch").await.unwrap_err();
    assert_eq!(refused.status(), Some(429), "{refused:?}");
    watches.leave().await;
    eventually("there is room", async || core.terminal(&world.ada, &id, "watch").await.ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_gets_another_name_and_everybody_sees_it() {
    let (world, mut core) = world().await;
    let (id, terminal) = core.new_terminal(&world.ada).await;
    let one = core.path(&format!("terminals/{id}"));
    let renamed = read(world.ada.request(reqwest::Method::PATCH, &one).json(&json!({ "name": "builds" }))).await;
    assert_eq!(renamed.expect(200)["name"], "builds");
    // Its keeper knows it: an agent that comes back does too.
    core.program().kill().await;
    core.run_at_once();
    core.online(&world.ada).await;
    assert_eq!(world.ada.get(&one).await.expect(200)["name"], "builds");
    read(world.ada.request(reqwest::Method::PATCH, &one).json(&json!({ "name": "" })))
        .await
        .expect_problem(422, "invalid-body");
    drop(terminal);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_cannot_be_had_is_refused_in_words() {
    let (world, core) = world().await;
    let id = core.open_terminal(&world.ada).await;
    for (body, status, kind) in [
        (json!({ "workspace": "nowhere" }), 404, "not-found"),
        (json!({ "workspace": "../.." }), 422, "invalid-body"),
        (json!({ "name": "" }), 422, "invalid-body"),
        (json!({ "size": { "rows": 0, "columns": 80 } }), 422, "invalid-body"),
        (json!({ "shell": "/bin/evil" }), 422, "invalid-body"),
    ] {
        world.ada.post(&core.path("terminals"), &body).await.expect_problem(status, kind);
    }
    for how in ["attach?position=-1", "attach?rows=5", "attach?rows=0&columns=5", "attach?shell=x"] {
        let refused = core.terminal(&world.ada, &id, how).await.unwrap_err();
        assert_eq!(refused.status(), Some(400), "{how}: {refused:?}");
    }
    let attach = core.path(&format!("terminals/{id}/attach"));
    assert_eq!(world.ada.socket(&attach).await.unwrap_err().status(), Some(400), "without the subprotocol");
    let plain = world.ada.get(&attach).await;
    plain.expect_problem(400, "bad-request");
    assert_eq!(plain.json()["detail"], "this is a WebSocket");
    let unknown = core.terminal(&world.ada, "0195f000-0000-7000-8000-000000000000", "attach").await.unwrap_err();
    assert_eq!(unknown.status(), Some(404));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_a_core_ends_its_terminals_and_all_that_runs_in_them() {
    let (world, mut core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    terminal.run("setsid sleep 613 & sleep 0").await;
    let receipt = world.ada.post(&format!("/api/v1/cores/{}/revoke", core.id()), &json!({})).await.expect(200);
    assert_eq!((&receipt["agent"]["status"], &receipt["agent"]["terminals_ended"]), (&json!("confirmed"), &json!(1)));
    terminal.to_the_end().await;
    let agent = core.program().pid();
    eventually("nothing of the terminal is left", async || {
        core.processes().iter().all(|process| Some(process.pid) == agent).then_some(())
    })
    .await;
    world.ada.post(&format!("/api/v1/cores/{}/restore", core.id()), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    eventually("terminals are opened again", async || {
        (world.ada.post(&core.path("terminals"), &json!({})).await.status == 201).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_has_who_opened_used_watched_and_closed_a_terminal() {
    let (world, core) = world().await;
    let bob = world.gateway.add_user("bob").await;
    let (id, terminal) = core.new_terminal(&world.ada).await;
    core.terminal(&bob, &id, "watch").await.unwrap().leave().await;
    terminal.leave().await;
    assert_eq!(bob.delete(&core.path(&format!("terminals/{id}"))).await.status, 204);
    // Nobody's: it is written down, and the Core knows no such terminal.
    assert_eq!(bob.delete(&core.path("terminals/x")).await.status, 404);
    let user = async |client: &Client| client.get("/api/v1/me").await.expect(200)["user"].as_str().unwrap().to_owned();
    let (ada, bob) = (format!("user:{}", user(&world.ada).await), format!("user:{}", user(&bob).await));
    let events = world.gateway.audited().await;
    let of_core: Vec<_> = events.iter().filter(|event| event.action.starts_with("terminal.")).collect();
    assert!(of_core.iter().all(|event| event.subject == core.id()), "{of_core:?}");
    let who: Vec<_> =
        of_core.iter().map(|event| (event.actor.as_str(), event.action.as_str(), event.detail.contains(&id))).collect();
    assert_eq!(
        who,
        [
            (ada.as_str(), "terminal.opened", false),
            (&ada, "terminal.attached", true),
            (&bob, "terminal.watched", true),
            (&bob, "terminal.closed", true),
            (&bob, "terminal.closed", false),
        ]
    );
}
