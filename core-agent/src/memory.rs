//! How much memory is left for more processes: of the host, and of what a container or a service may have (cgroup v2).

use std::fs::read_to_string;
use std::path::Path;

/// In bytes. None: the kernel does not say.
pub fn free() -> Option<u64> {
    let host = of_host(&read_to_string("/proc/meminfo").ok()?)?;
    let groups = read_to_string("/proc/self/cgroup").ok();
    let group = groups.as_deref().and_then(group).and_then(|group| of_group(Path::new("/sys/fs/cgroup"), group));
    Some(group.map_or(host, |group| group.min(host)))
}

fn of_host(told: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.saturating_mul(1024))
}

/// Where this process is in the one hierarchy of the second version.
fn group(told: &str) -> Option<&str> {
    told.lines().find_map(|line| line.strip_prefix("0::/"))
}

/// What the tightest of a group and those above it has left. None: none of them has a limit.
fn of_group(root: &Path, group: &str) -> Option<u64> {
    let folder = root.join(group);
    folder.ancestors().take_while(|folder| folder.starts_with(root)).filter_map(left).min()
}

fn left(folder: &Path) -> Option<u64> {
    let read = |name| read_to_string(folder.join(name)).ok();
    // Without a limit it says `max`.
    let limit: u64 = read("memory.max")?.trim().parse().ok()?;
    let used: u64 = read("memory.current")?.trim().parse().ok()?;
    // What the kernel only remembers of files makes way.
    let stat = read("memory.stat").unwrap_or_default();
    let files = stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok()).unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(files)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn the_host_says_what_it_could_give() {
        assert_eq!(of_host("MemTotal:  8000 kB\nMemAvailable:   4711 kB\n"), Some(4711 * 1024));
        assert_eq!(of_host("MemTotal:  8000 kB\n"), None);
    }

    #[test]
    fn the_tightest_group_above_a_process_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("service/agent");
        create_dir_all(&inner).unwrap();
        let group = group("4:memory:/elsewhere\n0::/service/agent\n").unwrap();
        assert_eq!(of_group(root.path(), group), None);
        write(inner.join("memory.max"), "max\n").unwrap();
        write(inner.join("memory.current"), "500\n").unwrap();
        assert_eq!(of_group(root.path(), group), None, "no limit");
        let service = root.path().join("service");
        write(service.join("memory.max"), "1000\n").unwrap();
        write(service.join("memory.current"), "700\n").unwrap();
        assert_eq!(of_group(root.path(), group), Some(300));
        write(service.join("memory.stat"), "active_file 90\ninactive_file 200\n").unwrap();
        assert_eq!(of_group(root.path(), group), Some(500));
    }
}
