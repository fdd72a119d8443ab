//! The agent's log on disk, beside what goes to stderr, so that it can be read and followed on the Core itself: in a
//! terminal, by whoever may open one.
//!
//! Two files, `agent.log` and the one before it, hold at most what is to be kept.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(200);
/// A line longer than this is read as several.
const LONGEST_LINE: u64 = 1024 * 1024;

fn current(state_dir: &Path) -> PathBuf {
    state_dir.join("log").join("agent.log")
}

fn before(current: &Path) -> PathBuf {
    current.with_extension("log.1")
}

/// Where lines are written.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    /// Bytes of one of the two files.
    largest: u64,
    file: File,
    length: u64,
}

impl LogFile {
    /// `kept`: bytes of both files.
    pub fn open(state_dir: &Path, kept: u64) -> io::Result<Self> {
        let path = current(state_dir);
        let folder = path.parent().unwrap_or(state_dir);
        crate::private_files::ensure_folder(folder).map_err(io::Error::other)?;
        let file = append(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { path, largest: kept / 2, file, length })
    }
}

fn append(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

impl Write for LogFile {
    /// Takes a line as a whole: no line is in two files.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.length > 0 && self.length + line.len() as u64 > self.largest {
            fs::rename(&self.path, before(&self.path))?;
            self.file = append(&self.path)?;
            self.length = 0;
        }
        self.file.write_all(line)?;
        self.length += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Prints the newest lines, and, where `follow`, what comes after them until the reader is gone.
pub fn print(state_dir: &Path, lines: usize, follow: bool, to: &mut impl Write) -> io::Result<()> {
    let path = current(state_dir);
    let mut newest = VecDeque::with_capacity(lines.min(1_000));
    let mut keep = |line: Vec<u8>| {
        if newest.len() >= lines {
            newest.pop_front();
        }
        if lines > 0 {
            newest.push_back(line);
        }
    };
    if let Ok(older) = File::open(before(&path)) {
        each_line(&mut BufReader::new(older), &mut keep)?;
    }
    let mut file = File::open(&path)?;
    each_line(&mut BufReader::new(&mut file), &mut keep)?;
    for line in newest {
        to.write_all(&line)?;
    }
    to.flush()?;
    if !follow {
        return Ok(());
    }
    loop {
        // Looked at first: what the old file was still given is read before the new one.
        let replaced = fs::metadata(&path).is_ok_and(|now| file.metadata().is_ok_and(|open| open.ino() != now.ino()));
        if io::copy(&mut file, to)? > 0 {
            to.flush()?;
        } else if replaced {
            file = File::open(&path)?;
        } else {
            thread::sleep(LOOK_EVERY);
        }
    }
}

fn each_line(from: &mut impl BufRead, take: &mut impl FnMut(Vec<u8>)) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        if from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        take(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(state_dir: &Path, lines: usize) -> String {
        let mut to = Vec::new();
        print(state_dir, lines, false, &mut to).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn the_newest_lines_are_kept_and_no_more_than_that() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(folder.path(), 100).unwrap();
        for number in 0..50 {
            // As the subscriber does it: a line at once.
            log.write_all(format!("line {number:02}\n").as_bytes()).unwrap();
        }
        let all = printed(folder.path(), 1_000);
        assert!(all.len() <= 100 && all.ends_with("line 48\nline 49\n"), "{all:?}");
        assert_eq!(printed(folder.path(), 2), "line 48\nline 49\n");
        assert_eq!(printed(folder.path(), 0), "");
        let mode = fs::metadata(current(folder.path())).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut again = LogFile::open(folder.path(), 100).unwrap();
        again.write_all(b"after a restart\n").unwrap();
        assert!(printed(folder.path(), 1_000).ends_with("line 49\nafter a restart\n"));
    }
}
