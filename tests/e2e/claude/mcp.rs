//! MCP servers that an administrator sets: the CLI uses them, and what they are given is told to nobody.

use super::{asks, core_with_key, uses};
use condrix_tests::rig::conversation::of_kind;
use condrix_tests::rig::leaks::files_with;
use condrix_tests::rig::{Client, Conversation, Core, eventually, read};
use reqwest::Method;
use serde_json::{Value, json};

const TOKEN: &str = "canary-token-of-an-mcp-server";
const HEADER: &str = "canary-header-of-an-mcp-server";
/// A server with one tool, which tells how long its token is.
const SERVER: &str = r#"
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    result = {}
    if asked["method"] == "initialize":
        version = asked["params"]["protocolVersion"]
        about = {"name": "echo", "version": "1"}
        result = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}
    elif asked["method"] == "tools/list":
        schema = {"type": "object", "properties": {"text": {"type": "string"}}}
        result = {"tools": [{"name": "say", "description": "says it", "inputSchema": schema}]}
    elif asked["method"] == "tools/call":
        text = asked["params"]["arguments"]["text"] + " " + str(len(os.environ["TOKEN"]))
        result = {"content": [{"type": "text", "text": text}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"#;

async fn put(core: &Core, by: &Client, path: &str, server: &Value) -> condrix_tests::rig::Answer {
    read(by.request(Method::PUT, &core.path(path)).json(server)).await
}

/// The state of each server of the session's process.
async fn status(by: &Client, chat: &Conversation, server: &str) -> Option<Value> {
    let told = by.get(&chat.path("mcp-servers")).await.expect(200);
    assert!(!told.to_string().contains("canary"), "{told}");
    told["servers"].as_array().expect("a list of servers").iter().find(|status| status["name"] == server).cloned()
}

async fn until_status(by: &Client, chat: &Conversation, server: &str, wanted: &str) {
    let what = format!("{server} is {wanted}");
    eventually(&what, async || (status(by, chat, server).await?["status"] == wanted).then_some(())).await;
}

#[tokio::test]
async fn servers_of_a_core_and_of_a_workspace_work_and_their_secrets_are_told_to_nobody() {
    let (world, core) = core_with_key().await;
    let ada = &world.ada;
    let script = core.workspaces().join("server.py");
    std::fs::write(&script, SERVER).unwrap();
    let echo =
        json!({ "type": "stdio", "command": "/usr/bin/python3", "args": [script], "secret_env": { "TOKEN": TOKEN } });
    let headers = json!({ "Authorization": format!("Bearer {HEADER}") });
    let url = "http://127.0.0.1:1/mcp?key=canary-in-a-query";
    let web =
        json!({ "type": "http", "url": url, "headers": { "X-Region": "north-by-north" }, "secret_headers": headers });
    for name in ["garden", "kitchen"] {
        ada.post(&core.path("workspaces"), &json!({ "name": name })).await.expect(201);
    }
    for (path, wrong) in [
        ("mcp-servers/Echo", &echo),
        ("mcp-servers/web", &json!({ "type": "http", "url": "https://ada:canary@example.org" })),
        ("mcp-servers/web", &json!({ "type": "carrier-pigeon" })),
        ("mcp-servers/web", &json!({ "type": "http", "url": url, "headers": headers })),
        ("mcp-servers/echo", &json!({ "type": "stdio", "command": "./echo" })),
    ] {
        put(&core, ada, path, wrong).await.expect_problem(422, "invalid-body");
    }
    put(&core, ada, "workspaces/nowhere/mcp-servers/echo", &echo).await.expect_problem(404, "not-found");
    assert_eq!(put(&core, ada, "mcp-servers/web", &web).await.status, 204);
    assert_eq!(put(&core, ada, "workspaces/garden/mcp-servers/echo", &echo).await.status, 204);
    let listed = ada.get(&core.path("mcp-servers")).await.expect(200);
    let shown = json!({ "name": "web", "type": "http", "url": "http://127.0.0.1:1/mcp",
        "headers": { "X-Region": "north-by-north" }, "secret_headers": ["Authorization"] });
    assert_eq!(listed["servers"], json!([shown]));
    let listed = ada.get(&core.path("workspaces/garden/mcp-servers")).await.expect(200);
    assert_eq!(
        (&listed["servers"][0]["secret_env"], &listed["servers"][0]["command"]),
        (&json!(["TOKEN"]), &echo["command"])
    );

    let mut chat = core.begin_session(ada, &json!({ "workspace": "garden" })).await;
    ada.get(&chat.path("mcp-servers")).await.expect_problem(409, "conflict");
    chat.turn("hello").await;
    until_status(ada, &chat, "echo", "connected").await;
    until_status(ada, &chat, "web", "failed").await;
    assert_eq!(status(ada, &chat, "echo").await.unwrap()["tools"], json!(["say"]));
    let say = json!({ "text": "hello" });
    let (turn, asked) = asks(&world, &mut chat, "mcp__echo__say", say.clone()).await;
    chat.decide(&asked, &json!({ "decision": "allow", "scope": "session" })).await.expect(200);
    let events = chat.end_of(&turn).await;
    assert_eq!(of_kind(&events, "approval_decided")[0]["terms"]["rules"], json!(["mcp__echo__say"]));
    let said = of_kind(&events, "tool_result")[0]["content"].to_string();
    assert!(said.contains(&format!("hello {}", TOKEN.len())), "{said}");
    let turn = uses(&world, &chat, "mcp__echo__say", say).await;
    assert!(of_kind(&chat.end_of(&turn).await, "approval_requested").is_empty(), "it was allowed for the session");

    let server = chat.path("mcp-servers/echo");
    for (enabled, is) in [(false, "disabled"), (true, "connected")] {
        let switched = read(ada.request(Method::PATCH, &server).json(&json!({ "enabled": enabled }))).await;
        assert_eq!(switched.status, 204, "{}", switched.text);
        until_status(ada, &chat, "echo", is).await;
    }
    assert_eq!(ada.post(&format!("{server}/reconnect"), &json!({})).await.status, 204);
    until_status(ada, &chat, "echo", "connected").await;
    ada.post(&chat.path("mcp-servers/nobody/reconnect"), &json!({})).await.expect_problem(409, "conflict");

    // Nothing but the agent's own file has the secrets: no argument, no other file, no answer, no log.
    for process in core.processes() {
        assert!(!process.arguments.join(" ").contains("canary"), "{:?}", process.arguments);
    }
    let kept = [core.state().join("mcp-servers.json")];
    for secret in [TOKEN, HEADER] {
        assert_eq!(files_with(core.folder(), secret), kept, "{secret}");
        assert!(files_with(world.gateway.folder().path(), secret).is_empty(), "{secret} at the gateway");
    }
    assert_eq!(std::fs::read_dir(core.state().join("mcp")).unwrap().count(), 0, "what was handed over is gone");

    // Elsewhere there are the Core's own alone; and what is removed is gone with the idle process.
    let mut other = core.begin_session(ada, &json!({ "workspace": "kitchen" })).await;
    other.turn("hello").await;
    assert!(status(ada, &other, "web").await.is_some());
    assert_eq!(status(ada, &other, "echo").await, None);
    assert_eq!(ada.delete(&core.path("workspaces/garden/mcp-servers/echo")).await.status, 204);
    ada.delete(&core.path("workspaces/garden/mcp-servers/echo")).await.expect_problem(404, "not-found");
    assert_eq!(chat.until_kind("process_ended").await["reason"], "idle");
    chat.turn("and now?").await;
    assert_eq!(status(ada, &chat, "echo").await, None);
}

/// What is no secret stays legible, and what a repository brings is no server of every session.
#[tokio::test]
async fn a_server_of_every_session_starts_at_home_and_only_its_secrets_are_masked() {
    let (world, core) = core_with_key().await;
    let ada = &world.ada;
    ada.post(&core.path("workspaces"), &json!({ "name": "garden" })).await.expect(201);
    let (workspace, fired) = (core.workspaces().join("garden"), core.home().join("fired"));
    // As `npx` would have it.
    let bin = workspace.join("node_modules/.bin");
    std::fs::create_dir_all(&bin).unwrap();
    core.write_program(&bin.join("canary-server"), &format!("#!/bin/sh\ntouch {}\n", fired.display()));
    let script = core.workspaces().join("server.py");
    std::fs::write(&script, SERVER).unwrap();
    let env = json!({ "LEVEL": "rather-talkative" });
    let echo = json!({ "type": "stdio", "command": "python3", "args": [script], "env": env, "secret_env": { "TOKEN": TOKEN } });
    let npx = json!({ "type": "stdio", "command": "npx", "args": ["--no-install", "canary-server"] });
    for (name, server) in [("echo", &echo), ("npx", &npx)] {
        let set = put(&core, ada, &format!("mcp-servers/{name}"), server).await;
        assert_eq!(set.status, 204, "{}", set.text);
    }
    let listed = ada.get(&core.path("mcp-servers")).await.expect(200);
    assert_eq!((&listed["servers"][0]["env"], &listed["servers"][0]["secret_env"]), (&env, &json!(["TOKEN"])));

    let mut chat = core.begin_session(ada, &json!({ "workspace": "garden" })).await;
    chat.turn("hello").await;
    until_status(ada, &chat, "echo", "connected").await;
    until_status(ada, &chat, "npx", "failed").await;
    assert!(!fired.exists(), "what a repository brings was run");
    let is_echo =
        |process: &&condrix_tests::rig::tree::Process| process.arguments.iter().any(|one| one.ends_with("server.py"));
    let server = core.processes().iter().find(is_echo).expect("the server runs").clone();
    assert!(server.arguments[0].starts_with('/'), "{:?}", server.arguments);
    let cwd = std::fs::read_link(format!("/proc/{}/cwd", server.pid)).unwrap();
    assert_eq!(cwd, core.home());
    let said = chat.turn("rather-talkative, said somebody").await;
    assert!(condrix_tests::rig::conversation::said(&said, "text").contains("rather-talkative"));

    // A workspace's own is what an administrator has named for that workspace: there it starts.
    let set = put(&core, ada, "workspaces/garden/mcp-servers/npx", &npx).await;
    assert_eq!(set.status, 204, "{}", set.text);
    assert_eq!(chat.until_kind("process_ended").await["reason"], "idle");
    chat.turn("and now?").await;
    eventually("the workspace's own program has run", async || fired.exists().then_some(())).await;
}
