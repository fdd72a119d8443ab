//! The command line.

use crate::installation::Version;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use url::Url;

/// Where the configuration is when nothing else is said. It may be missing there: every key has a default.
pub const DEFAULT_CONFIG: &str = "/etc/condrix/core-agent.toml";

/// What runs on a Core: the link to its gateway and the genuine Claude Code CLI.
#[derive(Debug, Parser)]
#[command(name = "core-agent", version)]
pub struct Cli {
    /// The configuration file [default: /etc/condrix/core-agent.toml, if it is there].
    #[arg(long, global = true, env = "CONDRIX_CORE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pair this agent with a gateway: it becomes a Core.
    ///
    /// The pairing token is asked for, or read from stdin where that is no terminal.
    Join {
        /// The gateway's address, as in `https://gateway.example:8443`.
        gateway: Url,
        /// Read the pairing token from this file.
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// The name to suggest for this Core [default: the host's name].
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Pair anew, although this agent belongs to a gateway already.
        #[arg(long)]
        replace: bool,
    },
    /// Serve this Core until told to stop.
    Run,
    /// Print the agent's log, as it is kept beside its state.
    Logs {
        /// How many of the newest lines.
        #[arg(short = 'n', long, default_value_t = 100, value_name = "NUMBER")]
        lines: usize,
        /// Go on with what comes after them.
        #[arg(short, long)]
        follow: bool,
    },
    /// Say whether the configuration can be used.
    CheckConfig,
    /// Install the genuine Claude Code CLI, and say which one is there.
    #[command(subcommand)]
    Cli(Installing),
    /// Stand between the agent and a CLI process. The agent starts this by itself.
    #[command(hide = true)]
    Supervise,
    /// Tell git a credential of this Core. git starts this by itself.
    #[command(hide = true)]
    GitCredential { file: PathBuf, operation: String },
    /// Become another program, in the home directory. The CLI starts MCP servers of every session by this.
    #[command(hide = true)]
    AtHome {
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
    /// Keep one terminal. The agent starts this by itself.
    #[command(hide = true)]
    KeepTerminal,
}

#[derive(Debug, Subcommand)]
pub enum Installing {
    /// Install a version into the state folder, with npm, and use it from now on.
    Install {
        /// As in 2.1.197 [default: the one that this agent was tested with].
        #[arg(long)]
        version: Option<Version>,
    },
    /// Install the version that this agent was tested with.
    Update,
    /// Say which versions are installed, tested and taken, and which program the configuration names.
    Status,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_token_has_no_place_in_argv() {
        assert!(Cli::try_parse_from(["core-agent", "join", "https://g.example", "cxp1_token"]).is_err());
        assert!(Cli::try_parse_from(["core-agent", "join", "https://g.example", "--token", "cxp1_token"]).is_err());
    }
}
