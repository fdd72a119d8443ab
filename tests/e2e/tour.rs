//! The README's tour, word for word: its blocks are run as they stand, and the test plays the person at the keyboard. Of
//! `make up` it runs what comes after the building, `scripts/up`.

use condrix_tests::rig::{Folder, PASSWORD, Trial, within};
use condrix_tests::vendor::{Answer, Say, Vendor};
use serde_json::json;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

const README: &str = include_str!("../../README.md");

/// The `sh` blocks of the tour, in their order.
fn blocks() -> Vec<&'static str> {
    let tour = README.split("\n## ").find(|part| part.starts_with("A five-minute tour")).expect("there is a tour");
    tour.split("```sh\n").skip(1).map(|part| part.split("```").next().expect("a block ends")).collect()
}

fn first_visit(said: &str) -> &str {
    said.lines().find_map(|line| line.trim().strip_prefix("first visit")).expect("a first start prints a link").trim()
}

#[tokio::test]
async fn the_readmes_tour_works_word_for_word() {
    let vendor = Vendor::start().await;
    let folder = Folder::new("tour");
    let authority = folder.file("authority.pem", vendor.ca_pem());
    let mut trial = Trial::prepare(&[
        ("HTTPS_PROXY", vendor.proxy_url()),
        ("NO_PROXY", "localhost".to_owned()),
        ("NODE_EXTRA_CA_CERTS", authority.display().to_string()),
    ]);
    let said = trial.run().await;
    vendor
        .script()
        .once("Say hello in one sentence.", Say { thinking: Some("Politely.".into()), ..Say::text("Hello!") });
    let file = trial.var().join("core/workspaces/tour/hello.txt").display().to_string();
    let input = json!({ "file_path": file, "content": "hello\n" });
    vendor.script().once("Create hello.txt", Answer::Tool { name: "Write".to_owned(), input, text: None });

    let blocks = blocks();
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
    let script = folder.file("tour.sh", &format!("set -euo pipefail\n{}", blocks.join("\n")));
    let mut bash = Command::new("bash")
        .arg(script)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", folder.path())
        .env("GATEWAY", trial.url())
        .env("VAR", trial.var())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("bash starts");
    let mut stdin = bash.stdin.take().expect("stdin is piped");
    let mut errors = bash.stderr.take().expect("stderr is piped");
    let mut lines = BufReader::new(bash.stdout.take().expect("stdout is piped")).lines();
    stdin.write_all(format!("{}\n{PASSWORD}\n", first_visit(&said)).as_bytes()).await.unwrap();
    let mut seen = String::new();
    while let Some(line) = within("the tour goes on", lines.next_line()).await.unwrap() {
        if line.starts_with("https://") && line.contains("/oauth/authorize?") {
            let code = vendor.approve(&line.parse().expect("what is printed is an address"), "ada").expect("a code");
            stdin.write_all(format!("{code}\n").as_bytes()).await.unwrap();
        }
        seen.push_str(&line);
        seen.push('\n');
    }
    let mut complaint = String::new();
    within("the tour's errors end", errors.read_to_string(&mut complaint)).await.unwrap();
    let status = within("the tour ends", bash.wait()).await.unwrap();
    assert!(status.success(), "{seen}\n{complaint}");

    for wanted in [
        "\"role\": \"admin\"",
        "\"name\": \"this-machine\"",
        "\"state\": \"signed_in\"",
        "event: thinking_delta",
        "Hello!",
        "event: turn_completed",
        "\"continuity\":\"ok\"",
        "\"decision\": \"allow\"",
        "\nhello\n",
        "\"outcome\": \"revoked\"",
        "\"streams_cut\"",
        "\"revoked_at\": \"20",
        "\"epoch\": 3",
    ] {
        assert!(seen.contains(wanted), "no {wanted:?} in:\n{seen}\n{complaint}");
    }
    assert!(!seen.contains("sk-ant-o"), "a token was shown");
    // The CLI has signed in, conversed and signed out: all in the Core's home.
    let touched: Vec<_> = std::fs::read_dir(trial.somebody()).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(touched.is_empty(), "{touched:?}");
}
