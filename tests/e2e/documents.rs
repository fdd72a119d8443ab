//! What the documents claim: the tests they name exist, and their examples can be used.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).expect("a source is text"));
        }
    }
}

#[test]
fn every_test_that_the_authentication_document_names_exists() {
    let document = fs::read_to_string(root().join("docs/authentication.md")).unwrap();
    let mut tests = String::new();
    sources(&root().join("tests/e2e"), &mut tests);
    // A test's name is a sentence: lower case, with at least three words.
    let is_name = |text: &&str| {
        text.matches('_').count() >= 3 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named: Vec<&str> = document.split('`').skip(1).step_by(2).filter(is_name).collect();
    assert!(named.len() >= 20, "{} tests are named", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// An example of the operating document, by how it begins.
fn example(beginning: &str) -> String {
    let document = fs::read_to_string(root().join("docs/operating.md")).expect("the document is there");
    let example = document.split("```yaml\n").find(|part| part.starts_with(beginning)).expect("there is an example");
    example.split("```").next().expect("an example ends").to_owned()
}

fn promtool(arguments: &[&str], file: &Path) {
    let run = Command::new("promtool").args(arguments).arg(file).output().expect("promtool is installed");
    let said = [run.stdout, run.stderr].concat();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn the_alerts_and_the_scraping_in_the_operating_document_are_what_prometheus_takes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("example.yml");
    for (check, beginning) in [("config", "scrape_configs:"), ("rules", "groups:")] {
        fs::write(&file, example(beginning)).unwrap();
        promtool(&["check", check], &file);
    }
}

/// Name, series with their values, when it is quiet and when it fires.
type Alert = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// Each with the metrics as they are before and after what it is for, a value a minute; it is quiet, and then it fires.
const ALERTS: [Alert; 5] = [
    ("CoreDown", &[("condrix_core_up{core=\"a\"}", "1+0x9 0+0x20")], "9m", "16m"),
    (
        "ClaudeSignedOut",
        // The sign-in has ended at the vendor: there is no expiry any more. Another Core uses a key.
        &[
            ("condrix_core_claude_signed_in{core=\"a\",method=\"oauth\"}", "1+0x9 0+0x40"),
            ("condrix_core_claude_signed_in{core=\"a\",method=\"api_key\"}", "0+0x50"),
            ("condrix_core_claude_token_expiry_timestamp_seconds{core=\"a\"}", "28800+0x9 stale"),
            ("condrix_core_claude_signed_in{core=\"b\",method=\"oauth\"}", "0+0x50"),
            ("condrix_core_claude_signed_in{core=\"b\",method=\"api_key\"}", "1+0x50"),
        ],
        "20m",
        "30m",
    ),
    (
        "ClaudeSignInLapses",
        &[("condrix_core_claude_token_expiry_timestamp_seconds{core=\"a\"}", "3600+0x150")],
        "119m",
        "121m",
    ),
    ("CoreKeyInUseTwice", &[("condrix_cloned_key_alarms_total", "0+0x9 1+0x20")], "9m", "12m"),
    (
        "GatewayFaults",
        &[("condrix_http_requests_total{status_class=\"5xx\",route=\"/livez\",method=\"GET\"}", "0+0x9 10+10x20")],
        "9m",
        "20m",
    ),
];

#[test]
fn each_alert_of_the_operating_document_fires_when_it_should_and_not_before() {
    let rules = example("groups:");
    let named: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(named, ALERTS.map(|(name, ..)| name), "each alert has its case");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yml"), &rules).unwrap();
    let file = folder.path().join("test.yml");
    for (name, series, quiet, fires) in ALERTS {
        let series: Vec<_> =
            series.iter().map(|(series, values)| json!({ "series": series, "values": values })).collect();
        // The others tell of one Core.
        let of_all = matches!(name, "CoreKeyInUseTwice" | "GatewayFaults");
        let labels = if of_all { json!({}) } else { json!({ "core": "a" }) };
        let at = |time: &str, alerts: Value| json!({ "alertname": name, "eval_time": time, "exp_alerts": alerts });
        let expected = [at(quiet, json!([])), at(fires, json!([{ "exp_labels": labels }]))];
        let test = json!({ "interval": "1m", "input_series": series, "alert_rule_test": expected });
        let whole = json!({ "rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test] });
        // JSON is YAML.
        fs::write(&file, whole.to_string()).unwrap();
        promtool(&["test", "rules"], &file);
    }
}
