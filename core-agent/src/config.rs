//! The agent's configuration: one TOML file. Secrets are not in it.
//!
//! `config/core-agent.toml` names every key with its default; a test holds the two equal.

mod checks;
mod host;

use crate::installation::Version;
use secrecy::SecretString;
use serde::Deserialize;
use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The exit status for a configuration that cannot be used (`EX_CONFIG` of sysexits.h).
pub const EXIT_CONFIG: u8 = 78;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub state_dir: PathBuf,
    pub workspaces: PathBuf,
    pub max_sessions: u32,
    pub max_readers: u32,
    #[serde(with = "humantime_serde")]
    pub shutdown_timeout: Duration,
    #[serde(with = "humantime_serde")]
    pub refused_retry: Duration,
    pub link: LinkConfig,
    pub claude: ClaudeConfig,
    pub journal: JournalConfig,
    pub terminals: TerminalConfig,
    pub git: GitConfig,
    pub log: LogConfig,
    /// Never in the file: where it is, for the agent's own commands in a terminal.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    pub carrier: CarrierChoice,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CarrierChoice {
    /// Directly, or else in a WebSocket; then what worked.
    #[default]
    Auto,
    Direct,
    Websocket,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaudeConfig {
    pub command: PathBuf,
    pub minimum_version: Version,
    #[serde(with = "humantime_serde")]
    pub idle_timeout: Duration,
    #[serde(with = "humantime_serde")]
    pub refresh_ahead: Duration,
    #[serde(with = "humantime_serde")]
    pub sign_in_timeout: Duration,
    #[serde(with = "humantime_serde")]
    pub exit_grace: Duration,
    #[serde(with = "humantime_serde")]
    pub bypass_max: Duration,
    pub connectors: bool,
    pub warm_spares: u32,
    pub environment: Vec<String>,
    /// Never in the file: found in the environment or in `.env` (see `claude::api_key`).
    #[serde(skip)]
    pub api_key: Option<SecretString>,
    /// The file that held the key alone, if it was one: the CLI's tools are denied it.
    #[serde(skip)]
    pub api_key_file: Option<PathBuf>,
    /// Never in the file: the HOME of the agent, where the CLI keeps its sign-in.
    #[serde(skip)]
    pub home: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TerminalConfig {
    /// Empty: the one that the operating system knows of the agent's user.
    pub shell: PathBuf,
    pub max: u32,
    pub max_per_user: u32,
    pub max_clients: u32,
    /// In bytes a second, to a client, while somebody types into another terminal.
    pub shared_output_rate: NonZeroU32,
    /// In bytes.
    pub scrollback: u32,
    #[serde(with = "humantime_serde")]
    pub detached_timeout: Duration,
    #[serde(with = "humantime_serde")]
    pub orphaned_timeout: Duration,
    pub outlive_stop: bool,
    pub recording: RecordingPolicy,
    /// In bytes, of all recordings.
    pub recordings_size: u64,
}

/// Whether terminals are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPolicy {
    #[default]
    Off,
    /// Every one, and everybody at it is told.
    On,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// In bytes.
    pub max_size: u64,
    /// Zero: never.
    #[serde(with = "humantime_serde")]
    pub max_age: Duration,
    /// In bytes.
    pub min_free: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitConfig {
    pub command: PathBuf,
    /// Empty: a host's first key is believed and kept.
    pub known_hosts: PathBuf,
    /// Whether git in sessions and terminals may prove itself with what clones do.
    pub in_workspaces: bool,
    pub max_clones: u32,
    #[serde(with = "humantime_serde")]
    pub clone_timeout: Duration,
    pub clone_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    pub level: String,
    pub format: LogFormat,
    /// In bytes; 0 keeps none.
    pub keep: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            state_dir: PathBuf::from("/var/lib/condrix-core"),
            workspaces: PathBuf::from("/var/lib/condrix-core/workspaces"),
            max_sessions: 32,
            max_readers: 256,
            shutdown_timeout: Duration::from_secs(20),
            refused_retry: Duration::from_mins(1),
            link: LinkConfig::default(),
            claude: ClaudeConfig::default(),
            journal: JournalConfig::default(),
            terminals: TerminalConfig::default(),
            git: GitConfig::default(),
            log: LogConfig::default(),
            file: None,
        }
    }
}

