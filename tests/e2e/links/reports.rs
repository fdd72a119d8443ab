//! What a Core says of itself: lies, noise and too much of it.

use condrix_tests::rig::{Client, Gateway, eventually};
use condrix_tests::rogue::{Act, Rogue, Then, json_answer};
use protocol::ids::LinkId;
use serde_json::{Value, json};
use std::time::Instant;

struct Stage {
    gateway: Gateway,
    ada: Client,
    rogue: Rogue,
    bystander: Rogue,
    since: String,
}

impl Stage {
    async fn set() -> Self {
        let gateway = Gateway::start().await;
        let ada = gateway.add_user("ada").await;
        let rogue = Rogue::prepare(&gateway, "rogue").await;
        let bystander = Rogue::start(&gateway, "bystander").await;
        let since = bystander.online_since(&ada).await;
        Self { gateway, ada, rogue, bystander, since }
    }

    async fn assert_others_untouched(&mut self) {
        assert!(self.bystander.link().is_up());
        assert_eq!(self.bystander.online_since(&self.ada).await, self.since);
        self.ada.get(&self.bystander.path("workspaces")).await.expect(200);
        assert!(!self.gateway.log_text().contains("panicked"));
    }

    async fn shown(&self) -> Value {
        self.ada.get(&format!("/api/v1/cores/{}", self.rogue.identity.core)).await.expect(200)
    }
}

fn report(claude: &Value) -> Vec<u8> {
    let mut state = json!({
        "method": "none", "state": "signed_out", "owner": null, "account": null, "organisation": null, "plan": null,
        "last_error": null, "billing": null,
    });
    for (key, value) in claude.as_object().expect("an object") {
        state[key] = value.clone();
    }
    let report = json!({
        "hostname": "rogue", "agent_version": "0.1.0", "cli_version": null, "claude": state,
        "working_sessions": 0, "waiting_approvals": 0,
    });
    format!("{report}\n").into_bytes()
}

