//! What the Claude side of a Core works with, worked out once from the configuration and the agent's environment.

use super::credentials::ConsoleKey;
use crate::config::Config;
use crate::git::GitFolder;
use crate::installation::Version;
use crate::journal::Limits;
use crate::private_files::PrivateFileError;
use protocol::ids::SessionId;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// With an empty HOME the CLI would fall back to the home directory that the operating system knows.
    #[error("HOME is not set to an absolute path: the CLI keeps its sign-in there")]
    NoHome,
    #[error("{} cannot be made: {error}", .path.display())]
    Directory { path: PathBuf, error: std::io::Error },
    #[error(transparent)]
    Git(#[from] PrivateFileError),
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// The genuine CLI: a path, or a name that PATH leads to.
    pub(super) program: String,
    /// An older CLI is given no work.
    pub(super) minimum: Version,
    /// The home directory that the CLI is given; its `.claude` holds the sign-in.
    pub(super) home: PathBuf,
    /// The agent's variables that the CLI gets too.
    pub(super) passed: Vec<(String, String)>,
    pub(super) state_dir: PathBuf,
    pub(super) workspaces: PathBuf,
    pub(super) api_key: Option<SecretString>,
    pub(super) api_key_file: Option<PathBuf>,
    pub(super) idle_timeout: Duration,
    /// CLI processes of sessions at one time.
    pub(super) max_processes: usize,
    pub(super) sign_in_timeout: Duration,
    pub(super) refresh_lead: Duration,
    pub(super) exit_grace: Duration,
    pub(super) limits: Limits,
    /// Zero: sessions stay whatever their age.
    pub(super) max_age: Duration,
    /// How long a session may run without asking at most; nothing where none may.
    pub(super) bypass_max: Duration,
    /// Whether the CLI may use the connectors of the account that it is signed in with.
    pub(super) connectors: bool,
    pub(super) warm_spares: usize,
    /// What git in a session is told of this Core and of who commits.
    pub(super) git: GitFolder,
}

impl Settings {
    pub fn new(config: &Config) -> Result<Self, SettingsError> {
        let home = config.claude.home.clone().filter(|home| home.is_absolute());
        let settings = Self {
            program: config.claude.command.to_string_lossy().into_owned(),
            minimum: config.claude.minimum_version,
            home: home.ok_or(SettingsError::NoHome)?,
            passed: absolute_path_alone(config.claude.inherited()),
            state_dir: config.state_dir.clone(),
            workspaces: config.workspaces.clone(),
            api_key: config.claude.api_key.clone(),
            api_key_file: config.claude.api_key_file.clone(),
            idle_timeout: config.claude.idle_timeout,
            max_processes: usize::try_from(config.max_sessions).unwrap_or(usize::MAX),
            sign_in_timeout: config.claude.sign_in_timeout,
            refresh_lead: config.claude.refresh_ahead,
            exit_grace: config.claude.exit_grace,
            limits: Limits { max_size: config.journal.max_size, min_free: config.journal.min_free },
            max_age: config.journal.max_age,
            bypass_max: config.claude.bypass_max,
            connectors: config.claude.connectors,
            warm_spares: usize::try_from(config.claude.warm_spares).unwrap_or(usize::MAX),
            git: GitFolder::open(&config.state_dir)?,
        };
        for path in [settings.claude_dir(), settings.quiet_dir(), settings.alone_dir(), settings.mcp_dir()] {
            make_private(&path).map_err(|error| SettingsError::Directory { path, error })?;
        }
        Ok(settings)
    }

    /// The CLI's configuration directory.
    pub(super) fn claude_dir(&self) -> PathBuf {
        self.home.join(".claude")
    }

    /// Where the CLI keeps its OAuth credentials.
    pub(super) fn credentials_file(&self) -> PathBuf {
        self.claude_dir().join(".credentials.json")
    }

    /// Where the CLI keeps the key of a sign-in through the console.
    pub(super) fn console_key(&self) -> ConsoleKey {
        ConsoleKey::new(self.home.join(".claude.json"), self.claude_dir().join("backups"))
    }

    /// Who signed this Core in.
    pub(super) fn owner_file(&self) -> PathBuf {
        self.state_dir.join("claude-owner.json")
    }

    /// Which workspaces are trusted.
    pub(super) fn trust_file(&self) -> PathBuf {
        self.state_dir.join("trusted-workspaces.json")
    }

    /// The MCP servers, secrets and all.
    pub(super) fn mcp_file(&self) -> PathBuf {
        self.state_dir.join("mcp-servers.json")
    }

    /// Where the CLI finds programs.
    pub(super) fn path(&self) -> &str {
        self.passed.iter().find(|(name, _)| name == "PATH").map_or("", |(_, path)| path)
    }

    /// Where a starting process finds those that it is given.
    pub(super) fn mcp_dir(&self) -> PathBuf {
        self.state_dir.join("mcp")
    }

    /// Where each conversation has the file that the supervisor of its process locks.
    fn alone_dir(&self) -> PathBuf {
        self.state_dir.join("conversations")
    }

    pub(super) fn alone_file(&self, session: SessionId) -> PathBuf {
        self.alone_dir().join(session.to_string())
    }

    /// An empty directory to run the CLI in where no workspace is meant: nothing of a repository can reach it there.
    pub(super) fn quiet_dir(&self) -> PathBuf {
        self.state_dir.join("quiet")
    }
}

/// What is passed on, without what PATH has of relative folders: those would be each workspace's own.
fn absolute_path_alone(mut passed: Vec<(String, String)>) -> Vec<(String, String)> {
    for (_, path) in passed.iter_mut().filter(|(name, _)| name == "PATH") {
        let absolute: Vec<&str> = path.split(':').filter(|folder| folder.starts_with('/')).collect();
        *path = absolute.join(":");
    }
    passed
}

/// A directory that only its owner may enter. One that is there already is left as it is: the home directory is the
/// user's own.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_relative_folder_of_the_path_is_passed_on() {
        let passed = |path: &str| absolute_path_alone(vec![("PATH".into(), path.into()), ("X".into(), ".:y".into())]);
        assert_eq!(passed("/usr/bin:.::bin:/bin")[0].1, "/usr/bin:/bin");
        assert_eq!((&*passed(".")[0].1, &*passed(".")[1].1), ("", ".:y"));
    }
}
