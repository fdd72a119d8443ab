//! Ending what people have started of the CLI in terminals: such a process holds the sign-in in its memory, and writes what
//! it refreshes.
//!
//! It is known by what it runs and by the variable that every terminal of this Core has. One that somebody has started
//! without that variable, or through a program that wraps the CLI, is not found; closing its terminal ends it.

use crate::supervise::tree::{self, Seen};
use protocol::ids::CoreId;
use rustix::process::Signal;
use std::collections::HashSet;
use std::io;
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

/// The programs that are the CLI, as the kernel names them.
#[derive(Clone, Debug)]
pub(super) struct Cli {
    /// What is configured, through links.
    program: Option<PathBuf>,
    /// Where the agent has installed it: an update leaves what runs as it is, in the folder of another version.
    versions: Option<PathBuf>,
}

impl Cli {
    pub(super) fn find(command: &Path, path: &str, versions: &Path) -> Self {
        Self { program: program(command, path), versions: versions.canonicalize().ok() }
    }

    fn is(&self, runs: &Path) -> bool {
        // What was updated in place runs a file that is gone.
        let lasting = runs.to_str().and_then(|runs| runs.strip_suffix(" (deleted)")).map_or(runs, Path::new);
        self.program.as_deref() == Some(lasting)
            || self.versions.as_ref().is_some_and(|folder| runs.starts_with(folder))
    }
}

/// Where a name of PATH leads, through links.
fn program(command: &Path, path: &str) -> Option<PathBuf> {
    let places: Vec<PathBuf> = if command.is_absolute() {
        vec![command.to_owned()]
    } else {
        std::env::split_paths(path).map(|folder| folder.join(command)).collect()
    };
    places.into_iter().find(|place| place.is_file())?.canonicalize().ok()
}

/// Ends every process of the CLI in this Core's terminals. Returns how many there were.
pub(super) async fn end_all(cli: Cli, core: CoreId) -> usize {
    let mut ended: HashSet<Seen> = HashSet::new();
    for (signal, patience) in [(Signal::TERM, GRACE), (Signal::KILL, KILLED)] {
        let until = Instant::now() + patience;
        let mut told = HashSet::new();
        loop {
            let found = find(cli.clone(), core).await;
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

async fn find(cli: Cli, core: CoreId) -> Vec<Seen> {
    let variable = format!("{CORE}={core}");
    let look = move || -> io::Result<Vec<Seen>> {
        Ok(tree::all()?.into_iter().filter(|seen| runs(*seen, &cli) && seen.carries(&variable)).collect())
    };
    let found = tokio::task::spawn_blocking(look).await.map_err(io::Error::other).flatten();
    found.unwrap_or_else(|error| {
        tracing::error!(%error, "the CLI in terminals cannot be looked for and goes on");
        Vec::new()
    })
}

fn runs(seen: Seen, cli: &Cli) -> bool {
    // What another user runs cannot be read.
    std::fs::read_link(format!("/proc/{}/exe", seen.pid.as_raw_nonzero())).is_ok_and(|program| cli.is(&program))
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
    async fn what_is_the_cli_of_any_version_ends_and_what_is_another_cores_or_another_program_goes_on() {
        let (this, other) = (CoreId::new(), CoreId::new());
        let start = |program: &str, core: CoreId| {
            Command::new(program).arg("60").env_clear().env(CORE, core.to_string()).spawn().unwrap()
        };
        let folder = tempfile::tempdir().unwrap();
        let [present, before] = ["2.2", "2.1"].map(|version| {
            let version = folder.path().join("versions").join(version);
            std::fs::create_dir_all(&version).unwrap();
            std::fs::copy("/bin/sleep", version.join("claude")).unwrap();
            version.join("claude").to_str().unwrap().to_owned()
        });
        let configured = folder.path().join("configured");
        std::fs::copy("/bin/sleep", &configured).unwrap();
        let mut ours = [&present, &before, configured.to_str().unwrap()].map(|program| start(program, this));
        let (mut theirs, mut sleeps) = (start(&present, other), start("sleep", this));
        let cli = Cli::find(&configured, "", &folder.path().join("versions"));
        let ending = tokio::spawn(end_all(cli, this));
        // Whoever started it reaps it: until then it is a zombie, which is no process any more.
        assert_eq!(ending.await.unwrap(), 3);
        for ours in &mut ours {
            assert!(ours.wait().unwrap().code().is_none());
        }
        for other in [&mut theirs, &mut sleeps] {
            assert!(other.try_wait().unwrap().is_none(), "it goes on");
            other.kill().unwrap();
            other.wait().unwrap();
        }
    }
}
