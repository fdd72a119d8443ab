//! What the CLI's own tools are denied, whatever a person approves: its credentials and the agent's keys. And what they
//! must always ask for.
//!
//! A rule covers reading and editing by a tool, through symbolic links too. It does not bind what an approved command
//! does: whoever may operate a Core acts as its user (see [`crate::guard`]).

use super::settings::Settings;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Tools that the CLI would let go ahead in some cases. `Bash`: it allows what it takes for reading in the workspace, and
/// there `cat *` and `grep -R` follow a repository's symbolic links past every rule, and `git diff` runs what the
/// repository's `.git/config` names. `Skill`: its arguments may mention any file (see [`super::mention`]).
const ASK: [&str; 2] = ["Bash", "Skill"];
/// A session stays in its workspace; making a worktree also runs the repository's hooks and filters.
const DENY: [&str; 1] = ["EnterWorktree"];

/// Tools that are denied files, and what of their input names one.
const OF_FILES: [&str; 7] = ["Read", "Edit", "MultiEdit", "Write", "NotebookEdit", "Glob", "Grep"];
const NAMES_FILES: [&str; 4] = ["file_path", "notebook_path", "path", "pattern"];

/// Whether an edited input names other files than the one that was asked for. The CLI has held its rules against that one,
/// and does so only once.
pub(super) fn reaches_elsewhere(tool: &str, asked: &Value, edited: &Map<String, Value>) -> bool {
    OF_FILES.contains(&tool) && NAMES_FILES.iter().any(|&name| asked.get(name) != edited.get(name))
}

/// Whether a tool asks even where a rule would allow it.
pub(super) fn is_always_asked(tool: &str) -> bool {
    ASK.contains(&tool)
}

/// The CLI's `--settings`, as JSON. Paths only: argv is world-readable.
pub(super) fn settings(settings: &Settings) -> String {
    let files = patterns(settings, &entries(&settings.state_dir));
    let files = files.iter().flat_map(|pattern| ["Read", "Edit", "Write"].map(|tool| format!("{tool}({pattern})")));
    let deny: Vec<String> = DENY.iter().map(|&tool| tool.to_owned()).chain(files).collect();
    let value: Value = json!({
        "permissions": {"deny": deny, "ask": ASK},
        // By default plans are written where its tools may not write.
        "plansDirectory": ".claude/plans",
    });
    value.to_string()
}

