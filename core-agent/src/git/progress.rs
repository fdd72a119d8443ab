//! What git says while it clones: lines that it writes over, as in `Receiving objects:  42% (420/1000), 1.2 MiB | …`.

use serde::Serialize;

/// The longest text that is passed on of what git says.
const LONGEST: usize = 500;
const LINES: usize = 4;

/// How far a clone is. Percentages are git's own, of one phase each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    pub phase: Phase,
    pub percent: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The server has not begun to send.
    #[default]
    Connecting,
    /// The server looks for what to send.
    Preparing,
    Receiving,
    /// What has arrived is checked and put together.
    Resolving,
    /// The files are written.
    CheckingOut,
}

impl Phase {
    const ALL: [(&str, Self); 6] = [
        ("remote: Counting objects:", Self::Preparing),
        ("remote: Compressing objects:", Self::Preparing),
        ("Receiving objects:", Self::Receiving),
        ("Resolving deltas:", Self::Resolving),
        ("Updating files:", Self::CheckingOut),
        ("Checking out files:", Self::CheckingOut),
    ];
}

/// The newest that git's stderr says, if it says something of the kind.
pub(super) fn newest(stderr: &str) -> Option<Progress> {
    stderr.rsplit(['\r', '\n']).find_map(|line| {
        let (rest, phase) = Phase::ALL.into_iter().find_map(|(says, phase)| Some((line.strip_prefix(says)?, phase)))?;
        let percent = rest.trim_start().split_once('%')?.0.parse().ok().filter(|percent| *percent <= 100)?;
        Some(Progress { phase, percent })
    })
}

/// What is said of every clone, or of every one that fails, and explains nothing.
const NOISE: [&str; 19] = [
    "Cloning into",
    "remote: Enumerating objects",
    "remote: Total",
    "warning: Permanently added",
    "fatal: Could not read from remote repository.",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
    "fatal: the remote end hung up unexpectedly",
    // ssh goes on at length about a host key that has changed, and then says so in one line.
    "@",
    "IT IS POSSIBLE THAT SOMEONE",
    "Someone could be eavesdropping",
    "It is also possible that a host key",
    "The fingerprint for the",
    "SHA256:",
    "Please contact your system administrator",
    "Add correct host key in",
    "Offending ",
    "remove with:",
    "ssh-keygen -f",
];

/// Why git failed, in its own words and those of ssh and of the server: the last few lines. Plain text, for a person.
pub(super) fn reason(stderr: &str) -> String {
    let is_noise = |line: &str| {
        NOISE.iter().any(|noise| line.starts_with(noise)) || Phase::ALL.iter().any(|(says, _)| line.starts_with(says))
    };
    let lines = stderr.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty() && !is_noise(line));
    let mut last: Vec<&str> = lines.rev().take(LINES).collect();
    last.reverse();
    let text = if last.is_empty() { "git ended without a word".to_owned() } else { last.join("; ") };
    text.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_line_counts() {
        let said = "Cloning into 'tree'...\nremote: Counting objects: 100% (3/3), done.\nReceiving objects:   0% (0/9)\r\
                    Receiving objects:  42% (4/9), 1.20 MiB | 2.00 MiB/s\r";
        assert_eq!(newest(said), Some(Progress { phase: Phase::Receiving, percent: 42 }));
        let done = format!("{said}Receiving objects: 100% (9/9), done.\nResolving deltas:  50% (1/2)\r");
        assert_eq!(newest(&done), Some(Progress { phase: Phase::Resolving, percent: 50 }));
        assert_eq!(newest("Cloning into 'tree'...\n"), None);
        assert_eq!(newest("Receiving objects: 900% (4/9)\r"), None);
    }

    #[test]
    fn a_failure_is_told_in_gits_words_and_bounded() {
        let said = "Cloning into 'tree'...\nfatal: repository 'https://example.com/a/' not found\n";
        assert_eq!(reason(said), "fatal: repository 'https://example.com/a/' not found");
        let said = "git@example.com: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n\n\
                    Please make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(reason(said), "git@example.com: Permission denied (publickey).");
        let said = "remote: Repository not found.\nReceiving objects:  42% (4/9)\rfatal: repository 'x' not found\n";
        assert_eq!(reason(said), "remote: Repository not found.; fatal: repository 'x' not found");
        let said = "@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@@\r\nIT IS POSSIBLE THAT \
                    SOMEONE IS DOING SOMETHING NASTY!\r\nOffending ED25519 key in /state/git/known_hosts:1\r\n  remove with:\r\n  \
                    ssh-keygen -f \"/state/git/known_hosts\" -R \"a\"\r\nHost key for a has changed and you have requested \
                    strict checking.\r\nHost key verification failed.\r\nfatal: Could not read from remote repository.\n";
        let told = "Host key for a has changed and you have requested strict checking.; Host key verification failed.";
        assert_eq!(reason(said), told);
        assert_eq!(reason("Cloning into 'tree'...\n"), "git ended without a word");
        let long = reason(&format!("fatal: \u{1b}[31m{}\n", "x".repeat(10_000)));
        assert!(long.len() == LONGEST && !long.contains('\u{1b}'));
    }
}
