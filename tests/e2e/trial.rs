//! `make up`: what a newcomer sees first.

use condrix_tests::rig::leaks::processes_with;
use condrix_tests::rig::{Credentials, Folder, PASSWORD, Trial, eventually, plain_http, tree};
use condrix_tests::vendor::Vendor;
use rustix::process::Signal;
use serde_json::json;

fn fact<'a>(said: &'a str, label: &str) -> &'a str {
    let line = said.lines().find_map(|line| line.trim().strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label:?} in {said}")).trim()
}

#[tokio::test]
async fn a_first_start_prints_all_that_is_needed_and_a_second_keeps_everything() {
    let mut trial = Trial::prepare(&[]);
    let said = trial.run().await;
    assert_eq!(fact(&said, "Condrix runs at"), trial.url());
    let fingerprint = fact(&said, "certificate").to_owned();
    let link = fact(&said, "first visit");
    let token = link.strip_prefix(&format!("{}/setup#token=", trial.url())).expect("the token is in the fragment");

    let setup = json!({ "token": token, "name": "ada", "password": PASSWORD });
    let client = trial.client();
    assert_eq!(client.post("/api/v1/setup", &setup).await.status, 201);
    client.post("/api/v1/setup", &setup).await.expect_problem(403, "setup-token-refused");
    let metrics = plain_http().get(format!("http://{}/metrics", trial.metrics())).send().await.unwrap();
    assert!(metrics.text().await.unwrap().contains("condrix_links 1"));

    trial.program().signal(Signal::INT);
    assert!(trial.program().wait().await.success());
    eventually("both have ended", async || tree::living_in(trial.folder()).is_empty().then_some(())).await;

    let again = trial.run().await;
    assert_eq!(fact(&again, "certificate"), fingerprint);
    assert!(!again.contains("first visit"), "{again}");
    let login = json!({ "name": "ada", "password": PASSWORD });
    assert_eq!(client.post("/api/v1/login", &login).await.status, 200);
}

#[tokio::test]
async fn an_api_key_in_a_file_becomes_the_cores_and_is_in_no_process() {
    const KEY: &str = "sk-ant-api03-of-a-trial";
    let vendor = Vendor::start().await;
    vendor.accept_api_key(KEY);
    let folder = Folder::new("key");
    let mut trial = Trial::prepare(&[
        ("HTTPS_PROXY", vendor.proxy_url()),
        ("NO_PROXY", "localhost".to_owned()),
        ("NODE_EXTRA_CA_CERTS", folder.file("authority.pem", vendor.ca_pem()).display().to_string()),
        ("CONDRIX_CORE_CLAUDE_API_KEY_FILE", folder.secret("key", KEY, None).display().to_string()),
    ]);
    let said = trial.run().await;
    let (_, token) = fact(&said, "first visit").split_once("#token=").expect("the token is in the fragment");
    let setup = json!({ "token": token, "name": "ada", "password": PASSWORD });
    let cookie = trial.client().post("/api/v1/setup", &setup).await.cookie().expect("ada is logged in");
    let ada = trial.client().with(Credentials::Cookie(cookie));
    let core = ada.get("/api/v1/cores").await.expect(200)["items"][0].take();
    assert_eq!(
        (&core["claude"]["method"], &core["claude"]["state"]),
        (&json!("api_key"), &json!("signed_in")),
        "{core}"
    );
    let processes = tree::living_in(trial.folder());
    assert!(processes_with(&processes, KEY).is_empty());
}

#[tokio::test]
async fn it_leaves_the_home_of_whoever_starts_it_alone() {
    let mut trial = Trial::prepare(&[]);
    trial.run().await;
    let core_home = trial.var().join("core/home");
    let homes: Vec<_> = tree::living_in(trial.folder())
        .into_iter()
        .filter(|process| process.arguments.first().is_some_and(|name| name.ends_with("/core-agent")))
        .flat_map(|process| process.environment)
        .filter(|variable| variable.starts_with("HOME="))
        .collect();
    assert!(!homes.is_empty());
    assert!(homes.iter().all(|home| *home == format!("HOME={}", core_home.display())), "{homes:?}");
    assert_eq!(std::fs::read_dir(trial.somebody()).unwrap().count(), 0);
}

#[tokio::test]
async fn when_one_of_the_two_dies_the_other_is_ended_and_the_reason_is_named() {
    let mut trial = Trial::prepare(&[]);
    trial.run().await;
    let gateway = tree::living_in(trial.folder())
        .into_iter()
        .find(|process| process.arguments.first().is_some_and(|name| name.ends_with("/condrix-gateway")))
        .expect("a gateway runs");
    tree::kill(gateway.pid, Signal::KILL);
    assert!(!trial.program().wait().await.success());
    assert!(trial.program().log_text().contains("a process ended"));
    eventually("nothing is left", async || tree::living_in(trial.folder()).is_empty().then_some(())).await;
}