/// What lies in the agent's state now. A folder that cannot be listed has nothing that the same user could read.
fn entries(state_dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(state_dir) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

fn patterns(settings: &Settings, entries: &[String]) -> Vec<String> {
    let mut patterns = vec!["~/.claude/**".to_owned(), "~/.claude.json".to_owned()];
    patterns.extend(spellings(&settings.claude_dir()).iter().map(|path| absolute(path, "/**")));
    patterns.extend(spellings(&settings.home.join(".claude.json")).iter().map(|path| absolute(path, "")));
    patterns.extend(spellings(&settings.state_dir).iter().flat_map(|path| state(path, settings, entries)));
    patterns.extend(settings.api_key_file.iter().flat_map(|file| spellings(file)).map(|file| absolute(&file, "")));
    patterns
}

/// A path as it is configured, and as the kernel knows it. What is not there yet is known by the folder that it will be in.
fn spellings(path: &Path) -> Vec<PathBuf> {
    let beside = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    let real = path.canonicalize().ok().or_else(beside).filter(|real| real != path);
    std::iter::once(path.to_owned()).chain(real).collect()
}

/// The agent's state. Where the workspaces lie inside it, a rule for the whole would deny all work: then everything else
/// is named, and what may appear later by its extension.
fn state(state_dir: &Path, settings: &Settings, entries: &[String]) -> Vec<String> {
    let workspaces = spellings(&settings.workspaces);
    let Some(within) = workspaces.iter().find_map(|workspaces| workspaces.strip_prefix(state_dir).ok()) else {
        return vec![absolute(state_dir, "/**")];
    };
    let spared = within.components().next().map(|first| first.as_os_str().to_owned());
    let mut patterns = vec![absolute(state_dir, "/*.*"), absolute(state_dir, "/.env")];
    for entry in entries.iter().filter(|entry| spared.as_deref() != Some(entry.as_ref())) {
        let path = state_dir.join(entry);
        patterns.extend([absolute(&path, ""), absolute(&path, "/**")]);
    }
    patterns
}

/// The CLI's spelling of an absolute path: with two slashes. Characters that mean something in a pattern are escaped.
fn absolute(path: &Path, rest: &str) -> String {
    let mut pattern = String::from("/");
    for character in path.to_string_lossy().chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '!') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::journal::Limits;
    use std::time::Duration;

    fn with(state_dir: &str, workspaces: &str) -> Settings {
        Settings {
            minimum: crate::installation::Version::new(0, 0, 0),
            program: "claude".into(),
            home: "/home/core".into(),
            passed: Vec::new(),
            state_dir: state_dir.into(),
            workspaces: workspaces.into(),
            api_key: None,
            api_key_file: Some("/etc/condrix/claude-key".into()),
            idle_timeout: Config::default().claude.idle_timeout,
            max_processes: 1,
            sign_in_timeout: Config::default().claude.sign_in_timeout,
            refresh_lead: Config::default().claude.refresh_ahead,
            exit_grace: Config::default().claude.exit_grace,
            limits: Limits { max_size: u64::MAX, min_free: 0 },
            max_age: Duration::ZERO,
            bypass_max: Config::default().claude.bypass_max,
            connectors: false,
            warm_spares: 0,
            git: crate::git::GitFolder::at(Path::new(state_dir)),
        }
    }

    #[test]
    fn credentials_and_keys_are_denied_to_reading_and_editing() {
        let rules = settings(&with("/var/lib/core", "/srv/workspaces"));
        for rule in [
            "Read(~/.claude/**)",
            "Edit(//home/core/.claude/**)",
            "Write(//home/core/.claude.json)",
            "Read(//var/lib/core/**)",
            "Read(//etc/condrix/claude-key)",
            "EnterWorktree",
            "Bash",
        ] {
            assert!(rules.contains(&format!("\"{rule}\"")), "{rule} is not in {rules}");
        }
    }

    #[test]
    fn workspaces_inside_the_state_are_spared_and_all_beside_them_is_denied() {
        let settings = with("/var/lib/core", "/var/lib/core/work/spaces");
        let patterns = state(&settings.state_dir, &settings, &["work".into(), "key".into(), "journal.db".into()]);
        assert_eq!(
            patterns,
            [
                "//var/lib/core/*.*",
                "//var/lib/core/.env",
                "//var/lib/core/key",
                "//var/lib/core/key/**",
                "//var/lib/core/journal.db",
                "//var/lib/core/journal.db/**"
            ]
        );
    }

    #[test]
    fn a_home_and_a_state_behind_links_are_denied_by_both_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("real");
        std::fs::create_dir_all(real.join("state/work")).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let name = |path: &Path| path.to_str().unwrap().to_owned();
        let mut settings = with(&name(&link.join("state")), "/srv/workspaces");
        settings.home.clone_from(&link);
        let rules = patterns(&settings, &[]);
        for path in [&link, &real] {
            for (of, rest) in [(".claude", "/**"), (".claude.json", ""), ("state", "/**")] {
                let rule = absolute(&path.join(of), rest);
                assert!(rules.contains(&rule), "{rule} is not in {rules:?}");
            }
        }
        // The workspaces inside are spared by either name.
        settings.workspaces = link.join("state/work");
        let rules = patterns(&settings, &["work".into(), "key".into()]);
        for path in [&link, &real] {
            let state = path.join("state");
            assert!(rules.contains(&absolute(&state.join("key"), "")), "{rules:?}");
            assert!(!rules.contains(&absolute(&state, "/**")) && !rules.contains(&absolute(&state.join("work"), "")));
        }
    }

    #[test]
    fn a_path_with_pattern_characters_means_itself() {
        assert_eq!(absolute(Path::new("/a [b]*"), "/**"), "//a \\[b\\]\\*/**");
    }
}
