//! The key that a sign-in through the vendor's console leaves.
//!
//! The CLI keeps it in its state file, `~/.claude.json`, among much else, and copies that file into `~/.claude/backups`
//! now and then, the key with it. Its logout takes the key out of the one and leaves the copies as they are.

use crate::private_files::{self, PrivateFileError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs::{DirEntry, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// It grows with every project; this is a hundred times what a busy one has.
const MAX_FILE: u64 = 32 * 1024 * 1024;
const MEMBER: &str = "primaryApiKey";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    primary_api_key: Option<SecretString>,
}

#[derive(Debug, thiserror::Error)]
pub(in crate::claude) enum ConsoleKeyError {
    #[error("{} is too large to be read", .path.display())]
    TooLarge { path: PathBuf },
    #[error("{}: {error}", .path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Write(#[from] PrivateFileError),
}

fn failed(path: &Path) -> impl Fn(io::Error) -> ConsoleKeyError {
    move |error| ConsoleKeyError::Io { path: path.to_owned(), error }
}

/// The CLI's state file and the folder of its copies.
#[derive(Clone, Debug)]
pub(in crate::claude) struct ConsoleKey {
    pub(super) file: PathBuf,
    copies: PathBuf,
}

impl ConsoleKey {
    pub(in crate::claude) fn new(file: PathBuf, copies: PathBuf) -> Self {
        Self { file, copies }
    }

    pub(super) fn read(&self) -> Result<Option<SecretString>, ConsoleKeyError> {
        // Without the parser's reason: it may quote the text.
        let key = text(&self.file)?.and_then(|text| serde_json::from_slice::<Raw>(&text).ok()?.primary_api_key);
        Ok(key.filter(|key| !key.expose_secret().is_empty()))
    }

    /// Takes the key out of the file, where the CLI has left it there. No process of the CLI may live.
    pub(in crate::claude) fn delete(&self) -> Result<(), ConsoleKeyError> {
        let state = text(&self.file)?.and_then(|text| serde_json::from_slice::<Map<String, Value>>(&text).ok());
        // In what is no JSON the CLI finds no key either.
        let Some(mut state) = state else { return Ok(()) };
        match state.remove(MEMBER) {
            Some(_) => Ok(private_files::write(&self.file, Value::Object(state).to_string().as_bytes())?),
            None => Ok(()),
        }
    }

    /// Removes the copies that hold a key, this one or an earlier one, and says how many there were. One that cannot be
    /// looked into, or removed, is an error, and does not keep the others.
    pub(in crate::claude) fn delete_copies(&self) -> Result<usize, ConsoleKeyError> {
        let io = failed(&self.copies);
        let entries = match std::fs::read_dir(&self.copies) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries.map_err(&io)?,
        };
        let (mut removed, mut fault) = (0, None);
        for entry in entries {
            match entry.map_err(&io).and_then(|entry| delete_copy(&entry)) {
                Ok(held_key) => removed += usize::from(held_key),
                Err(error) => fault = Some(error),
            }
        }
        fault.map_or(Ok(removed), Err)
    }
}

/// Whether it held a key.
fn delete_copy(entry: &DirEntry) -> Result<bool, ConsoleKeyError> {
    let copy = entry.path();
    let io = failed(&copy);
    // The CLI makes nothing else there.
    if !entry.file_type().map_err(&io)?.is_file() || !text(&copy)?.is_some_and(|text| holds_key(&text)) {
        return Ok(false);
    }
    match std::fs::remove_file(&copy) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
        Ok(()) | Err(_) => {}
    }
    tracing::info!(copy = %copy.display(), "a copy of the CLI's state held an API key and was removed");
    Ok(true)
}

/// In a copy that was cut short, too.
fn holds_key(text: &[u8]) -> bool {
    text.windows(MEMBER.len()).any(|part| part == MEMBER.as_bytes())
}

/// None where there is no file. One that cannot be read may hold a key.
fn text(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, ConsoleKeyError> {
    let mut text = Zeroizing::new(Vec::new());
    match File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut text)) {
        Ok(length) if length as u64 <= MAX_FILE => Ok(Some(text)),
        Ok(_) => Err(ConsoleKeyError::TooLarge { path: path.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn in_a_folder() -> (tempfile::TempDir, ConsoleKey) {
        let folder = tempfile::tempdir().unwrap();
        let key = ConsoleKey::new(folder.path().join(".claude.json"), folder.path().join("backups"));
        (folder, key)
    }

    #[test]
    fn a_key_is_found_among_much_else_and_taken_out_alone() {
        let (_folder, key) = in_a_folder();
        assert!(key.read().unwrap().is_none());
        key.delete().unwrap();
        std::fs::write(&key.file, r#"{"a":1,"primaryApiKey":"sk-ant-api03-x","b":{"c":[true]}}"#).unwrap();
        assert_eq!(key.read().unwrap().unwrap().expose_secret(), "sk-ant-api03-x");
        key.delete().unwrap();
        let left: Value = serde_json::from_slice(&std::fs::read(&key.file).unwrap()).unwrap();
        assert_eq!(left, serde_json::json!({"a": 1, "b": {"c": [true]}}));
        assert_eq!(key.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        for nothing in ["", "{", "[]", "{}", r#"{"primaryApiKey":""}"#, r#"{"primaryApiKey":7}"#] {
            std::fs::write(&key.file, nothing).unwrap();
            assert!(key.read().unwrap().is_none(), "{nothing}");
        }
    }

    #[test]
    fn only_copies_that_hold_a_key_are_removed() {
        let (_folder, key) = in_a_folder();
        assert_eq!(key.delete_copies().unwrap(), 0);
        std::fs::create_dir(&key.copies).unwrap();
        let [with, without] = ["1", "2"].map(|name| key.copies.join(name));
        std::fs::write(&with, r#"{"primaryApiKey":"sk-ant"#).unwrap();
        std::fs::write(&without, r#"{"projects":{}}"#).unwrap();
        assert_eq!(key.delete_copies().unwrap(), 1);
        assert!(!with.exists() && without.exists());
    }

    #[test]
    fn what_cannot_be_looked_into_may_hold_a_key_and_does_not_keep_the_others() {
        let (_folder, key) = in_a_folder();
        std::fs::create_dir(&key.copies).unwrap();
        let too_large = |path: &Path| File::create(path).unwrap().set_len(MAX_FILE + 1).unwrap();
        for large in ["0", "2"] {
            too_large(&key.copies.join(large));
        }
        let with = key.copies.join("1");
        std::fs::write(&with, r#"{"primaryApiKey":"sk-ant"#).unwrap();
        assert!(matches!(key.delete_copies(), Err(ConsoleKeyError::TooLarge { .. })));
        assert!(!with.exists());
        too_large(&key.file);
        assert!(key.read().is_err() && key.delete().is_err());
    }
}
