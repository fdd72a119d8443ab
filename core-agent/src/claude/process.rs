//! Running the genuine CLI: with an emptied environment, the safe flags, and nothing secret in argv or environment.

use super::deny;
use super::settings::Settings;
use super::sign_in::AccountKind;
use crate::git::{self, GitFolder};
use crate::installation::{TooOld, Version};
use crate::supervise::{self, Exit, LineError, Spec, SuperviseError, Supervised, Supervisor};
use protocol::event::PermissionMode;
use protocol::ids::SessionId;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// For a command that is to say something and end: it is ended when it does not.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);
/// What such a command may say.
const MAX_OUTPUT: usize = 256 * 1024;

/// Variables that every process of the CLI gets. The vendor's switches keep it from reporting home, updating itself and
/// opening a browser.
const ALWAYS: [(&str, &str); 11] = [
    ("DISABLE_TELEMETRY", "1"),
    ("DISABLE_ERROR_REPORTING", "1"),
    ("DISABLE_AUTOUPDATER", "1"),
    ("BROWSER", "/bin/false"),
    // The workspace's instructions are handed over (see `instructions`), for those too that the model hands work on to.
    ("CLAUDE_CODE_ENABLE_APPEND_SUBAGENT_PROMPT", "1"),
    // It would run `git status` at every start, and with it whatever the workspace's .git/config names.
    ("CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS", "1"),
    // Nobody sits there whom git or ssh could ask for a password.
    ("GIT_TERMINAL_PROMPT", "0"),
    ("SSH_ASKPASS_REQUIRE", "never"),
    // No work that goes on, or begins, after the answer: nobody would have asked for it.
    ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
    ("CLAUDE_CODE_DISABLE_CRON", "1"),
    // Its notes would go to where its tools may not write.
    ("CLAUDE_CODE_DISABLE_AUTO_MEMORY", "1"),
];

/// Whether the CLI uses the connectors of the account; by default it would.
const CONNECTORS: &str = "ENABLE_CLAUDEAI_MCP_SERVERS";

/// How a chat process is to begin.
#[derive(Clone, Debug)]
pub(super) struct Chat<'a> {
    pub(super) cwd: &'a Path,
    pub(super) conversation: Conversation,
    pub(super) model: Option<&'a str>,
    pub(super) mode: PermissionMode,
    /// Whether the workspace's own settings and servers take effect.
    pub(super) trusted: bool,
    /// The file that names its MCP servers.
    pub(super) mcp: Option<&'a Path>,
    /// The file by which git learns whose commits it makes there.
    pub(super) signature: Option<&'a Path>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conversation {
    New(SessionId),
    Resume(SessionId),
    /// Nothing is said and nothing is kept: the process only tends to its sign-in.
    None,
}