impl Default for ClaudeConfig {
    fn default() -> Self {
        let environment = [
            "PATH",
            "LANG",
            "LC_*",
            "TZ",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "NO_PROXY",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
        ];
        Self {
            command: PathBuf::from("claude"),
            minimum_version: Version::new(2, 1, 197),
            idle_timeout: Duration::from_mins(15),
            refresh_ahead: Duration::from_secs(270),
            sign_in_timeout: Duration::from_mins(10),
            exit_grace: Duration::from_secs(10),
            bypass_max: Duration::ZERO,
            connectors: false,
            warm_spares: 1,
            environment: environment.map(str::to_owned).to_vec(),
            api_key: None,
            api_key_file: None,
            home: None,
        }
    }
}

impl Default for TerminalConfig {
    fn default() -> Self {
        Self {
            shell: PathBuf::new(),
            max: 32,
            max_per_user: 8,
            max_clients: 256,
            shared_output_rate: const { NonZeroU32::new(512 * 1024).unwrap() },
            scrollback: 2 * 1024 * 1024,
            detached_timeout: Duration::from_hours(24 * 7),
            orphaned_timeout: Duration::from_mins(10),
            outlive_stop: false,
            recording: RecordingPolicy::Off,
            recordings_size: 1024 * 1024 * 1024,
        }
    }
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self { max_size: 8 * 1024 * 1024 * 1024, max_age: Duration::ZERO, min_free: 256 * 1024 * 1024 }
    }
}

impl Default for GitConfig {
    fn default() -> Self {
        Self {
            command: PathBuf::from("git"),
            known_hosts: PathBuf::new(),
            in_workspaces: true,
            max_clones: 4,
            clone_timeout: Duration::from_mins(30),
            clone_bytes: 10 * 1024 * 1024 * 1024,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Auto, keep: 16 * 1024 * 1024 }
    }
}

/// One thing that is wrong, with the key it is at.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub key: &'static str,
    pub reason: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read: {error}", .path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{} is not a configuration: {error}", .path.display())]
    Malformed { path: PathBuf, error: toml::de::Error },
    #[error("the configuration cannot be used:{}", Listed(.0))]
    Unusable(Vec<Fault>),
}

struct Listed<'a>(&'a [Fault]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.key, fault.reason))
    }
}

impl Config {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
        let mut config: Self =
            toml::from_str(&text).map_err(|error| ConfigError::Malformed { path: path.to_owned(), error })?;
        config.file = std::path::absolute(path).ok();
        let faults = checks::faults(&config);
        if faults.is_empty() { Ok(config) } else { Err(ConfigError::Unusable(faults)) }
    }

    /// What the file alone does not show: that HOME is known and that no workspace holds what must stay the agent's own.
    pub fn check_host(&self) -> Result<(), ConfigError> {
        let faults = host::faults(self);
        if faults.is_empty() { Ok(()) } else { Err(ConfigError::Unusable(faults)) }
    }

    /// That the CLI is there. An agent runs without it, and says so; whoever checks a configuration wants to know.
    pub fn check_command(&self, path: Option<&std::ffi::OsStr>) -> Result<(), ConfigError> {
        let fault = host::missing_command(&self.claude.command, path);
        fault.map_or(Ok(()), |fault| Err(ConfigError::Unusable(vec![fault])))
    }
}

const STEERS: [&str; 10] =
    ["ANTHROPIC", "CLAUDE", "CONDRIX", "AI_AGENT", "NODE_", "BUN_", "LD_", "HOME", "BASH_", "SSLKEYLOGFILE"];
/// Further certificate authorities: what a proxy that ends TLS needs.
const AUTHORITIES: &str = "NODE_EXTRA_CA_CERTS";

/// Whether a variable may reach the CLI. What chooses its credentials, its endpoint, its libraries or the options of the
/// runtime in it may not, nor what would write down the keys of its connections.
fn may_be_passed(name: &str) -> bool {
    let stem = name.strip_suffix('*').unwrap_or(name);
    let steers = |prefix: &&str| stem.starts_with(prefix) || (name.ends_with('*') && prefix.starts_with(stem));
    let plain = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && (name == AUTHORITIES || !STEERS.iter().any(steers))
}

