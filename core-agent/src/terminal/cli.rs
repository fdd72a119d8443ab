//! Ending what people have started of the CLI in terminals: such a process holds the sign-in in its memory, and writes what
//! it refreshes.
//!
//! It is known by what it runs and by the variable that every terminal of this Core has. One that somebody has started
//! without that variable, or through a program that wraps the CLI, is not found; closing its terminal ends it.

use crate::supervise::tree::{self, Seen};
use protocol::ids::CoreId;
use rustix::process::Signal;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The variable by which a shell knows whose it is.
pub(super) const CORE: &str = "CONDRIX_CORE";
/// A full-screen program may set its screen right before it goes.
const GRACE: Duration = Duration::from_secs(3);
/// A killed one is gone within moments.
const KILLED: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

/// The CLI as the kernel names it: where a name of PATH leads, through links.
pub(super) fn program(command: &Path, path: &str) -> Option<PathBuf> {
    let places: Vec<PathBuf> = if command.is_absolute() {
        vec![command.to_owned()]
    } else {
        std::env::split_paths(path).map(|folder| folder.join(command)).collect()
    };
    places.into_iter().find(|place| place.is_file())?.canonicalize().ok()
}

/// Ends every process of `program` in this Core's terminals. Returns how many there were.
pub(super) async fn end_all(program: PathBuf, core: CoreId) -> usize {
    let mut ended: HashSet<Seen> = HashSet::new();
    for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, KILLED)] {
        let until = Instant::now() + patience;
        let mut told = HashSet::new();
        loop {
            let found = find(program.clone(), core).await;
            if found.is_empty() {
                return ended.len();
            }
            // One that has come meanwhile is told as well.
            for process in found {
                ended.insert(process);
                if told.insert(process) {
                    tree::send(process, signal);
                }
            }
            if Instant::now() >= until {
                break;
            }
            sleep(LOOK).await;
        }
    }
    tracing::error!("a process of the CLI in a terminal could not be ended");
    ended.len()
}

async fn find(program: PathBuf, core: CoreId) -> Vec<Seen> {
    let variable = format!("{CORE}={core}");
    let look = move || tree::all().into_iter().filter(|seen| is_one(*seen, &program, variable.as_bytes())).collect();
    // A process table that cannot be looked at shows nothing: it was logged by whoever could not.
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

fn is_one(seen: Seen, program: &Path, variable: &[u8]) -> bool {
    let folder = PathBuf::from(format!("/proc/{}", seen.pid.as_raw_nonzero()));
    // What another user runs cannot be read.
    let Ok(runs) = std::fs::read_link(folder.join("exe")) else { return false };
    // After an update the running one's file is another.
    let is_cli = runs == program || runs.to_str().and_then(|runs| runs.strip_suffix(" (deleted)")) == program.to_str();
    let of_a_terminal = || {
        let environment = std::fs::read(folder.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|one| one == variable)
    };
    is_cli && !seen.zombie && of_a_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_program_is_where_its_name_leads() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("claude-2.1");
        std::fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, folder.path().join("claude")).unwrap();
        let path = format!("/nonexistent:{}", folder.path().display());
        assert_eq!(program(Path::new("claude"), &path), Some(real.clone()));
        assert_eq!(program(&folder.path().join("claude"), ""), Some(real));
        assert_eq!(program(Path::new("other"), &path), None);
    }

    #[tokio::test]
    async fn what_runs_in_another_cores_terminal_or_is_another_program_goes_on() {
        let (this, other) = (CoreId::new(), CoreId::new());
        let start = |program: &str, core: CoreId| {
            Command::new(program).arg("60").env_clear().env(CORE, core.to_string()).spawn().unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let cli = folder.path().canonicalize().unwrap().join("cli");
        std::fs::copy("/bin/sleep", &cli).unwrap();
        let cli_path = cli.to_str().unwrap();
        let (mut ours, mut theirs, mut sleeps) = (start(cli_path, this), start(cli_path, other), start("sleep", this));
        let ending = tokio::spawn(end_all(cli, this));
        // Whoever started it reaps it: until then it is a zombie, which is no process any more.
        assert_eq!(ending.await.unwrap(), 1);
        assert!(ours.wait().unwrap().code().is_none());
        for other in [&mut theirs, &mut sleeps] {
            assert!(other.try_wait().unwrap().is_none(), "it goes on");
            other.kill().unwrap();
            other.wait().unwrap();
        }
    }
}