fn head(status: &str, lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/x-ndjson\r\n{lines}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_that_are_none_end_that_link_and_nothing_else() {
    let mut stage = Stage::set().await;
    let honest = report(&json!({}));
    let with = |rest: &[u8]| [&head("200 OK", "")[..], &honest, rest].concat();
    for (name, act) in [
        ("noise", Act::Say(with(&[0xff; 100]), Then::End)),
        ("a line that is no JSON", Act::Say(with(b"hello\n"), Then::Hold)),
        ("a line of another kind", Act::Say(with(b"{\"hostname\":5}\n"), Then::Hold)),
        ("a list", Act::Say(with(b"[]\n"), Then::Hold)),
        ("a deep line", Act::Say(with(&[vec![b'['; 60_000], b"\n".to_vec()].concat()), Then::Hold)),
        ("a giant line", Act::Say(with(&vec![b'a'; 1 << 20]), Then::Hold)),
        ("a line without end", Act::Say(with(b""), Then::Repeat(vec![b'a'; 64 * 1024]))),
        ("a page", Act::say(json_answer(200, &json!("<script>")))),
        ("a refusal", Act::Say(head("503 No", "Content-Length: 0\r\n"), Then::Hold)),
        (
            "a redirect",
            Act::Say(head("302 Away", "Location: https://evil.example/\r\nContent-Length: 0\r\n"), Then::Hold),
        ),
        ("a switch", Act::Say(head("101 Switching Protocols", "Upgrade: x\r\nConnection: upgrade\r\n"), Then::Hold)),
        ("no HTTP", Act::say("hello\r\n\r\n")),
        (
            "headers without end",
            Act::Say(
                head("200 OK", "").split_last().expect("bytes").1.to_vec(),
                Then::Repeat(b"X-A: b\r\n".repeat(1_000)),
            ),
        ),
        ("an end", Act::Say(with(b""), Then::End)),
        ("nothing", Act::vanish()),
    ] {
        stage.rogue.report(act);
        stage.rogue.up(LinkId::new()).await;
        stage.rogue.link().ended().await;
        eventually(name, async || (!stage.rogue.is_online(&stage.ada).await).then_some(())).await;
        stage.assert_others_untouched().await;
    }
    // Nothing of it is held against a Core that comes to its senses.
    stage.rogue.report(Act::honest_report("rogue"));
    stage.rogue.up(LinkId::new()).await;
    eventually("the report is shown", async || (stage.shown().await["hostname"] == "rogue").then_some(())).await;
    stage.ada.get(&stage.rogue.path("workspaces")).await.expect(200);
    stage.assert_others_untouched().await;
}

#[tokio::test]
async fn a_core_that_lies_about_itself_harms_only_itself_and_survives_a_restart() {
    let mut stage = Stage::set().await;
    let ben = stage.gateway.add_user("ben").await;
    let id = |me: Value| me["user"].as_str().expect("a user has an id").to_owned();
    let (ada_id, ben_id) =
        (id(stage.ada.get("/api/v1/me").await.expect(200)), id(ben.get("/api/v1/me").await.expect(200)));
    let path = stage.rogue.path("workspaces");
    let signed_in = |owner: Value| json!({ "method": "oauth", "state": "signed_in", "owner": owner });
    let long = "x".repeat(10_000);
    for (name, claude, ada_may, ben_may) in [
        ("nothing odd", json!({}), true, true),
        ("owned by ada", signed_in(json!(ada_id)), true, false),
        ("owned by ben", signed_in(json!(ben_id)), false, true),
        ("owned by nobody", signed_in(Value::Null), false, false),
        ("owned by somebody unknown", signed_in(json!("00000000-0000-7000-8000-000000000000")), false, false),
        ("from the past", json!({ "method": "api_key", "expires_at": "0001-01-01T00:00:00Z" }), true, true),
        (
            "for ever",
            json!({ "method": "api_key", "expires_at": "9999-12-31T23:59:59Z", "checked_at": "0000-01-01T00:00:00Z" }),
            true,
            true,
        ),
        (
            "with strange texts",
            json!({ "method": "api_key", "account": "<script>\u{0}\u{202e}", "plan": long, "scopes": [long, "", "\n"] }),
            true,
            true,
        ),
    ] {
        stage.rogue.report(Act::reports(&report(&claude)));
        stage.rogue.up(LinkId::new()).await;
        stage.rogue.comes_online(&stage.ada).await;
        let marks = ["method", "owner", "expires_at", "plan"];
        eventually(name, async || {
            let shown = &stage.shown().await["claude"];
            let default = |mark: &str| if mark == "method" { json!("none") } else { Value::Null };
            let same = |mark: &str| shown[mark] == claude.get(mark).cloned().unwrap_or_else(|| default(mark));
            marks.into_iter().all(same).then_some(())
        })
        .await;
        // To use a plan takes its owner; to see takes anybody.
        for (client, may) in [(&stage.ada, ada_may), (&ben, ben_may)] {
            let answer = client.post(&path, &json!({})).await;
            if may {
                answer.expect(200);
            } else {
                answer.expect_problem(403, "owner-only");
            }
            client.get(&path).await.expect(200);
        }
        stage.assert_others_untouched().await;
        // What was said is in the registry, and the gateway must be able to read it again.
        stage.rogue.down();
        eventually("the Core is offline", async || (!stage.rogue.is_online(&stage.ada).await).then_some(())).await;
        stage.gateway.program().stop().await;
        stage.gateway.start_again().await;
        stage.bystander.up(LinkId::new()).await;
        stage.bystander.comes_online(&stage.ada).await;
        stage.since = stage.bystander.online_since(&stage.ada).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_reports_keeps_nobody_waiting() {
    let mut stage = Stage::set().await;
    let lines = [report(&json!({ "plan": "one" })), report(&json!({ "plan": "two" }))].concat();
    stage.rogue.report(Act::Say(head("200 OK", ""), Then::Repeat(lines.repeat(50))));
    stage.rogue.up(LinkId::new()).await;
    eventually("the flood is on", async || stage.shown().await["claude"]["plan"].is_string().then_some(())).await;
    let began = Instant::now();
    let mut asked = 0;
    while began.elapsed() < std::time::Duration::from_secs(2) {
        // One that only reads, one that writes to the registry, and one to another Core.
        stage.ada.get("/api/v1/cores").await.expect(200);
        let made = stage.ada.post("/api/v1/tokens", &json!({ "name": format!("number {asked}") })).await.expect(201);
        let made = made["id"].as_str().expect("an id").to_owned();
        assert_eq!(stage.ada.delete(&format!("/api/v1/tokens/{made}")).await.status, 204);
        stage.ada.get(&stage.bystander.path("workspaces")).await.expect(200);
        asked += 1;
    }
    assert!(asked >= 10, "only {asked} rounds in two seconds");
    stage.assert_others_untouched().await;
}