impl ClaudeConfig {
    /// [`passed`](Self::passed), of this process's own. A variable that is not Unicode is none that anybody needs.
    pub fn inherited(&self) -> Vec<(String, String)> {
        let variables = std::env::vars_os();
        self.passed(variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))))
    }

    /// Which of the agent's variables a CLI process gets. `LC_*` stands for every name that begins so.
    pub fn passed(&self, variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        let matches = |name: &str| {
            self.environment.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == pattern,
            })
        };
        variables.into_iter().filter(|(name, _)| matches(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/core-agent.toml");

    fn faults(text: &str) -> Vec<&'static str> {
        checks::faults(&toml::from_str::<Config>(text).unwrap()).into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn the_shipped_file_names_every_key_with_its_default() {
        let defaults = Config::default();
        let shipped: Config = toml::from_str(SHIPPED).unwrap();
        assert_eq!(format!("{shipped:?}"), format!("{defaults:?}"));
        assert_eq!(checks::faults(&shipped), []);
        let names = |text: &str| -> Vec<String> {
            let mut names: Vec<String> = text
                .split(|character: char| !(character.is_ascii_lowercase() || character == '_'))
                .map(str::to_owned)
                .collect();
            names.sort();
            names.dedup();
            names
        };
        let keys = |table: &toml::Table, prefix: &str| -> Vec<String> {
            table.keys().map(|key| format!("{prefix}{key}")).collect()
        };
        let table: toml::Table = SHIPPED.parse().unwrap();
        let mut shipped = keys(&table, "");
        for section in ["link", "claude", "journal", "terminals", "git", "log"] {
            shipped.extend(keys(table[section].as_table().unwrap(), ""));
        }
        // The fields' names as `Debug` writes them: a field that the file does not name is caught here.
        let debug = format!("{defaults:?}");
        let fields: Vec<String> = debug
            .split(['{', ',', ' '])
            .filter_map(|part| part.strip_suffix(':'))
            .filter(|field| !["api_key", "api_key_file", "file", "home"].contains(field))
            .map(str::to_owned)
            .collect();
        for field in names(&fields.join(" ")).into_iter().filter(|field| !field.is_empty()) {
            assert!(shipped.contains(&field), "config/core-agent.toml does not name {field}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        for text in ["stat_dir = '/x'", "[claude]\ncomand = 'claude'", "[claude]\napi_key = 'sk'"] {
            assert!(toml::from_str::<Config>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_fault_is_reported_with_its_key() {
        let text = r#"
            state_dir = "var"
            max_sessions = 0
            refused_retry = "1ms"
            [claude]
            command = "bin/claude"
            refresh_ahead = "1s"
            environment = ["PATH", "ANTHROPIC_BASE_URL"]
            [journal]
            max_size = 1
            max_age = "1s"
            [terminals]
            shell = "bash"
            max = 0
            shared_output_rate = 1
            scrollback = 1
            orphaned_timeout = "0s"
            [git]
            known_hosts = "known_hosts"
            max_clones = 0
            clone_timeout = "0s"
            [log]
            level = "loud=very"
        "#;
        assert_eq!(
            faults(text),
            [
                "state_dir",
                "max_sessions",
                "refused_retry",
                "claude.command",
                "claude.refresh_ahead",
                "claude.environment",
                "journal.max_size",
                "journal.max_age",
                "terminals.shell",
                "terminals.max",
                "terminals.shared_output_rate",
                "terminals.scrollback",
                "terminals.orphaned_timeout",
                "git.known_hosts",
                "git.max_clones",
                "git.clone_timeout",
                "log.level"
            ]
        );
    }

    #[test]
    fn what_steers_the_cli_is_never_passed_on() {
        for name in [
            "ANTHROPIC_API_KEY",
            "CLAUDECODE",
            "NODE_OPTIONS",
            "NODE_TLS_REJECT_UNAUTHORIZED",
            "NODE_*",
            "BUN_OPTIONS",
            "BUN_*",
            "BASH_ENV",
            "SSLKEYLOGFILE",
            "LD_PRELOAD",
            "HOME",
            "*",
            "A*",
            "CLAUDE_*",
            "N*",
            "",
            "A B",
        ] {
            assert!(!may_be_passed(name), "{name}");
        }
        assert!(may_be_passed("NODE_EXTRA_CA_CERTS") && may_be_passed("SSL_CERT_FILE"));
        let pass = |name: &str| {
            let variables = [(name.to_owned(), "x".to_owned())];
            !ClaudeConfig::default().passed(variables).is_empty()
        };
        assert!(pass("PATH") && pass("LC_ALL") && pass("HTTPS_PROXY"));
        assert!(!pass("ANTHROPIC_API_KEY") && !pass("HOME") && !pass("XLC_ALL") && !pass("PATHS"));
    }
}
