//! The program: arguments, telemetry, configuration, and then what was asked for.

use anyhow::Context as _;
use clap::Parser as _;
use core_agent::claude::{api_key, mcp};
use core_agent::cli::{Cli, Command, DEFAULT_CONFIG, Installing};
use core_agent::config::{Config, ConfigError, EXIT_CONFIG};
use core_agent::git;
use core_agent::installation::{self, Installation};
use core_agent::log_file;
use core_agent::pairing::{join, read_token};
use core_agent::proxies::Proxies;
use core_agent::run::{self, RunError};
use core_agent::state_dir::StateDir;
use core_agent::supervise::{self, Supervisor};
use core_agent::telemetry;
use core_agent::terminal::keeper;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use url::Url;

fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    let outcome = match command {
        Command::Supervise => return supervise::run(),
        Command::KeepTerminal => return keeper::run(),
        Command::AtHome { program } => return mcp::become_at_home(&program),
        Command::GitCredential { file, operation } => git::answer(&file, &operation).map_err(Into::into),
        Command::Join { gateway, token_file, name, replace } => {
            prepare(config.as_deref()).and_then(|config| pair(&config, &gateway, token_file.as_deref(), name, replace))
        }
        Command::Run => prepare(config.as_deref()).and_then(serve),
        Command::Logs { lines, follow } => {
            read(config.as_deref()).map_err(Into::into).and_then(|config| logs(&config, lines, follow))
        }
        Command::Cli(order) => prepare(config.as_deref()).and_then(|config| install(&config, &order)),
        Command::CheckConfig => prepare(config.as_deref()).and_then(|config| check(&config)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "core-agent: {error:#}"));
            ExitCode::from(if unusable(&error) { EXIT_CONFIG } else { 1 })
        }
    }
}

/// Whether trying again is pointless before somebody has changed the configuration.
fn unusable(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || error.is::<api_key::ApiKeyError>()
        || matches!(error.downcast_ref(), Some(RunError::NotPaired))
}

fn prepare(config: Option<&Path>) -> anyhow::Result<Config> {
    // The agent holds keys: no core dump, and no other process of this user may look into it.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        anyhow::bail!("another crypto provider was installed first");
    }
    load(config)
}

fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, &config.state_dir)?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let shutdown = run::signalled().context("signals cannot be received")?;
        Ok(run::run(config, Supervisor::this_program(), shutdown).await?)
    });
    // A thread that a dead disk holds must not hold the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// The configuration alone, without what the agent needs besides.
fn read(path: Option<&Path>) -> Result<Config, ConfigError> {
    let usual = Path::new(DEFAULT_CONFIG);
    match path.or_else(|| usual.exists().then_some(usual)) {
        Some(path) => Config::load(path),
        None => Ok(Config::default()),
    }
}

fn load(path: Option<&Path>) -> anyhow::Result<Config> {
    let mut config = read(path)?;
    if let Some(found) = api_key::find(|name| std::env::var_os(name), &config.state_dir)? {
        config.claude.api_key = Some(found.key);
        config.claude.api_key_file = found.file;
    }
    config.claude.home = std::env::var_os("HOME").map(PathBuf::from);
    config.check_host()?;
    Ok(config)
}

fn logs(config: &Config, lines: usize, follow: bool) -> anyhow::Result<()> {
    match log_file::print(&config.state_dir, lines, follow, &mut std::io::stdout()) {
        // Whoever read it has enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.with_context(|| format!("{} has no log that can be read", config.state_dir.display())),
    }
}

fn check(config: &Config) -> anyhow::Result<()> {
    config.check_command(std::env::var_os("PATH").as_deref())?;
    Ok(writeln!(std::io::stdout(), "the configuration can be used")?)
}

fn install(config: &Config, order: &Installing) -> anyhow::Result<()> {
    let installation = Installation::new(&config.state_dir);
    let version = match order {
        Installing::Status => return Ok(write!(std::io::stdout(), "{}", installation.status(&config.claude))?),
        Installing::Install { version } => version.unwrap_or_else(installation::pinned),
        Installing::Update => installation::pinned(),
    };
    runtime()?.block_on(installation.install(version))?;
    Ok(write!(std::io::stdout(), "{}", installation.status(&config.claude))?)
}

fn pair(
    config: &Config,
    gateway: &Url,
    token_file: Option<&Path>,
    name: Option<String>,
    replace: bool,
) -> anyhow::Result<()> {
    let state = StateDir::open(&config.state_dir)?;
    let token = read_token(token_file)?;
    let name = name.unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    let paired = runtime()?.block_on(join(gateway, &token, &state, &name, replace, &Proxies::from_env()))?;
    writeln!(std::io::stdout(), "this agent is the Core {:?} of {} now", paired.name, paired.gateway)?;
    Ok(())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().context("the runtime cannot be started")
}