/// What a command said.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) exit: Exit,
    pub(super) stdout: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error(transparent)]
    Supervise(#[from] SuperviseError),
    #[error("the CLI did not end in time")]
    Timeout,
    #[error("the CLI ended by itself (exit status {0:?}; 127 is one that could not be started)")]
    Ended(Option<i32>),
    #[error("the Core is signing out or ending")]
    Closed,
    #[error("the CLI's output cannot be read: {0}")]
    Output(#[from] LineError),
    #[error(transparent)]
    TooOld(#[from] TooOld),
}

#[derive(Clone, Debug)]
pub(super) struct Launcher {
    settings: Arc<Settings>,
    supervisor: Supervisor,
    /// What the CLI has said that it is.
    version: Arc<Mutex<Option<Version>>>,
}

impl Launcher {
    pub(super) fn new(settings: Arc<Settings>, supervisor: Supervisor) -> Self {
        Self { settings, supervisor, version: Arc::default() }
    }

    pub(super) fn git(&self) -> &GitFolder {
        &self.settings.git
    }

    /// Keeps what the CLI says that it is. What is no version says nothing of its age.
    pub(super) fn learn_version(&self, said: Option<&str>) {
        let version = said.and_then(|said| said.parse().ok());
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = version;
    }

    /// Whether the CLI is known to be too old for work.
    pub(super) fn check_age(&self) -> Result<(), TooOld> {
        let (found, minimum) = (*self.version.lock().unwrap_or_else(PoisonError::into_inner), self.settings.minimum);
        match found {
            Some(found) if found < minimum => Err(TooOld { found, minimum }),
            Some(_) | None => Ok(()),
        }
    }

    /// A process for one conversation.
    pub(super) async fn chat(&self, chat: &Chat<'_>) -> Result<Supervised, ProcessError> {
        // A sign-in is tended to all the same: a plan that lapses is no help to anybody.
        if !matches!(chat.conversation, Conversation::None) {
            self.check_age()?;
        }
        // Its rules name what lies in the agent's folder now: a read of that folder, and short.
        let arguments = chat_arguments(chat, &deny::settings(&self.settings));
        let mut spec = self.spec(arguments, chat.cwd.to_owned(), true, chat.signature);
        spec.alone = match chat.conversation {
            Conversation::New(id) | Conversation::Resume(id) => Some(self.settings.alone_file(id)),
            Conversation::None => None,
        };
        Ok(Supervised::spawn(&self.supervisor, &spec).await?)
    }

    /// Returns when no process of a conversation lives any more, one of an earlier agent included.
    pub(super) async fn alone(&self, session: SessionId) {
        supervise::free(&self.settings.alone_file(session)).await;
    }

    /// `claude auth login`. An API key would make it pointless.
    pub(super) async fn login(&self, kind: AccountKind) -> Result<Supervised, ProcessError> {
        self.check_age()?;
        let spec = self.spec(to_strings(&["auth", "login", kind.flag()]), self.settings.quiet_dir(), false, None);
        Ok(Supervised::spawn(&self.supervisor, &spec).await?)
    }

    /// Runs a command to its end.
    pub(super) async fn command(&self, arguments: &[&str], with_key: bool) -> Result<Output, ProcessError> {
        let mut spec = self.spec(to_strings(arguments), self.settings.quiet_dir(), with_key, None);
        // It has nothing to read, so that the end of its stdin does not tell it to end.
        spec.grace = COMMAND_TIMEOUT;
        let mut process = Supervised::spawn(&self.supervisor, &spec).await?;
        process.close_stdin();
        timeout(COMMAND_TIMEOUT, read(process)).await.map_err(|_| ProcessError::Timeout)?
    }

    fn spec(&self, arguments: Vec<String>, cwd: PathBuf, with_key: bool, signature: Option<&Path>) -> Spec {
        let api_key = self.settings.api_key.clone().filter(|_| with_key);
        let mut env = environment(&self.settings, api_key.is_some());
        env.extend(git::variables(git_configuration(&self.settings, signature)));
        Spec {
            argv: std::iter::once(self.settings.program.clone()).chain(arguments).collect(),
            env,
            cwd,
            api_key,
            // A Core with a key has no sign-in to lose, whatever lies in the folder.
            refreshes_in: self.settings.api_key.is_none().then(|| self.settings.claude_dir()),
            alone: None,
            grace: self.settings.exit_grace,
        }
    }
}

async fn read(mut process: Supervised) -> Result<Output, ProcessError> {
    let mut stdout = String::new();
    while let Some(line) = process.next_line().await {
        let line = line?;
        if stdout.len() + line.len() < MAX_OUTPUT {
            stdout.push_str(&line);
            stdout.push('\n');
        }
    }
    Ok(Output { exit: process.wait().await, stdout })
}

fn environment(settings: &Settings, with_key: bool) -> Vec<(String, String)> {
    let home = ("HOME".to_owned(), settings.home.to_string_lossy().into_owned());
    // The supervisor puts the key on this descriptor. In the environment, tools would find it.
    let key = with_key.then(|| ("CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR".to_owned(), "3".to_owned()));
    let always = ALWAYS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut environment: Vec<(String, String)> = settings.passed.clone();
    let is_ours =
        |name: &str| name == "HOME" || git::is_variable(name) || ALWAYS.iter().any(|(fixed, _)| *fixed == name);
    environment.retain(|(name, _)| !is_ours(name));
    environment.push(home);
    environment.push((CONNECTORS.to_owned(), settings.connectors.to_string()));
    environment.extend(always);
    environment.extend(key);
    environment
}

/// What git is told by every command in a process of the CLI.
fn git_configuration(settings: &Settings, signature: Option<&Path>) -> Vec<(&'static str, String)> {
    let included = std::iter::once(settings.git.shared()).chain(signature.map(Path::to_owned));
    let included = included.map(|file| ("include.path", file.to_string_lossy().into_owned()));
    // What git would run unasked, in a command that was approved, too: hooks and filters are the command's own business.
    let quiet = [("core.fsmonitor", "false".to_owned()), ("safe.bareRepository", "explicit".to_owned())];
    included.chain(quiet).collect()
}

fn chat_arguments(chat: &Chat<'_>, settings: &str) -> Vec<String> {
    let mut arguments = to_strings(&[
        "-p",
        "--input-format",
        "stream-json",
        "--output-format",
        "stream-json",
        "--verbose",
        "--include-partial-messages",
        "--permission-prompt-tool",
        "stdio",
    ]);
    // A repository's own settings could redirect the sign-in and run hooks.
    arguments.extend(to_strings(if chat.trusted {
        &["--setting-sources", "user,project"]
    } else {
        &["--setting-sources", "user", "--strict-mcp-config"]
    }));
    arguments.extend(to_strings(&["--settings", settings, "--permission-mode", chat.mode.cli_name()]));
    if let Some(file) = chat.mcp {
        arguments.extend(["--mcp-config".to_owned(), file.to_string_lossy().into_owned()]);
    }
    match chat.conversation {
        Conversation::New(id) => arguments.extend(["--session-id".to_owned(), id.to_string()]),
        Conversation::Resume(id) => arguments.extend(["--resume".to_owned(), id.to_string()]),
        Conversation::None => arguments.push("--no-session-persistence".to_owned()),
    }
    if let Some(model) = chat.model {
        arguments.extend(["--model".to_owned(), model.to_owned()]);
    }
    arguments
}

fn to_strings(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}
