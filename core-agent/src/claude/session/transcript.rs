//! Whether the CLI can resume a conversation.
//!
//! Its transcript is a file of lines, `<configuration>/projects/<directory>/<session>.jsonl`. Without a file `--resume`
//! fails; with one `--session-id` fails, even where nothing was said yet: a process that was killed within its first
//! moments leaves such a file, and the session could never begin again. So that file makes way.

use protocol::ids::SessionId;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The first words of a conversation come early in its file.
const MAX_READ: u64 = 8 * 1024 * 1024;

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
}

/// Whether there is a conversation to resume. A file without one is moved aside. Blocking.
pub(super) fn prepare(claude_dir: &Path, session: SessionId) -> std::io::Result<bool> {
    let Some(path) = find(claude_dir, session) else { return Ok(false) };
    if has_conversation(&path)? {
        return Ok(true);
    }
    tracing::info!(%session, "a transcript in which nothing was said is moved aside");
    std::fs::rename(&path, path.with_extension("empty"))?;
    Ok(false)
}

/// The directory's name is made from the workspace's path by rules of the CLI's own; the id is enough to find the file.
fn find(claude_dir: &Path, session: SessionId) -> Option<PathBuf> {
    let name = format!("{session}.jsonl");
    // No such folder: the CLI has not written any transcript yet.
    let projects = std::fs::read_dir(claude_dir.join("projects")).ok()?;
    projects.filter_map(|project| Some(project.ok()?.path().join(&name))).find(|path| path.is_file())
}

fn has_conversation(path: &Path) -> std::io::Result<bool> {
    for line in BufReader::new(File::open(path)?.take(MAX_READ)).split(b'\n') {
        // The last line may be torn, and is not the first that says something.
        let said =
            serde_json::from_slice::<Line>(&line?).is_ok_and(|line| matches!(line.kind.as_str(), "user" | "assistant"));
        if said {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> (tempfile::TempDir, SessionId, PathBuf) {
        let (folder, session) = (tempfile::tempdir().unwrap(), SessionId::new());
        let project = folder.path().join("projects/-srv-work");
        std::fs::create_dir_all(&project).unwrap();
        let path = project.join(format!("{session}.jsonl"));
        std::fs::write(&path, text).unwrap();
        (folder, session, path)
    }

    #[test]
    fn a_conversation_is_found_by_its_session() {
        let (folder, session, path) = with("{\"type\":\"queue-operation\"}\n{\"type\":\"user\",\"x\":1}\n{\"torn");
        assert!(prepare(folder.path(), session).unwrap());
        assert!(!prepare(folder.path(), SessionId::new()).unwrap());
        assert!(path.exists());
    }

    #[test]
    fn a_transcript_in_which_nothing_was_said_makes_way() {
        for text in ["", "{\"type\":\"queue-operation\",\"content\":\"hello\"}", "{\"type\":\"us"] {
            let (folder, session, path) = with(text);
            assert!(!prepare(folder.path(), session).unwrap());
            assert!(!path.exists(), "the CLI would say that the session is in use");
        }
    }

    #[test]
    fn without_any_transcript_there_is_nothing_to_resume() {
        assert!(!prepare(Path::new("/nonexistent"), SessionId::new()).unwrap());
    }
}
