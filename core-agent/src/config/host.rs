//! What a configuration asks of the host that it is used on.

use super::{Config, Fault};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

pub(super) fn faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |key, reason: &str| faults.push(Fault { key, reason: reason.to_owned() });
    let (workspaces, state) = (real(&config.workspaces), real(&config.state_dir));
    // A session works in a workspace as it likes, and every folder beneath `workspaces` is one.
    if state.starts_with(&workspaces) {
        fault("workspaces", "must not be the state folder nor hold it: sessions could change the agent's own files");
    }
    match config.claude.home.as_deref().filter(|home| home.is_absolute()) {
        // With an empty HOME the CLI would fall back to the home directory that the operating system knows.
        None => {
            fault("HOME", "is not set to an absolute path in the agent's environment: the CLI keeps its sign-in there");
        }
        Some(home) => {
            let claude = real(&home.join(".claude"));
            if claude.starts_with(&workspaces) || workspaces.starts_with(&claude) {
                fault("workspaces", "must neither hold HOME/.claude nor lie in it: the CLI keeps its sign-in there");
            }
        }
    }
    faults
}

/// The path as the kernel knows it, as far as it is there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    })
}

/// `path`: where a bare name is looked for.
pub(super) fn missing_command(command: &Path, path: Option<&OsStr>) -> Option<Fault> {
    let runs = |file: &Path| file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
    let found = if command.is_absolute() {
        runs(command)
    } else {
        path.is_some_and(|path| std::env::split_paths(path).any(|folder| runs(&folder.join(command))))
    };
    let reason = format!("{} is no program that can be run here", command.display());
    (!found).then_some(Fault { key: "claude.command", reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn keys(state: &Path, workspaces: &Path, home: Option<&Path>) -> Vec<&'static str> {
        let mut config = Config { state_dir: state.to_owned(), workspaces: workspaces.to_owned(), ..Config::default() };
        config.claude.home = home.map(Path::to_owned);
        faults(&config).into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn workspaces_hold_neither_the_agents_state_nor_the_sign_in() {
        let folder = tempfile::tempdir().unwrap();
        let at = |part: &str| folder.path().join(part);
        std::fs::create_dir(at("real")).unwrap();
        symlink(at("real"), at("link")).unwrap();
        let home = at("home");
        let keys = |state: &str, workspaces: &str| keys(&at(state), &at(workspaces), Some(&home));
        for sound in [("state", "workspaces"), ("state", "state/workspaces"), ("state", "home/work"), ("s", "st")] {
            assert_eq!(keys(sound.0, sound.1), [""; 0], "{sound:?}");
        }
        for unsound in [
            ("state", "state"),
            ("all/state", "all"),
            ("state", "home"),
            ("state", "home/.claude"),
            ("state", "home/.claude/work"),
            ("real", "link"),
            ("link/state", "real"),
            ("real/deep/state", "link/deep"),
        ] {
            assert_eq!(keys(unsound.0, unsound.1), ["workspaces"], "{unsound:?}");
        }
    }

    #[test]
    fn a_home_is_needed() {
        for home in [None, Some(Path::new("")), Some(Path::new("home"))] {
            assert_eq!(keys(Path::new("/a"), Path::new("/b"), home), ["HOME"]);
        }
    }

    #[test]
    fn a_command_is_a_program_that_can_be_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("claude");
        let missing = |command: &Path| missing_command(command, Some(folder.path().as_os_str())).is_some();
        assert!(missing(&file) && missing(Path::new("claude")));
        std::fs::write(&file, "").unwrap();
        assert!(missing(&file) && missing(Path::new("claude")), "it cannot be executed");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(!missing(&file) && !missing(Path::new("claude")));
        assert!(missing_command(Path::new("claude"), None).is_some() && missing(folder.path()));
    }
}
