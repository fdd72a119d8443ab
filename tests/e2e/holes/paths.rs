//! No address leads to a file of the host.

use condrix_tests::rig::{Credentials, World, fresh_key};
use condrix_tests::wire::Door;
use serde_json::json;

/// As a file server would be asked, and as one would be tricked.
const FILES: [&str; 16] = [
    "files",
    "files?path=~/.claude/.credentials.json",
    "files/.claude/.credentials.json",
    "fs/read?path=/etc/passwd",
    "claude/credentials",
    "claude/.credentials.json",
    ".claude/.credentials.json",
    "workspaces/garden/CLAUDE.md",
    "workspaces/garden/files/../../home/.claude/.credentials.json",
    "workspaces/..",
    "workspaces/../home/.claude/.credentials.json",
    "workspaces/%2e%2e/home/.claude/.credentials.json",
    "workspaces/..%2fhome%2f.claude%2f.credentials.json",
    "sessions/../../../home/.claude/.credentials.json",
    "sessions/..%2f..%2fstate%2fidentity.key/events",
    "static/..%5c..%5chome%5c.claude",
];

#[tokio::test]
async fn no_route_reads_a_file_by_its_path_not_even_for_the_owner() {
    let world = World::start().await;
    let core = world.core("one").await;
    core.sign_in(&world.ada, &world.vendor, "ada").await;
    core.converse(&world.ada, "garden").await;
    let tokens = ["accessToken", "refreshToken"].map(|name| core.token(name).expect("the Core is signed in"));
    let program = world.ada.as_program("a script").await;
    let Credentials::Bearer(token) = program.credentials() else { panic!("a program has a JWT") };
    let door = Door::of(&world.gateway, b"http/1.1");
    for file in FILES {
        for path in [core.path(file), format!("/{file}"), format!("/api/v1/{file}")] {
            // Byte by byte: a client would resolve dot-segments and ask for something else.
            let mut wire = door.open().await;
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");
            wire.send(head.as_bytes()).await;
            let reply = wire.reply().await.expect("there is an answer");
            assert!([400, 404, 405].contains(&reply.status), "{path}: {} {}", reply.status, reply.text());
            assert!(tokens.iter().all(|token| !reply.text().contains(token)), "{path}");
        }
    }
    for name in ["..", ".claude", "../home", "/etc", "a/b", "garden/../..", "%2e%2e", "~", ""] {
        let made = world.ada.post(&core.path("workspaces"), &json!({ "name": name })).await;
        made.expect_problem(422, "invalid-body");
        let session = world.ada.post(&core.path("sessions"), &json!({ "workspace": name })).await;
        assert!([404, 422].contains(&session.status), "{name}: {}", session.text);
    }
    // A folder that a link leads to is no workspace.
    std::os::unix::fs::symlink(core.home(), core.workspaces().join("home")).unwrap();
    let session = world.ada.post(&core.path("sessions"), &json!({ "workspace": "home" })).await;
    session.expect_problem(404, "not-found");
    // And no header of a message is a way either.
    let path = core.path(&format!("sessions/{}/messages", fresh_key()));
    world
        .ada
        .post_once(&path, "k", &json!({ "text": "x", "file": "/etc/passwd" }))
        .await
        .expect_problem(422, "invalid-body");
}
