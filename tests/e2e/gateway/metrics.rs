//! What Prometheus sees.

use condrix_tests::rig::{Gateway, World, eventually, plain_http};
use condrix_tests::rogue::Rogue;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn series(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned))
}

#[tokio::test]
async fn a_live_gateways_metrics_are_clean_and_follow_its_cores() {
    let world = World::start().await;
    let mut core = world.core("one").await;
    let up = format!("condrix_core_up{{core=\"{}\"}}", core.id());
    let text = world.gateway.metrics().await;
    assert_eq!(series(&text, &up).as_deref(), Some("1"));
    assert_eq!(series(&text, "condrix_links").as_deref(), Some("1"));
    assert!(text.contains("condrix_http_requests_total{method=\"GET\",route=\"/api/v1/cores/{core}\""), "{text}");
    assert!(!text.contains(&format!("/api/v1/cores/{}", core.id())), "a path is no label");
    assert!(text.contains("process_resident_memory_bytes") && text.contains("condrix_build_info"), "{text}");

    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed");
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = promtool.wait_with_output().unwrap();
    assert!(said.status.success() && said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));

    core.program().kill().await;
    eventually("the link's end shows", async || (series(&world.gateway.metrics().await, &up)? == "0").then_some(()))
        .await;
}

#[tokio::test]
async fn a_revocation_and_how_long_its_cut_took_are_counted() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let rogue = Rogue::start(&gateway, "rogue").await;
    let counted = async || {
        let text = gateway.metrics().await;
        ["condrix_revocations_total", "condrix_revocation_cut_seconds_count"].map(|name| series(&text, name))
    };
    assert_eq!(counted().await, [Some("0".to_owned()), Some("0".to_owned())]);
    ada.post(&rogue.path("revoke"), &serde_json::json!({})).await.expect(200);
    assert_eq!(counted().await, [Some("1".to_owned()), Some("1".to_owned())]);
    let text = gateway.metrics().await;
    let sum = series(&text, "condrix_revocation_cut_seconds_sum").expect("a histogram has a sum");
    assert!(sum.parse::<f64>().is_ok_and(|sum| sum > 0.0), "{sum}");
}

#[tokio::test]
async fn the_metrics_address_answers_nothing_else_and_the_public_one_has_no_metrics() {
    let world = World::start().await;
    let line = world.gateway.log_text();
    let ready = line.lines().find(|line| line.contains("ready")).expect("the gateway says that it is ready").to_owned();
    let address =
        ready.split("metrics=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("with its address");
    let address = address.trim_matches('"');
    for path in ["", "api/v1/cores", "livez"] {
        let answer = plain_http().get(format!("http://{address}/{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(world.ada.get("/metrics").await.status, 404);
}
