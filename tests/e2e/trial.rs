//! `make up`: what a newcomer sees first.

use crate::holes::sampler::Sampler;
use condrix_tests::rig::leaks::processes_with;
use condrix_tests::rig::{
    Client, Credentials, Folder, PASSWORD, Trial, core_user, eventually, plain_http, tree, within,
};
use condrix_tests::vendor::Vendor;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

fn fact<'a>(said: &'a str, label: &str) -> &'a str {
    let line = said.lines().find_map(|line| line.trim().strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label:?} in {said}")).trim()
}

/// Uses the link of the first visit.
async fn first_administrator(trial: &Trial, said: &str) -> Client {
    let (_, token) = fact(said, "first visit").split_once("#token=").expect("the token is in the fragment");
    let setup = json!({ "token": token, "name": "ada", "password": PASSWORD });
    let cookie = trial.client().post("/api/v1/setup", &setup).await.cookie().expect("ada is logged in");
    trial.client().with(Credentials::Cookie(cookie))
}

/// The trial's one Core, as it is listed.
async fn the_core(client: &Client) -> Value {
    client.get("/api/v1/cores").await.expect(200)["items"][0].take()
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
    let core = the_core(&first_administrator(&trial, &said).await).await;
    assert_eq!(
        (&core["claude"]["method"], &core["claude"]["state"]),
        (&json!("api_key"), &json!("signed_in")),
        "{core}"
    );
    let processes = tree::living_in(trial.folder());
    assert!(processes_with(&processes, KEY).is_empty());
}

/// Programs that go before those of the same names, write down how they were called and with what environment, and do
/// what they are for.
fn witnesses(folder: &Folder, names: &[&str]) -> (PathBuf, PathBuf) {
    let (bin, called) = (folder.private("bin", None), folder.join("called"));
    for name in names {
        let witness = bin.join(name);
        let script = format!(
            "#!/bin/sh\n{{ echo \"$0 $*\"; tr '\\0' '\\n' </proc/self/environ; }} >>{}\nPATH=/usr/bin:/bin exec {name} \"$@\"\n",
            called.display()
        );
        std::fs::write(&witness, script).expect("a witness is written");
        std::fs::set_permissions(&witness, std::fs::Permissions::from_mode(0o755)).expect("the mode is set");
    }
    (bin, called)
}

#[tokio::test]
async fn an_api_key_in_a_variable_is_in_no_argument_and_in_the_environment_of_the_agent_alone() {
    const KEY: &str = "sk-ant-api03-of-a-trial-in-a-variable";
    let vendor = Vendor::start().await;
    vendor.accept_api_key(KEY);
    let folder = Folder::new("key");
    let (bin, called) = witnesses(&folder, &["curl", "env", "jq", "mkdir", "openssl"]);
    let sampler = Sampler::start();
    let mut trial = Trial::prepare(&[
        ("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display())),
        ("HTTPS_PROXY", vendor.proxy_url()),
        ("NO_PROXY", "localhost".to_owned()),
        ("NODE_EXTRA_CA_CERTS", folder.file("authority.pem", vendor.ca_pem()).display().to_string()),
        ("CONDRIX_CORE_CLAUDE_API_KEY", KEY.to_owned()),
        ("SOMETHING_OF_SOMEBODY", "else".to_owned()),
    ]);
    let said = trial.run().await;
    let core = the_core(&first_administrator(&trial, &said).await).await;
    assert_eq!(core["claude"]["method"], "api_key", "{core}");

    let script = trial.program().pid().expect("the script runs");
    let others: Vec<_> = tree::living_in(trial.folder()).into_iter().filter(|process| process.pid != script).collect();
    let (agent, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|process| {
        process.arguments[0].ends_with("/core-agent") && process.arguments.last().is_some_and(|last| last == "run")
    });
    assert_eq!((agent.len(), others.is_empty()), (1, false), "{agent:?} {others:?}");
    assert!(processes_with(&others, KEY).is_empty());
    assert!(processes_with(&agent, "SOMETHING_OF_SOMEBODY").is_empty(), "its environment is emptied");
    let called = std::fs::read_to_string(called).unwrap();
    assert!(called.contains("/bin/jq") && called.contains("SOMETHING_OF_SOMEBODY"), "{called}");
    assert!(!called.contains(KEY), "a program that the script calls was given the key");
    let shown = sampler.stop();
    assert!(shown.arguments.iter().all(|argument| !argument.contains(KEY)), "the key was in arguments");
}

#[tokio::test]
async fn a_revoked_core_does_not_keep_the_trial_from_starting_and_how_to_restore_it_is_printed() {
    let mut trial = Trial::prepare(&[]);
    let said = trial.run().await;
    let ada = first_administrator(&trial, &said).await;
    let core = the_core(&ada).await;
    let path = format!("/api/v1/cores/{}", core["id"].as_str().expect("a Core has an id"));
    ada.post(&format!("{path}/revoke"), &json!({})).await.expect(200);
    trial.program().signal(Signal::INT);
    assert!(trial.program().wait().await.success());

    // It asks again soon: this test need not last a minute.
    let settings = trial.var().join("core/core-agent.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(settings, format!("refused_retry = \"200ms\"\n{text}")).unwrap();
    let again = trial.run().await;
    assert!(fact(&again, "the Core").contains("is revoked"), "{again}");
    assert!(the_core(&ada).await["revoked_at"].is_string());
    let restore = again.lines().find(|line| line.contains(" core restore ")).expect("it says how to take it back");
    let mut bash = tokio::process::Command::new("bash");
    bash.args(["-c", restore.trim()]).env_clear().env("PATH", "/usr/bin:/bin").kill_on_drop(true);
    let restored = within("the Core is restored", bash.output()).await.unwrap();
    assert!(restored.status.success(), "{restored:?}");
    eventually("the Core is back", async || (the_core(&ada).await["link"]["status"] == "online").then_some(())).await;
}

#[tokio::test]
async fn it_leaves_the_home_of_whoever_starts_it_alone() {
    let mut trial = Trial::prepare(&[]);
    trial.run().await;
    let core_home = trial.var().join("core/home");
    // What the agent has asked the CLI at its start has left its file.
    eventually("the CLI was in the Core's home", async || core_home.join(".claude.json").exists().then_some(())).await;
    let homes: Vec<_> = tree::living_in(trial.folder())
        .into_iter()
        .filter(|process| process.arguments.first().is_some_and(|name| name.ends_with("/core-agent")))
        .flat_map(|process| process.environment)
        .filter(|variable| variable.starts_with("HOME="))
        .collect();
    // Only root may see the agent's.
    assert!(core_user().is_none() || !homes.is_empty());
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
