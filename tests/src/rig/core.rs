//! A Core: its user's home, its agent's process, and what of it is left when it ends.

use super::gateway::Gateway;
use super::tree::{self, Process};
use super::{Client, Folder, Program, Start, binary, claude_binary, core_user, eventually, settings};
use crate::vendor::Vendor;
use std::path::{Path, PathBuf};
use toml::{Table, toml};

#[derive(Debug)]
pub struct Core {
    name: String,
    id: String,
    start: Start,
    program: Option<Program>,
    log: PathBuf,
    gateway: String,
    // Last: the folder goes when nothing lives in it any more.
    folder: Folder,
}

/// What a Core is to be like.
#[derive(Clone, Debug, Default)]
pub struct CoreOptions {
    /// Other settings, as in `config/core-agent.toml`.
    pub settings: Table,
    pub api_key: Option<String>,
    /// Further variables of the agent's environment.
    pub variables: Vec<(String, String)>,
}

impl Core {
    /// A Core's folder and configuration; nothing runs and nothing is paired.
    pub fn prepare(name: &str, gateway: &Gateway, vendor: &Vendor, options: &CoreOptions) -> Self {
        let user = core_user();
        let folder = Folder::new(&format!("core-{name}"));
        let home = folder.private("home", user);
        let mut base = toml! {
            [claude]
            exit_grace = "2s"
            warm_spares = 0
            [log]
            format = "text"
            level = "info,core_agent=debug"
        };
        for part in ["state", "workspaces"] {
            let path = folder.private(part, user);
            let key = if part == "state" { "state_dir" } else { part };
            base.insert(key.to_owned(), path.display().to_string().into());
        }
        let command = binary::reachable(claude_binary()).display().to_string();
        settings::set(&mut base, "claude", "command", command);
        let config = folder.file("core-agent.toml", &settings::text(&settings::joined(base, &options.settings)));
        let authority = folder.file("vendor-authority.pem", vendor.ca_pem());
        let mut variables: Vec<(String, String)> = [
            ("HOME", home.display().to_string()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("HTTPS_PROXY", vendor.proxy_url()),
            ("NO_PROXY", "localhost,127.0.0.1".to_owned()),
            ("NODE_EXTRA_CA_CERTS", authority.display().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(key) = &options.api_key {
            let file = folder.secret("api-key", key, user).display().to_string();
            variables.push(("CONDRIX_CORE_CLAUDE_API_KEY_FILE".to_owned(), file));
        }
        variables.extend(options.variables.iter().cloned());
        let start = Start {
            name: format!("core-agent {name}"),
            binary: binary::reachable(&binary::built("core-agent")),
            arguments: vec!["--config".to_owned(), config.display().to_string(), "run".to_owned()],
            variables,
            user,
            folder: folder.path().to_owned(),
        };
        Self {
            name: name.to_owned(),
            id: String::new(),
            start,
            program: None,
            log: folder.join("core-agent.log"),
            gateway: gateway.url().to_string(),
            folder,
        }
    }

    /// Pairs with a token that the gateway's command line gives.
    pub async fn pair(&mut self, gateway: &Gateway) {
        let made = gateway.order(&["core", "pair", "--name", &self.name], "").await;
        let token = made["token"].as_str().unwrap_or_else(|| panic!("no token: {made}")).to_owned();
        let joined = self.join(&token).await;
        let complaint = String::from_utf8_lossy(&joined.stderr);
        assert!(joined.status.success(), "{} cannot join: {complaint}", self.name);
        let listed = gateway.order(&["core", "list"], "").await;
        let cores = listed["cores"].as_array().expect("a list of Cores");
        let mine = cores.iter().find(|core| core["name"] == self.name.as_str()).expect("the Core is listed");
        mine["id"].as_str().expect("a Core has an id").clone_into(&mut self.id);
    }

    /// Lets the paired agent dial another port of loopback in place of the gateway's.
    pub fn dial(&self, port: u16) {
        let file = self.state().join("gateway.json");
        let text = std::fs::read_to_string(&file).expect("the agent is paired");
        let mut paired: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        paired["gateway"] = format!("https://localhost:{port}").into();
        std::fs::write(&file, paired.to_string()).expect("the file is written");
    }

    /// `core-agent join`, with the token on stdin.
    pub async fn join(&self, token: &str) -> std::process::Output {
        self.command(&["join", &self.gateway], &format!("{token}\n")).await
    }

    /// Runs the agent's command line with the Core's configuration, user and environment.
    pub async fn command(&self, arguments: &[&str], input: &str) -> std::process::Output {
        let config = &self.start.arguments[..2];
        let arguments = config.iter().cloned().chain(arguments.iter().map(|&argument| argument.to_owned()));
        let start = Start { arguments: arguments.collect(), ..self.start.clone() };
        start.finish(input).await
    }

    /// Starts the agent, also after it has ended. Whatever an earlier one has left behind is ended first.
    pub fn run(&mut self) {
        drop(self.program.take());
        self.program = Some(self.start.run(&self.log));
    }

    /// Starts the agent after it was killed, while what it has left behind still lives.
    pub fn run_at_once(&mut self) {
        std::mem::forget(self.program.take());
        self.program = Some(self.start.run(&self.log));
    }

    /// Waits until the gateway says that the Core is there, by a link of the agent that was started last: of one that
    /// has just ended, the gateway may not have heard yet.
    pub async fn online(&self, client: &Client) {
        eventually("the agent's link is up", async || self.latest_log().contains("the link is up").then_some(())).await;
        let path = format!("/api/v1/cores/{}", self.id);
        eventually("the Core is online", async || {
            (client.get(&path).await.json()["link"]["status"] == "online").then_some(())
        })
        .await;
    }

    /// What the agent that was started last has written.
    fn latest_log(&self) -> String {
        let log = self.log_text();
        log.rsplit("\n--- ").next().unwrap_or_default().to_owned()
    }

    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().expect("the agent was started")
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public path of something on this Core.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/cores/{}/{rest}", self.id)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    pub fn workspaces(&self) -> PathBuf {
        self.folder.join("workspaces")
    }

    /// The user that it runs as, when that is another than the test's.
    pub fn user(&self) -> Option<u32> {
        self.start.user
    }

    /// Everything that it has logged so far.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log is read")
    }

    /// What runs on this Core now, the agent included.
    pub fn processes(&self) -> Vec<Process> {
        tree::living_in(self.folder())
    }

    /// The genuine CLI's processes.
    pub fn cli_processes(&self) -> Vec<Process> {
        let command = binary::reachable(claude_binary()).display().to_string();
        let is_cli = |process: &Process| process.arguments.first() == Some(&command);
        let all: Vec<Process> = self.processes().into_iter().filter(is_cli).collect();
        // One that has just been forked by another is about to become some other program.
        all.iter().filter(|process| all.iter().all(|other| other.pid != process.parent)).cloned().collect()
    }
}
