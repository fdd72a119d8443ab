//! The recordings that this Core keeps: a file for each recorded terminal, oldest removed first.

use super::recording::{Header, LARGEST};
use crate::private_files::{PrivateFileError, ensure_folder};
use protocol::ids::TerminalId;
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

const EXTENSION: &str = "cast";
/// More than a first line has.
const LONGEST_HEADER: u64 = 4 * 1024;

#[derive(Clone, Debug)]
pub struct Recordings {
    folder: PathBuf,
    /// Bytes of all of them.
    largest: u64,
}

/// One recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub terminal: TerminalId,
    pub started_at: OffsetDateTime,
    /// The terminal's name when it was opened.
    pub name: Option<String>,
    pub bytes: u64,
}

impl Recordings {
    pub(super) fn new(folder: PathBuf, largest: u64) -> Self {
        Self { folder, largest }
    }

    pub(super) fn path(&self, terminal: TerminalId) -> PathBuf {
        self.folder.join(format!("{terminal}.{EXTENSION}"))
    }

    /// Makes room for one more, at the cost of the oldest ones of terminals that are gone. Those of living ones may grow to
    /// the largest.
    pub(super) fn make_room(&self, is_live: impl Fn(TerminalId) -> bool) -> Result<(), PrivateFileError> {
        ensure_folder(&self.folder)?;
        let io = |error| PrivateFileError::Io { path: self.folder.clone(), error };
        let all = self.list().map_err(io)?;
        let may_have = |recorded: &Recorded| if is_live(recorded.terminal) { LARGEST } else { recorded.bytes };
        let mut bytes: u64 = all.iter().map(may_have).sum();
        for recorded in all {
            if bytes + LARGEST <= self.largest {
                break;
            }
            if !is_live(recorded.terminal) {
                self.remove(recorded.terminal).map_err(io)?;
                bytes -= recorded.bytes;
                tracing::info!(terminal = %recorded.terminal, bytes = recorded.bytes, "an old recording was removed for a new one");
            }
        }
        if bytes + LARGEST > self.largest {
            return Err(io(io::ErrorKind::QuotaExceeded.into()));
        }
        Ok(())
    }

    /// All of them, oldest first.
    pub fn list(&self) -> io::Result<Vec<Recorded>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry?.path();
            match terminal(&path).map(|terminal| (terminal, look(&path))) {
                Some((terminal, Ok((header, bytes)))) => {
                    let Ok(started_at) = OffsetDateTime::from_unix_timestamp(header.timestamp) else { continue };
                    all.push(Recorded { terminal, started_at, name: header.title, bytes });
                }
                // Removed meanwhile, begun a moment ago, or somebody's own.
                Some((terminal, Err(error))) => tracing::debug!(%terminal, %error, "a recording cannot be read"),
                None => {}
            }
        }
        all.sort_by_key(|recorded| (recorded.started_at, recorded.terminal));
        Ok(all)
    }

    /// None where there is no such recording.
    pub fn open(&self, terminal: TerminalId) -> io::Result<Option<File>> {
        found(open(&self.path(terminal)))
    }

    /// Whether there was one.
    pub fn remove(&self, terminal: TerminalId) -> io::Result<bool> {
        Ok(found(fs::remove_file(self.path(terminal)))?.is_some())
    }
}

fn found<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        outcome => outcome.map(Some),
    }
}

fn terminal(path: &Path) -> Option<TerminalId> {
    (path.extension()? == EXTENSION).then(|| path.file_stem()?.to_str()?.parse().ok()).flatten()
}

/// A link in its place would be read as whatever it leads to; a pipe would keep its reader.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, path, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn look(path: &Path) -> io::Result<(Header, u64)> {
    let file = open(path)?;
    let bytes = file.metadata()?.len();
    let mut line = String::new();
    BufReader::new(file.take(LONGEST_HEADER)).read_line(&mut line)?;
    Ok((serde_json::from_str(&line).map_err(io::Error::other)?, bytes))
}

#[cfg(test)]
mod tests {
    use super::super::recording::Recording;
    use super::super::size::Size;
    use super::*;

    #[test]
    fn the_oldest_make_room_and_those_of_living_terminals_stay() {
        let folder = tempfile::tempdir().unwrap();
        let recordings = Recordings::new(folder.path().join("recordings"), 2 * LARGEST + 400);
        recordings.make_room(|_| false).unwrap();
        let ids: Vec<_> = (0..4).map(|_| TerminalId::new()).collect();
        for id in &ids {
            let mut recording = Recording::begin(&recordings.path(*id), Size::default(), None).unwrap();
            recording.said(&[b'x'; 200]).unwrap();
        }
        fs::write(recordings.folder.join("notes.txt"), "not a recording").unwrap();
        let odd = TerminalId::new();
        std::os::unix::fs::symlink(recordings.path(ids[0]), recordings.path(odd)).unwrap();
        fs::write(
            recordings.path(TerminalId::new()),
            format!("{{\"version\":2,\"width\":1,\"height\":1,\"timestamp\":{}}}\n", i64::MAX),
        )
        .unwrap();
        assert!(recordings.open(odd).is_err(), "a link is not followed");
        let listed = |recordings: &Recordings| -> Vec<_> {
            recordings.list().unwrap().into_iter().map(|recorded| recorded.terminal).collect()
        };
        assert_eq!(listed(&recordings), ids);
        recordings.make_room(|id| id == ids[0]).unwrap();
        assert_eq!(listed(&recordings), [ids[0], ids[3]]);
        recordings.make_room(|id| ids.contains(&id)).expect_err("two may grow to all that there is");
        assert_eq!(listed(&recordings), [ids[0], ids[3]], "and none of them is removed");
        assert!(recordings.open(ids[1]).unwrap().is_none());
        assert!(recordings.remove(ids[0]).unwrap() && !recordings.remove(ids[0]).unwrap());
    }
}
