//! The processes of the machine, as far as a test must see them: which belong to a program, and what they show of
//! themselves.

use rustix::process::{Pid, Signal};
use std::collections::HashSet;
use std::path::Path;

/// A process, as `/proc` tells it.
#[derive(Clone, Debug)]
pub struct Process {
    pub pid: u32,
    pub parent: u32,
    /// Its real user id.
    pub user: u32,
    pub arguments: Vec<String>,
    /// Empty where it may not be read.
    pub environment: Vec<String>,
}

/// All processes that can be seen. Zombies are left out: they have ended.
pub fn processes() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").expect("/proc can be listed").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(read).collect()
}

/// None: it ended meanwhile.
fn read(pid: u32) -> Option<Process> {
    let proc = Path::new("/proc").join(pid.to_string());
    let stat = std::fs::read_to_string(proc.join("stat")).ok()?;
    // The name in parentheses may hold anything, also a parenthesis.
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
    let (state, parent) = (fields.next()?, fields.next()?.parse().ok()?);
    if matches!(state, "Z" | "X") {
        return None;
    }
    let status = std::fs::read_to_string(proc.join("status")).ok()?;
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()?.parse().ok()?;
    let strings = |file: &str| {
        let bytes = std::fs::read(proc.join(file)).unwrap_or_default();
        let parts = bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    };
    Some(Process { pid, parent, user, arguments: strings("cmdline"), environment: strings("environ") })
}

/// The processes that stem from `root`, it included, while their parents live.
pub fn descendants(root: u32) -> Vec<Process> {
    let all = processes();
    let roots = all.iter().filter(|process| process.pid == root).cloned().collect();
    with_descendants(roots, &all)
}

fn with_descendants(mut found: Vec<Process>, all: &[Process]) -> Vec<Process> {
    let mut known: HashSet<u32> = found.iter().map(|process| process.pid).collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|process| process.pid) {
        found.extend(all.iter().filter(|process| process.parent == parent && known.insert(process.pid)).cloned());
        next += 1;
    }
    found
}

/// The processes that belong to a folder, whoever their parents are. A Core's CLI processes and their tools have inherited
/// their home. Agent, supervisor and keeper show their environment to root alone, if at all: the agent has its configuration
/// in its arguments, the others are its children or parents of what is known.
pub fn living_in(folder: &Path) -> Vec<Process> {
    let folder = folder.display().to_string();
    let all = processes();
    let named =
        |process: &&Process| process.environment.iter().chain(&process.arguments).any(|value| value.contains(&folder));
    let mut found: Vec<Process> = all.iter().filter(named).cloned().collect();
    let holds = ["supervise", "keep-terminal"];
    let supervises = |process: &&Process| process.arguments.get(1).is_some_and(|order| holds.contains(&order.as_str()));
    let above = |process: &&Process| found.iter().any(|below| below.parent == process.pid);
    let others = |process: &&Process| found.iter().all(|known| known.pid != process.pid);
    let supervisors: Vec<Process> = all.iter().filter(supervises).filter(above).filter(others).cloned().collect();
    found.extend(supervisors);
    with_descendants(found, &all)
}

pub fn proportional_kib(pid: u32) -> u32 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("it is there and may be looked at");
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).expect("it has a size");
    line.trim().trim_end_matches(" kB").trim().parse().expect("it is a number")
}

pub fn kill(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended by itself in the meantime.
        let _ = rustix::process::kill_process(pid, signal);
    }
}
