//! How the CLI is told to start a server that is a program.
//!
//! The CLI starts it in the session's workspace, which may be a repository that nobody trusts. There a relative name is the
//! repository's own, and a program's own habits do harm as well: `npx` runs what lies in `node_modules/.bin` and obeys
//! `.npmrc`. So a bare name is looked up here, and a server of every session is started in the home directory: the agent's
//! own program changes to it and becomes the server, so that no process is added. A server that an administrator has set
//! for one workspace is started in that workspace.

use crate::supervise::Supervisor;
use rustix::fs::{Access, access};
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The agent's own command that changes to the home directory.
const AT_HOME: &str = "at-home";
/// As a shell says it.
const CANNOT_BE_STARTED: u8 = 127;

#[derive(Clone, Debug)]
pub(in crate::claude) struct Starter {
    agent: Supervisor,
    /// The folders in which the CLI finds programs.
    path: Vec<PathBuf>,
}

impl Starter {
    pub(in crate::claude) fn new(agent: Supervisor, path: &str) -> Self {
        // What the CLI gets has no other either (see `Settings`).
        let path = std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
        Self { agent, path }
    }

    /// Where a bare name leads. One that leads nowhere stays: the CLI will say that it cannot be started.
    fn found(&self, command: &str) -> String {
        if command.contains('/') {
            return command.to_owned();
        }
        let runs = |program: &PathBuf| program.is_file() && access(program, Access::EXEC_OK).is_ok();
        let found = self.path.iter().map(|folder| folder.join(command)).find(runs);
        found.and_then(|program| program.to_str().map(str::to_owned)).unwrap_or_else(|| command.to_owned())
    }

    /// The program and the arguments that the CLI is told.
    pub(super) fn told(&self, command: &str, args: &[String], at_home: bool) -> (String, Vec<String>) {
        let command = self.found(command);
        if !at_home {
            return (command, args.to_vec());
        }
        let agent = self.agent.lasting_name().to_string_lossy().into_owned();
        let told = [AT_HOME.to_owned(), "--".to_owned(), command].into_iter().chain(args.iter().cloned());
        (agent, told.collect())
    }
}

/// `core-agent at-home`: becomes the program, in the home directory. Returns where it cannot.
pub fn become_at_home(program: &[OsString]) -> ExitCode {
    let (Some((command, args)), Some(home)) = (program.split_first(), std::env::var_os("HOME")) else {
        return ExitCode::from(CANNOT_BE_STARTED);
    };
    // A shell believes the variable where it is right.
    let error = Command::new(command).args(args).current_dir(&home).env("PWD", &home).exec();
    eprintln!("core-agent: {} cannot be started: {error}", Path::new(command).display());
    ExitCode::from(CANNOT_BE_STARTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_bare_name_is_what_the_path_leads_to_and_no_relative_folder_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        for (place, mode) in [(&first, 0o644), (&second, 0o755)] {
            std::fs::create_dir(place).unwrap();
            std::fs::write(place.join("tool"), "").unwrap();
            std::fs::set_permissions(place.join("tool"), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = format!(".::bin:{}:{}", first.display(), second.display());
        let starter = Starter::new(Supervisor::at("/opt/core-agent"), &path);
        let args = ["-x".to_owned()];
        let tool = second.join("tool").display().to_string();
        assert_eq!(starter.told("tool", &args, false), (tool.clone(), args.to_vec()));
        let (program, told) = starter.told("tool", &args, true);
        assert_eq!(
            (program.as_str(), told),
            ("/opt/core-agent", ["at-home", "--", &tool, "-x"].map(str::to_owned).into())
        );
        assert_eq!(starter.told("nowhere", &[], false).0, "nowhere");
        assert_eq!(starter.told("./tool", &[], false).0, "./tool");
    }
}
