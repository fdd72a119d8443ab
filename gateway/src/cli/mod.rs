//! The command line: `condrix-gateway run`, `check-config`, and orders to whoever has the registry open.

mod orders;
mod show;

use crate::app::StartError;
use crate::config::{Config, ConfigError, ENV_PREFIX};
use crate::listener::Certificates;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Parser)]
#[command(name = "condrix-gateway", version, about = "The one endpoint of a Condrix installation")]
pub struct Cli {
    /// The configuration file; without one the defaults hold.
    #[arg(long, global = true, env = "CONDRIX_GATEWAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway until SIGINT or SIGTERM.
    Run,
    /// Say whether the configuration can be used.
    CheckConfig,
    /// Pair, list, revoke and restore Cores.
    #[command(subcommand)]
    Core(CoreCommand),
    /// Add people.
    #[command(subcommand)]
    User(UserCommand),
    /// Print a one-time link that makes a user. What is shown is a secret.
    SetupLink {
        /// Only while there is no user.
        #[arg(long)]
        first: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Subcommand)]
enum CoreCommand {
    /// Print a pairing token for `core-agent join`. What is shown is a secret.
    Pair {
        /// What to call the Core; without it, its host's name.
        #[arg(long)]
        name: Option<String>,
        /// A mark, as key=value; may be given more than once.
        #[arg(long, value_name = "KEY=VALUE", value_parser = label)]
        label: Vec<(String, String)>,
        #[command(flatten)]
        output: Output,
    },
    /// Show all Cores.
    List(Output),
    /// End everything of a Core at once and refuse its key.
    Revoke {
        /// Its id or name.
        core: String,
        /// Sign the Core out of Claude too.
        #[arg(long)]
        sign_out: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Let a revoked Core come back.
    Restore {
        /// Its id or name.
        core: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add an administrator. The password is asked for, or read from standard input.
    Add {
        name: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Clone, Copy, Debug, Args)]
struct Output {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn label(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| "needs key=value".to_owned())
}

/// The variables that may be ours. One that is no text at all is none of them, or is refused for its value.
fn variables() -> impl Iterator<Item = (String, String)> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    ours.filter(|(name, _)| name.starts_with(ENV_PREFIX))
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
}

/// The configuration has been read; this looks at the files that it names.
fn check(config: &Config) -> anyhow::Result<()> {
    if let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) {
        Certificates::load(certificate, key).map_err(StartError::from)?;
    }
    show::line("the configuration can be used");
    Ok(())
}

impl Cli {
    /// `shutdown` is asked for by what runs until it is told to end, and by nothing else.
    pub async fn run(self, shutdown: impl FnOnce() -> CancellationToken) -> ExitCode {
        let config = match Config::load(self.config.as_deref(), variables()) {
            Ok(config) => config,
            Err(error) => {
                show::error(&error);
                return ConfigError::EXIT_CODE.into();
            }
        };
        let done = match self.command {
            Command::Run => crate::run(config, shutdown()).await,
            Command::CheckConfig => check(&config),
            Command::Core(command) => orders::core(&config, command).await,
            Command::User(UserCommand::Add { name, output }) => orders::add_user(&config, name, output).await,
            Command::SetupLink { first, output } => orders::setup_link(&config, first, output).await,
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                show::error(error.as_ref());
                // What a certificate's files hold is as much of the configuration as their names.
                let of_config = matches!(error.downcast_ref(), Some(StartError::Certificate(_)));
                if of_config { ConfigError::EXIT_CODE.into() } else { ExitCode::FAILURE }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_secret_can_be_given_as_an_argument() {
        for argument in ["--password", "--token"] {
            for command in [["user", "add"], ["core", "pair"]] {
                let line = ["condrix-gateway", command[0], command[1], "x", argument, "y"];
                assert!(Cli::try_parse_from(line).is_err(), "{argument}");
            }
        }
    }
}
