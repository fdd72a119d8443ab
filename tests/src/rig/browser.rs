//! People in browsers. A scenario in `web/e2e` says what they do and see; what only the rig can do, it asks for here.

use super::World;
use super::eventually::DEADLINE;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

/// Where a scenario plays.
#[derive(Debug)]
pub struct Stage<'a> {
    world: &'a World,
    told: Value,
}

impl World {
    /// A browser for the people of this world. `told`: what the scenario knows beforehand.
    pub const fn stage(&self, told: Value) -> Stage<'_> {
        Stage { world: self, told }
    }
}

impl Stage<'_> {
    /// Plays a scenario to its end. `asked` is what it asks of the rig, with what for, and returns what it is told.
    pub async fn play(self, scenario: &str, mut asked: impl AsyncFnMut(&str, &Value) -> Value) {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
        let home = TempDir::with_prefix("condrix-browser-").expect("a temporary folder");
        let told = json!({
            "url": self.world.gateway.url(),
            // The vendor's pages come from the stand-in, and nothing comes from anywhere else.
            "proxy": self.world.vendor.proxy_url(),
            "password": super::PASSWORD,
            "pictures": pictures(scenario),
            "told": self.told,
        });
        let mut script = Command::new("node")
            .arg(web.join("e2e/play.mjs"))
            .arg(scenario)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .expect("node runs");
        let mut stdin = script.stdin.take().expect("stdin is piped");
        let mut lines = BufReader::new(script.stdout.take().expect("stdout is piped")).lines();
        stdin.write_all(format!("{told}\n").as_bytes()).await.expect("the scenario is told");
        let conversation = async {
            while let Some(line) = lines.next_line().await.expect("the scenario's output is text") {
                let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                let what = line["ask"].as_str().unwrap_or_else(|| panic!("nothing is asked: {line}"));
                let answer = asked(what, &line["with"]).await;
                // A scenario that has failed meanwhile says so by how it ends.
                let _ = stdin.write_all(format!("{answer}\n").as_bytes()).await;
            }
            script.wait().await.expect("the scenario ends")
        };
        let ended = timeout(DEADLINE * 2, conversation).await.unwrap_or_else(|_| panic!("{scenario} goes on for ever"));
        assert!(ended.success(), "{scenario} failed; its pictures are in {}", pictures(scenario).display());
    }

    /// The same, where it asks for nothing.
    pub async fn play_alone(self, scenario: &str) {
        self.play(scenario, async |what, _| panic!("nobody answers: {what}")).await;
    }
}

/// Where a scenario leaves what it looked like.
fn pictures(scenario: &str) -> PathBuf {
    super::binary::built_in().join("../web-pictures").join(scenario)
}
