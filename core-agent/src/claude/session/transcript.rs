//! Whether the CLI can resume a conversation.
//!
//! Its transcript is a file of lines, `<configuration>/projects/<directory>/<session>.jsonl`. Without a file `--resume`
//! fails; with one `--session-id` fails, even where nothing was said yet: a process that was killed within its first
//! moments leaves such a file, and the session could never begin again. So that file makes way.
//!
//! A copy for a fork is called `<session>.copy` until the fork is a session: what nobody has asked for is nobody's.

use crate::disk;
use protocol::ids::SessionId;
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// The first words of a conversation come early in its file.
const MAX_READ: u64 = 8 * 1024 * 1024;
/// Of a file's name.
const COPY: &str = "copy";

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
}

/// Whether there is a conversation to resume. A file without one is moved aside. Blocking.
pub(super) fn prepare(claude_dir: &Path, session: SessionId) -> std::io::Result<bool> {
    settle_now(claude_dir, session)?;
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
    find_named(claude_dir, &format!("{session}.jsonl"))
}

fn find_named(claude_dir: &Path, name: &str) -> Option<PathBuf> {
    // No such folder: the CLI has not written any transcript yet.
    let projects = std::fs::read_dir(claude_dir.join("projects")).ok()?;
    projects.filter_map(|project| Some(project.ok()?.path().join(name))).find(|path| path.is_file())
}

/// How large a conversation's transcript is, and how much room there is where it lies. Blocking.
pub(in crate::claude) fn weigh(claude_dir: &Path, session: SessionId) -> std::io::Result<(u64, u64)> {
    let size = find(claude_dir, session).map_or(Ok(0), |path| Ok::<_, std::io::Error>(path.metadata()?.len()))?;
    Ok((size, disk::free(claude_dir)?))
}

/// Copies the conversation of `from`, if it has one, for `to`, which has it once that is [settled](settle). No process may be
/// writing to it.
pub(super) async fn give(claude_dir: PathBuf, from: SessionId, to: SessionId) -> std::io::Result<()> {
    on_disk(move || copy(&claude_dir, from, to)).await
}

/// The fork is a session: the copy is its transcript.
pub(super) async fn settle(claude_dir: PathBuf, fork: SessionId) -> std::io::Result<()> {
    on_disk(move || settle_now(&claude_dir, fork)).await
}

/// Removes what the CLI keeps of these conversations: their transcripts, and what lies beside them or elsewhere in its folder
/// under the sessions' ids.
pub(in crate::claude) async fn forget(claude_dir: PathBuf, sessions: Vec<SessionId>) -> std::io::Result<()> {
    on_disk(move || remove(&claude_dir, &sessions)).await
}

/// The disk may be slow: a thread for those who wait does it.
async fn on_disk(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> std::io::Result<()> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

fn copy(claude_dir: &Path, from: SessionId, to: SessionId) -> std::io::Result<()> {
    settle_now(claude_dir, from)?;
    let Some(path) = find(claude_dir, from) else { return Ok(()) };
    std::fs::copy(&path, path.with_file_name(format!("{to}.{COPY}")))?;
    Ok(())
}

fn settle_now(claude_dir: &Path, fork: SessionId) -> std::io::Result<()> {
    let Some(copy) = find_named(claude_dir, &format!("{fork}.{COPY}")) else { return Ok(()) };
    std::fs::rename(&copy, copy.with_extension("jsonl"))
}

/// Copies that are not settled. Blocking.
pub(in crate::claude) fn copies(claude_dir: &Path) -> std::io::Result<Vec<SessionId>> {
    let mut found = Vec::new();
    for folder in folders(&claude_dir.join("projects"))? {
        for entry in std::fs::read_dir(folder)? {
            let path = PathBuf::from(entry?.file_name());
            let id = path.file_stem().and_then(|id| id.to_str()).and_then(|id| id.parse::<SessionId>().ok());
            found.extend(id.filter(|_| path.extension().is_some_and(|extension| extension == COPY)));
        }
    }
    Ok(found)
}

fn remove(claude_dir: &Path, sessions: &[SessionId]) -> std::io::Result<()> {
    let ids: Vec<String> = sessions.iter().map(ToString::to_string).collect();
    let mut looked_into = folders(claude_dir)?;
    looked_into.extend(folders(&claude_dir.join("projects"))?);
    for folder in looked_into {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if !ids.iter().any(|id| name.to_string_lossy().starts_with(id)) {
                continue;
            }
            // A link is removed, not what it leads to.
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
    }
    Ok(())
}

/// The folders in a folder. None where that is missing.
fn folders(within: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(within) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(|entry| entry.as_ref().map_or(true, is_folder)).map(|entry| Ok(entry?.path())).collect()
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
    fn a_copied_conversation_is_another_ones_and_a_removed_one_leaves_nothing() {
        let (folder, session, path) = with("{\"type\":\"user\"}");
        let fork = SessionId::new();
        copy(folder.path(), session, fork).unwrap();
        assert_eq!(copies(folder.path()).unwrap(), [fork]);
        assert!(find(folder.path(), fork).is_none(), "nobody has it yet");
        assert!(prepare(folder.path(), fork).unwrap());
        assert_eq!(copies(folder.path()).unwrap(), []);
        copy(folder.path(), SessionId::new(), SessionId::new()).unwrap();
        let todos = folder.path().join("todos");
        std::fs::create_dir(&todos).unwrap();
        std::fs::write(todos.join(format!("{session}-agent.json")), "[]").unwrap();
        std::fs::create_dir(path.with_extension("")).unwrap();
        let copied = SessionId::new();
        copy(folder.path(), fork, copied).unwrap();
        remove(folder.path(), &[session, copied]).unwrap();
        assert_eq!(copies(folder.path()).unwrap(), []);
        assert!(!path.exists() && !path.with_extension("").exists());
        assert_eq!(std::fs::read_dir(todos).unwrap().count(), 0);
        assert!(prepare(folder.path(), fork).unwrap(), "the other one stays");
        remove(Path::new("/nonexistent"), &[session]).unwrap();
        assert_eq!(copies(Path::new("/nonexistent")).unwrap(), []);
    }

    #[test]
    fn without_any_transcript_there_is_nothing_to_resume() {
        assert!(!prepare(Path::new("/nonexistent"), SessionId::new()).unwrap());
    }
}
