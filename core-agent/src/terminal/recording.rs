//! A terminal's recording, where the Core's policy wants one: asciicast v2, on the Core.
//!
//! It has what the terminal said, after masking, and how large it was; what was typed is never in it. Readers: `asciinema
//! play`. A line is complete or was never written, as far as a killed process goes.

use super::size::Size;
use rustix::fs::{CWD, Mode, OFlags, openat};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;
use time::OffsetDateTime;

/// Bytes of one recording. Behind them it ends, and says so.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// What a person at the terminal reads first.
pub(super) const NOTICE: &[u8] = b"This terminal is recorded: what it shows, not what is typed.\r\n";
pub(super) const ENDED: &[u8] = b"\r\n[The recording of this terminal has ended: it is full or cannot be written.]\r\n";

/// The first line of a recording, without what players do not need.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    version: u8,
    width: u16,
    height: u16,
    /// Seconds since 1970.
    pub(super) timestamp: i64,
    pub(super) title: Option<String>,
}

#[derive(Debug)]
pub(super) struct Recording {
    file: File,
    since: Instant,
    /// Bytes of its complete lines.
    written: u64,
    /// The beginning of a character whose rest is yet to come.
    part: Vec<u8>,
}

impl Recording {
    pub(super) fn begin(path: &Path, size: Size, title: Option<&str>) -> io::Result<Self> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = File::from(openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)?);
        let mut recording = Self { file, since: Instant::now(), written: 0, part: Vec::new() };
        let (width, height) = (size.columns().get(), size.rows().get());
        let timestamp = OffsetDateTime::now_utc().unix_timestamp();
        recording.line(&Header { version: 2, width, height, timestamp, title: title.map(str::to_owned) })?;
        Ok(recording)
    }

    pub(super) fn said(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.part);
        text.extend_from_slice(bytes);
        let whole = whole(&text);
        self.part = text.split_off(whole);
        if text.is_empty() {
            return Ok(());
        }
        self.event("o", &String::from_utf8_lossy(&text))
    }

    pub(super) fn resized(&mut self, size: Size) -> io::Result<()> {
        self.event("r", &format!("{}x{}", size.columns(), size.rows()))
    }

    fn event(&mut self, kind: &str, content: &str) -> io::Result<()> {
        self.line(&(self.since.elapsed().as_secs_f64(), kind, content))
    }

    /// One write for each line. Of one that found no room nothing stays: it would be no line.
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(line).map_err(io::Error::other)?;
        line.push(b'\n');
        let behind = self.written + line.len() as u64;
        if behind > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(&line).inspect_err(|_| drop(self.file.set_len(self.written)))?;
        self.written = behind;
        Ok(())
    }
}

/// How many of these bytes are whole characters, or none of any.
fn whole(bytes: &[u8]) -> usize {
    // A character has four bytes at most: one that is not whole has begun in the last three.
    let start = bytes.len().saturating_sub(3);
    let begun = bytes[start..].iter().position(|byte| *byte >= 0xc0);
    match begun {
        Some(at) if std::str::from_utf8(&bytes[start + at..]).is_err_and(|error| error.error_len().is_none()) => {
            start + at
        }
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn lines(path: &Path) -> Vec<Value> {
        std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_recording_has_what_was_said_and_no_character_is_cut_in_two() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.cast");
        let mut recording = Recording::begin(&path, Size::default(), Some("beds")).unwrap();
        let text = "a\u{20ac}\u{1f600}\x1b[1mz".as_bytes();
        for byte in text {
            recording.said(&[*byte]).unwrap();
        }
        recording.said(b"\xff\xc3(").unwrap();
        recording.resized(Size::new(30, 100).unwrap()).unwrap();
        let lines = lines(&path);
        assert_eq!(
            (&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]),
            (&2.into(), &80.into(), &24.into())
        );
        let said: String = lines.iter().filter(|line| line[1] == "o").map(|line| line[2].as_str().unwrap()).collect();
        assert_eq!(said, "a\u{20ac}\u{1f600}\x1b[1mz\u{fffd}\u{fffd}(");
        assert_eq!(lines.last().unwrap()[2], "100x30");
        assert!(Recording::begin(&path, Size::default(), None).is_err(), "none is written over");
    }

    #[test]
    fn a_full_recording_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.cast");
        let mut recording = Recording::begin(&path, Size::default(), None).unwrap();
        recording.written = LARGEST - 2_000;
        let ended = (0..100).find_map(|_| recording.said(&[b'x'; 100]).err()).unwrap();
        assert_eq!(ended.kind(), io::ErrorKind::FileTooLarge);
        assert!(lines(&path).len() > 5, "what was written stays readable");
    }
}
