//! The processes beneath a supervisor. As their subreaper it stays the ancestor of all of them, whatever session or
//! group they moved to and whoever of their parents has ended.

use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};
use std::collections::{HashMap, HashSet};
use std::{fs, io};

/// A process as `/proc` shows it. The start time tells it from a later one with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Seen {
    pub(crate) pid: Pid,
    parent: i32,
    started: u64,
    pub(crate) zombie: bool,
}

/// Sends `SIGKILL` to every descendant that is there now, but for one. One that forks meanwhile leaves a child for the
/// next round.
pub(super) fn kill_descendants(spared: Option<Pid>) {
    for process in descendants(&all().unwrap_or_default(), getpid()) {
        if Some(process.pid) != spared {
            send(process, Signal::KILL);
        }
    }
}

/// Sends a signal to every descendant that is there now.
pub(crate) fn signal_descendants(signal: Signal) {
    for process in descendants(&all().unwrap_or_default(), getpid()) {
        send(process, signal);
    }
}

/// Sends a signal to this very process, and to none that has got its id since.
pub(crate) fn send(process: Seen, signal: Signal) {
    // It may have ended by itself, which is as good; and what runs as another user (a setuid tool) is beyond reach.
    let Ok(handle) = pidfd_open(process.pid, PidfdFlags::empty()) else { return };
    if look(process.pid).is_some_and(|now| now.started == process.started)
        && let Err(error) = pidfd_send_signal(&handle, signal)
        && error != rustix::io::Errno::SRCH
    {
        super::supervisor::complain(&format!("process {} cannot be ended: {error}", process.pid.as_raw_nonzero()));
    }
}

/// Every process that there is now.
pub(crate) fn all() -> io::Result<Vec<Seen>> {
    let numbers = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let seen: Vec<Seen> = numbers.filter_map(|number| look(Pid::from_raw(number)?)).collect();
    // This very process is among them, unless nothing can be seen.
    if seen.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(seen) }
}

impl Seen {
    /// Whether it lives and has this variable, `NAME=value`. What another user runs cannot be read, and has none.
    pub(crate) fn carries(self, variable: &str) -> bool {
        let environment = fs::read(format!("/proc/{}/environ", self.pid.as_raw_nonzero())).unwrap_or_default();
        !self.zombie && environment.split(|byte| *byte == 0).any(|one| one == variable.as_bytes())
    }
}

/// A process that is there now.
pub(crate) fn look(pid: Pid) -> Option<Seen> {
    parse(pid, &fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?)
}

/// `pid (name) state parent … started …`; the name may hold anything, parentheses included.
fn parse(pid: Pid, stat: &str) -> Option<Seen> {
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    // The 22nd field, counted from the id; two are behind us after the name.
    let started = fields.nth(17)?.parse().ok()?;
    Some(Seen { pid, parent, started, zombie: state == "Z" })
}

fn descendants(all: &[Seen], ancestor: Pid) -> Vec<Seen> {
    let mut children: HashMap<i32, Vec<Seen>> = HashMap::new();
    for process in all {
        children.entry(process.parent).or_default().push(*process);
    }
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    let mut parents = vec![ancestor.as_raw_nonzero().get()];
    while let Some(parent) = parents.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            if known.insert(child.pid) {
                parents.push(child.pid.as_raw_nonzero().get());
                if !child.zombie {
                    found.push(child);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(number: i32) -> Pid {
        Pid::from_raw(number).unwrap()
    }

    #[test]
    fn a_process_is_read_whatever_its_name_is() {
        let stat = "42 (a) R 1 (b) S 7 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 2 3";
        let seen = parse(pid(42), stat).unwrap();
        assert_eq!((seen.parent, seen.started, seen.zombie), (7, 98765, false));
        assert_eq!(parse(pid(42), "42 (cut"), None);
    }

    #[test]
    fn this_process_is_found_as_a_child_of_its_parent() {
        let this = look(getpid()).unwrap();
        let parent = rustix::process::getppid().unwrap();
        assert_eq!(this.parent, parent.as_raw_nonzero().get());
        assert!(descendants(&all().unwrap(), parent).contains(&this));
    }

    #[test]
    fn descendants_are_found_through_any_number_of_parents_and_others_are_not() {
        let seen = |number, parent, zombie| Seen { pid: pid(number), parent, started: 0, zombie };
        let all = [seen(2, 1, false), seen(3, 2, true), seen(4, 3, false), seen(5, 9, false), seen(6, 4, false)];
        let found: HashSet<_> = descendants(&all, pid(2)).into_iter().map(|process| process.pid).collect();
        assert_eq!(found, HashSet::from([pid(4), pid(6)]));
    }
}
