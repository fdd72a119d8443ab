//! Recordings: what a terminal has shown, where the Core's policy wants it.

use super::{world, world_with};
use condrix_tests::rig::Folder;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_terminal_says_so_and_its_recording_has_what_it_showed_and_nothing_typed() {
    let (world, core) = world_with(toml::toml! { recording = "on" }).await;
    let (id, mut terminal) = core.new_terminal(&world.ada).await;
    assert_eq!(terminal.attached()["recorded"], true);
    terminal.until_shown("This terminal is recorded").await;
    terminal.say(&json!({ "type": "resize", "size": { "rows": 30, "columns": 100 } })).await;
    terminal.keys("stty -echo; printf 'ask%s' ed; read -r secret; stty echo; echo it was ${#secret} long\r").await;
    terminal.until("asked").await;
    terminal.keys("hunter-two\r").await;
    terminal.until("it was 10 long").await;
    terminal.keys("exit\r").await;
    terminal.until_told("exited").await;
    assert_eq!(world.ada.delete(&core.path(&format!("terminals/{id}"))).await.status, 204);

    let listed = world.ada.get(&core.path("recordings")).await.expect(200);
    assert_eq!((&listed["recordings"][0]["terminal"], &listed["recordings"][0]["live"]), (&json!(id), &json!(false)));
    let path = core.path(&format!("recordings/{id}"));
    let cast = world.ada.get(&path).await;
    assert_eq!(cast.header("content-type"), Some("application/octet-stream"));
    let lines: Vec<Value> = cast.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]), (&json!(2), &json!(80), &json!(24)));
    let of = |kind: &str| -> Vec<&str> {
        lines[1..].iter().filter(|line| line[1] == kind).map(|line| line[2].as_str().unwrap()).collect()
    };
    assert_eq!(of("r"), ["100x30"]);
    assert!(of("o").concat().contains("it was 10 long"), "{}", cast.text);
    assert!(!cast.text.contains("hunter-two") && of("i").is_empty(), "{}", cast.text);
    let times: Vec<f64> = lines[1..].iter().map(|line| line[0].as_f64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let folder = Folder::new("cast");
    assert_eq!(played(&folder.file("terminal.cast", &cast.text)).await, of("o").concat());

    assert_eq!(world.ada.delete(&path).await.status, 204);
    world.ada.get(&path).await.expect_problem(404, "not-found");
    let events = world.gateway.audited().await;
    let acts: Vec<_> = events.iter().map(|event| &*event.action).filter(|act| act.starts_with("recording.")).collect();
    assert_eq!(acts, ["recording.read", "recording.removed", "recording.read"]);
}

/// What asciinema shows of a recording. It wants a terminal, which script(1) gives it.
async fn played(cast: &Path) -> String {
    let folder = cast.parent().expect("it is in a folder");
    let mut player = Command::new("script");
    player.args(["--quiet", "--return", "--command", "asciinema cat terminal.cast", "/dev/null"]).current_dir(folder);
    player.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("HOME", folder).stdin(Stdio::null());
    let shown = player.output().await.expect("script runs");
    let shown_text = String::from_utf8(shown.stdout).expect("a recording is text");
    assert!(shown.status.success(), "asciinema runs; `make test` installs it: {shown_text}");
    shown_text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_that_policy_nothing_is_recorded() {
    let (world, core) = world().await;
    let (_, mut terminal) = core.new_terminal(&world.ada).await;
    assert_eq!(terminal.attached()["recorded"], false);
    terminal.run("echo nothing of this").await;
    let listed = world.ada.get(&core.path("recordings")).await.expect(200);
    assert_eq!(listed["recordings"], json!([]));
}
