//! The key that a sign-in through the vendor's console leaves.
//!
//! The CLI keeps it in its state file, `~/.claude.json`, among much else, and copies that file into `~/.claude/backups`
//! now and then, the key with it. Its logout takes the key out of the one and leaves the copies as they are.

use crate::private_files::{self, PrivateFileError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
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

    pub(super) fn read(&self) -> Option<SecretString> {
        // Without the parser's reason: it may quote the text.
        let Raw { primary_api_key: key } = serde_json::from_slice(&text(&self.file)?).ok()?;
        key.filter(|key| !key.expose_secret().is_empty())
    }

    /// Takes the key out of the file, where the CLI has left it there. No process of the CLI may live.
    pub(in crate::claude) fn delete(&self) -> Result<(), PrivateFileError> {
        let state = text(&self.file).and_then(|text| serde_json::from_slice::<Map<String, Value>>(&text).ok());
        // In what is no JSON the CLI finds no key either.
        let Some(mut state) = state else { return Ok(()) };
        match state.remove(MEMBER) {
            Some(_) => private_files::write(&self.file, Value::Object(state).to_string().as_bytes()),
            None => Ok(()),
        }
    }

    /// Removes the copies that hold a key, this one or an earlier one.
    pub(in crate::claude) fn delete_copies(&self) -> std::io::Result<()> {
        let entries = match std::fs::read_dir(&self.copies) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let copy = entry?.path();
            if text(&copy).is_some_and(|text| holds_key(&text)) {
                std::fs::remove_file(&copy)?;
                tracing::info!(copy = %copy.display(), "a copy of the CLI's state held an API key and was removed");
            }
        }
        Ok(())
    }
}

/// In a copy that was cut short, too.
fn holds_key(text: &[u8]) -> bool {
    text.windows(MEMBER.len()).any(|part| part == MEMBER.as_bytes())
}

/// None where there is nothing to be read.
fn text(path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::new());
    match File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut text)) {
        Ok(length) if length as u64 <= MAX_FILE => Some(text),
        Ok(_) => {
            tracing::error!(path = %path.display(), "the CLI's state is too large to be read");
            None
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "the CLI's state cannot be read");
            None
        }
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
        assert!(key.read().is_none());
        key.delete().unwrap();
        std::fs::write(&key.file, r#"{"a":1,"primaryApiKey":"sk-ant-api03-x","b":{"c":[true]}}"#).unwrap();
        assert_eq!(key.read().unwrap().expose_secret(), "sk-ant-api03-x");
        key.delete().unwrap();
        let left: Value = serde_json::from_slice(&std::fs::read(&key.file).unwrap()).unwrap();
        assert_eq!(left, serde_json::json!({"a": 1, "b": {"c": [true]}}));
        assert_eq!(key.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        for nothing in ["", "{", "[]", "{}", r#"{"primaryApiKey":""}"#, r#"{"primaryApiKey":7}"#] {
            std::fs::write(&key.file, nothing).unwrap();
            assert!(key.read().is_none(), "{nothing}");
        }
    }

    #[test]
    fn only_copies_that_hold_a_key_are_removed() {
        let (_folder, key) = in_a_folder();
        key.delete_copies().unwrap();
        std::fs::create_dir(&key.copies).unwrap();
        let [with, without] = ["1", "2"].map(|name| key.copies.join(name));
        std::fs::write(&with, r#"{"primaryApiKey":"sk-ant"#).unwrap();
        std::fs::write(&without, r#"{"projects":{}}"#).unwrap();
        key.delete_copies().unwrap();
        assert!(!with.exists() && without.exists());
    }
}
