//! Looking for a secret where it must not be.

use super::tree::Process;
use std::path::{Path, PathBuf};

/// The files beneath a folder that hold a text, symbolic links not followed.
pub fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder or file that goes while it is looked at holds nothing any more.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && std::fs::read(entry.path()).is_ok_and(|bytes| holds(&bytes, text)) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The processes that show a text in their arguments or their environment.
pub fn processes_with<'a>(processes: &'a [Process], text: &str) -> Vec<&'a Process> {
    let shows = |process: &&Process| process.arguments.iter().chain(&process.environment).any(|one| one.contains(text));
    processes.iter().filter(shows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_depth_and_across_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join("c"), b"\0\xffxcanaryx").unwrap();
        std::fs::write(folder.path().join("d"), "canar").unwrap();
        std::os::unix::fs::symlink(deep.join("c"), folder.path().join("link")).unwrap();
        assert_eq!(files_with(folder.path(), "canary"), [deep.join("c")]);
    }
}
