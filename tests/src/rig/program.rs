//! A program under test as a running process. When its handle goes, the whole tree of it goes.

use super::eventually::within;
use super::{folder, tree};
use rustix::process::Signal;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};

/// How much of a log a failed test shows.
const TAIL: u64 = 6_000;

#[derive(Debug)]
pub struct Program {
    child: Child,
    name: String,
    log: PathBuf,
    folder: PathBuf,
}

/// How a program is started: with nothing but what is given here.
#[derive(Clone, Debug)]
pub struct Start {
    pub name: String,
    pub binary: PathBuf,
    pub arguments: Vec<String>,
    pub variables: Vec<(String, String)>,
    pub user: Option<u32>,
    /// The program's own folder: its working directory, and what its processes are known by.
    pub folder: PathBuf,
}

impl Start {
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(&self.arguments).env_clear().envs(self.variables.iter().cloned()).current_dir(&self.folder);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command.kill_on_drop(true);
        command
    }

    /// Starts it. What it writes is appended to `log`.
    pub fn run(&self, log: &Path) -> Program {
        let mut output = File::options().create(true).append(true).open(log).expect("the log is opened");
        folder::own(log, self.user);
        writeln!(output, "--- {} {}", self.binary.display(), self.arguments.join(" ")).expect("the log is written");
        let errors = output.try_clone().expect("a descriptor is doubled");
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        Program { child, name: self.name.clone(), log: log.to_owned(), folder: self.folder.clone() }
    }

    /// Runs it to its end with `input` on stdin.
    pub async fn finish(&self, input: &str) -> std::process::Output {
        use tokio::io::AsyncWriteExt as _;
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // A program that ends without reading says why itself.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        within(&format!("{} ends", self.name), child.wait_with_output()).await.expect("the output is read")
    }
}

impl Program {
    /// None once it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub fn log_text(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log is read")
    }

    /// Whether it has ended by itself, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }

    pub async fn wait(&mut self) -> ExitStatus {
        within(&format!("{} ends", self.name), self.child.wait()).await.expect("a child can be awaited")
    }

    /// SIGTERM, and its end.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait().await
    }

    /// Kill -9 of this process alone: what happens to the others is for the test to see.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait().await;
    }

    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            tree::kill(pid, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the end of {}'s log:\n{}", self.name, tail(&self.log));
        }
        // Stopped first, so that none of them starts another while they are being ended.
        let root = self.pid().map(tree::descendants).unwrap_or_default();
        let mine = || root.iter().cloned().chain(tree::living_in(&self.folder)).map(|process| process.pid);
        mine().for_each(|pid| tree::kill(pid, Signal::STOP));
        mine().for_each(|pid| tree::kill(pid, Signal::KILL));
    }
}

fn tail(log: &Path) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        file.read_to_end(&mut text)
    });
    match read {
        Ok(_) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => format!("({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::{Folder, core_user, eventually};

    #[tokio::test]
    async fn the_whole_tree_goes_with_its_handle() {
        let folder = Folder::new("tree");
        let user = core_user();
        let home = folder.private("home", user);
        // One child, one in a session of its own, and one whose parent is gone.
        let script = "sleep 600 & setsid sleep 600 & (setsid sleep 600 &) ; wait";
        let start = Start {
            name: "a shell".to_owned(),
            binary: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            variables: vec![
                ("HOME".to_owned(), home.display().to_string()),
                ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ],
            user,
            folder: folder.path().to_owned(),
        };
        let program = start.run(&folder.join("log"));
        let sleeping = || {
            let mine = tree::living_in(folder.path()).into_iter();
            mine.filter(|process| process.arguments.first().is_some_and(|name| name == "sleep")).count()
        };
        eventually("all three run", async || (sleeping() == 3).then_some(())).await;
        drop(program);
        eventually("nothing is left", async || tree::living_in(folder.path()).is_empty().then_some(())).await;
    }
}
