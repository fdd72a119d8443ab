//! The pinned genuine CLI, with an environment of its own and the stand-in as its only way out.

use super::chat::Chat;
use super::eventually::within;
use super::sign_in::SignIn;
use super::tree::Process;
use crate::vendor::Vendor;
use command_fds::CommandFdExt as _;
use command_fds::FdMapping;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tokio::process::Command;

/// Where `npm ci` in `cli/` put the binary. Fails the test with that advice when it is not there.
pub fn claude_binary() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/claude-path");
        let output = std::process::Command::new(script).output().expect("cli/claude-path runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    })
}

/// Tells the CLI where it finds its API key.
const KEY_DESCRIPTOR: &str = "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR";

/// One installation: a home of its own, on one stand-in.
#[derive(Debug)]
pub struct GenuineCli {
    folder: Arc<TempDir>,
    variables: Vec<(String, String)>,
    api_key: Option<String>,
}

impl GenuineCli {
    pub fn new(vendor: &Vendor) -> Self {
        let folder = TempDir::with_prefix("condrix-cli-").expect("a temporary folder");
        let certificate = folder.path().join("ca.pem");
        std::fs::write(&certificate, vendor.ca_pem()).expect("the authority's certificate is written");
        for part in ["home", "work"] {
            std::fs::create_dir(folder.path().join(part)).expect("a folder is made");
        }
        let variables = [
            ("HOME", folder.path().join("home").display().to_string()),
            ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("HTTPS_PROXY", vendor.proxy_url()),
            ("NODE_EXTRA_CA_CERTS", certificate.display().to_string()),
            ("BROWSER", "/bin/false".to_owned()),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned()),
            ("CLAUDE_CODE_MAX_RETRIES", "1".to_owned()),
        ];
        Self {
            folder: Arc::new(folder),
            variables: variables.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            api_key: None,
        }
    }

    /// With a further variable, or another value for one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With the whole environment of another process of the CLI instead, but for its home and its key.
    pub fn like(mut self, process: &Process) -> Self {
        let own = ["HOME", KEY_DESCRIPTOR];
        self.variables.retain(|(name, _)| own.contains(&&**name));
        let theirs = process.environment.iter().filter_map(|variable| variable.split_once('='));
        let theirs = theirs.filter(|(name, _)| !own.contains(name));
        self.variables.extend(theirs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    /// With an API key, handed over by an inherited descriptor.
    pub fn with_api_key(mut self, key: &str) -> Self {
        self.api_key = Some(key.to_owned());
        self
    }

    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where it is started: an empty directory at first.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A command with the whole environment set and every stream piped; killed when its handle goes.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(claude_binary());
        command.args(arguments).env_clear().envs(self.variables.iter().cloned()).current_dir(self.work());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if let Some(key) = &self.api_key {
            const CHILD_FD: i32 = 3;
            let (reader, mut writer) = std::io::pipe().expect("a pipe");
            writer.write_all(key.as_bytes()).expect("a key fits into a pipe");
            command.env(KEY_DESCRIPTOR, CHILD_FD.to_string());
            command
                .fd_mappings(vec![FdMapping { parent_fd: reader.into(), child_fd: CHILD_FD }])
                .expect("one descriptor maps without a clash");
        }
        command
    }

    /// Runs to the end with nothing on stdin: exit code, stdout and stderr.
    pub async fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null());
        let output = within("the CLI ends", command.output()).await.expect("the CLI runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// What `auth status` says. It reads files only.
    pub async fn status(&self) -> Value {
        let (_, stdout, _) = self.run(&["auth", "status"]).await;
        serde_json::from_str(&stdout).expect("auth status prints JSON")
    }

    /// Starts `auth login` and returns once it has shown its address.
    pub async fn begin_sign_in(&self) -> SignIn {
        SignIn::begin(self.command(&["auth", "login"])).await
    }

    /// The same, through the vendor's console.
    pub async fn begin_console_sign_in(&self) -> SignIn {
        SignIn::begin(self.command(&["auth", "login", "--console"])).await
    }

    /// Signs in as `account`, from the first line to the last.
    pub async fn sign_in(&self, vendor: &Vendor, account: &str) {
        let sign_in = self.begin_sign_in().await;
        let code = vendor.approve(sign_in.url(), account).expect("the vendor's page shows a code");
        let (exit, output) = sign_in.finish(&code).await;
        assert_eq!(exit, Some(0), "{output}");
        assert!(output.contains("Login successful."), "{output}");
    }

    /// The `claudeAiOauth` object of the credentials file.
    pub fn credentials(&self) -> Option<Value> {
        let text = std::fs::read_to_string(self.home().join(".claude/.credentials.json")).ok()?;
        let whole: Value = serde_json::from_str(&text).ok()?;
        whole.get("claudeAiOauth").cloned()
    }

    /// A conversation over JSON lines, with the flags that a Core uses and `extra` ones.
    pub fn chat(&self, extra: &[&str]) -> Chat {
        let mut arguments = vec!["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
        arguments.extend(["--include-partial-messages", "--permission-prompt-tool", "stdio"]);
        arguments.extend(["--setting-sources", "user", "--strict-mcp-config"]);
        arguments.extend(extra);
        Chat::start(self.command(&arguments), Arc::clone(&self.folder))
    }
}
