//! What is installed, as it is told on a command line.

use super::{Installation, pinned};
use crate::config::ClaudeConfig;
use std::fmt;

/// Lines for a person.
#[derive(Debug)]
pub struct Status<'a> {
    installation: &'a Installation,
    claude: &'a ClaudeConfig,
}

impl Installation {
    pub const fn status<'a>(&'a self, claude: &'a ClaudeConfig) -> Status<'a> {
        Status { installation: self, claude }
    }
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { installation, claude } = self;
        let (path, installed) = (installation.command(), installation.installed());
        match installed {
            Some(version) => writeln!(f, "installed  {version}  {}", path.display())?,
            None => writeln!(f, "installed  none")?,
        }
        writeln!(f, "tested     {}", pinned())?;
        writeln!(f, "minimum    {}", claude.minimum_version)?;
        writeln!(f, "configured {}", claude.command.display())?;
        if let Some(version) = installed {
            if version < claude.minimum_version {
                writeln!(f, "The installed version is too old for this Core.")?;
            }
            if claude.command != path {
                writeln!(
                    f,
                    "To use it, write claude.command = {:?} and start the agent again.",
                    path.display().to_string()
                )?;
            }
        }
        Ok(())
    }
}
