//! Where the API key comes from.
//!
//! ```text
//! environment   CONDRIX_CORE_CLAUDE_API_KEY, or CONDRIX_CORE_CLAUDE_API_KEY_FILE (recommended)
//! else .env     the same two names, in the agent's folder
//! ```
//!
//! Both names in one place is an error: which of two keys pays must not depend on an order that nobody remembers. From
//! here the key goes to the CLI through an inherited descriptor, never through argv or an environment.

use secrecy::SecretString;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The key itself.
pub const VARIABLE: &str = "CONDRIX_CORE_CLAUDE_API_KEY";
/// A file that holds it.
pub const FILE_VARIABLE: &str = "CONDRIX_CORE_CLAUDE_API_KEY_FILE";
/// No key and no `.env` is larger.
const MAX_FILE: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    #[error("{VARIABLE} and {FILE_VARIABLE} are both set in {place}: set one of them")]
    Both { place: String },
    #[error("{name} is set twice in {}", .file.display())]
    Twice { name: &'static str, file: PathBuf },
    #[error("{} (the API key's file) cannot be read: {reason}", .file.display())]
    Unreadable { file: PathBuf, reason: std::io::Error },
    #[error("{} holds an API key and may be read by others: make it readable by its owner alone (chmod 600)", .file.display())]
    TooOpen { file: PathBuf },
    #[error("{} is larger than an API key's file can be", .file.display())]
    TooLarge { file: PathBuf },
    #[error("the API key of {origin} is not one: it is empty or has characters that a key cannot have")]
    NotAKey { origin: String },
}

/// A key, and the file that held it alone.
#[derive(Debug)]
pub struct Found {
    pub key: SecretString,
    pub file: Option<PathBuf>,
}

/// The key of this Core, if it has one. `folder` is the agent's own; `variable` looks a name up in the environment.
pub fn find(variable: impl Fn(&str) -> Option<OsString>, folder: &Path) -> Result<Option<Found>, ApiKeyError> {
    let environment = Place {
        name: "the environment".to_owned(),
        key: variable(VARIABLE).map(|key| Zeroizing::new(key.to_string_lossy().into_owned())),
        key_file: variable(FILE_VARIABLE).map(PathBuf::from),
    };
    if let Some(key) = environment.key()? {
        return Ok(Some(key));
    }
    let file = folder.join(".env");
    match read(&file) {
        Ok(text) => parse_env_file(&text, &file)?.key(),
        Err(ApiKeyError::Unreadable { reason, .. }) if reason.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // A `.env` of others' making that does not speak of the key may be as open as they like.
        Err(ApiKeyError::TooOpen { file }) if !mentions_key(&file) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One place where a key may be named.
struct Place {
    name: String,
    key: Option<Zeroizing<String>>,
    key_file: Option<PathBuf>,
}

impl Place {
    fn key(self) -> Result<Option<Found>, ApiKeyError> {
        let (key, file) = match (self.key, self.key_file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(ApiKeyError::Both { place: self.name }),
            (Some(key), None) => (parse_key(&key, || format!("{VARIABLE} in {}", self.name))?, None),
            (None, Some(file)) => (parse_key(&read(&file)?, || file.display().to_string())?, Some(file)),
        };
        Ok(Some(Found { key, file }))
    }
}

fn parse_key(text: &str, origin: impl Fn() -> String) -> Result<SecretString, ApiKeyError> {
    let key = text.trim();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiKeyError::NotAKey { origin: origin() });
    }
    Ok(SecretString::from(key))
}

fn read(file: &Path) -> Result<Zeroizing<String>, ApiKeyError> {
    let unreadable = |reason| ApiKeyError::Unreadable { file: file.to_owned(), reason };
    let opened = File::open(file).map_err(unreadable)?;
    if opened.metadata().map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
        return Err(ApiKeyError::TooOpen { file: file.to_owned() });
    }
    let mut text = Zeroizing::new(String::new());
    opened.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(ApiKeyError::TooLarge { file: file.to_owned() });
    }
    Ok(text)
}

fn mentions_key(file: &Path) -> bool {
    let mut text = Zeroizing::new(Vec::new());
    let read = File::open(file).and_then(|opened| opened.take(MAX_FILE + 1).read_to_end(&mut text));
    // What cannot be read may well hold the key.
    read.is_err() || text.windows(VARIABLE.len()).any(|window| window == VARIABLE.as_bytes())
}

/// `NAME=value` lines, with `export` and quotes as shells have them. Other names are none of our business.
fn parse_env_file(text: &str, file: &Path) -> Result<Place, ApiKeyError> {
    let mut place = Place { name: file.display().to_string(), key: None, key_file: None };
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let Some((name, value)) = line.split_once('=') else { continue };
        let value = unquote(value.trim());
        let twice = match name.trim_end() {
            VARIABLE => place.key.replace(Zeroizing::new(value.to_owned())).is_some().then_some(VARIABLE),
            FILE_VARIABLE => place.key_file.replace(PathBuf::from(value)).is_some().then_some(FILE_VARIABLE),
            _ => None,
        };
        if let Some(name) = twice {
            return Err(ApiKeyError::Twice { name, file: file.to_owned() });
        }
    }
    Ok(place)
}

fn unquote(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
            let path = self.0.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        }

        fn find(&self, environment: &[(&str, &str)]) -> Result<Option<String>, ApiKeyError> {
            let look_up = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into());
            find(look_up, self.0.path()).map(|found| found.map(|found| found.key.expose_secret().to_owned()))
        }
    }

    #[test]
    fn without_a_key_there_is_none() {
        assert_eq!(Folder::new().find(&[]).unwrap(), None);
    }

    #[test]
    fn the_environment_wins_over_the_env_file() {
        let folder = Folder::new();
        folder.write(".env", "CONDRIX_CORE_CLAUDE_API_KEY=from-env-file\n", 0o600);
        assert_eq!(folder.find(&[]).unwrap().unwrap(), "from-env-file");
        assert_eq!(folder.find(&[(VARIABLE, "from-environment")]).unwrap().unwrap(), "from-environment");
    }

    #[test]
    fn a_key_is_read_from_its_file_without_the_newline() {
        let folder = Folder::new();
        let file = folder.write("key", "sk-ant-api03-x\n", 0o400);
        assert_eq!(folder.find(&[(FILE_VARIABLE, file.to_str().unwrap())]).unwrap().unwrap(), "sk-ant-api03-x");
    }

    #[test]
    fn both_names_in_one_place_are_an_error_that_names_both() {
        let folder = Folder::new();
        let error = folder.find(&[(VARIABLE, "a"), (FILE_VARIABLE, "b")]).unwrap_err().to_string();
        assert!(error.contains(FILE_VARIABLE) && error.contains("the environment"), "{error}");
        folder.write(".env", "CONDRIX_CORE_CLAUDE_API_KEY=a\nCONDRIX_CORE_CLAUDE_API_KEY_FILE=b\n", 0o600);
        assert!(matches!(folder.find(&[]), Err(ApiKeyError::Both { .. })));
    }

    #[test]
    fn quotes_export_comments_and_other_names_are_understood() {
        let folder = Folder::new();
        folder.write(
            ".env",
            "# CONDRIX_CORE_CLAUDE_API_KEY=no\nOTHER=1\n  export CONDRIX_CORE_CLAUDE_API_KEY = \"yes\" \n",
            0o600,
        );
        assert_eq!(folder.find(&[]).unwrap().unwrap(), "yes");
        folder.write(".env", "CONDRIX_CORE_CLAUDE_API_KEY=a\nCONDRIX_CORE_CLAUDE_API_KEY=b\n", 0o600);
        assert!(matches!(folder.find(&[]), Err(ApiKeyError::Twice { name: VARIABLE, .. })));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = Folder::new();
        let file = folder.write("key", "sk", 0o640);
        assert!(matches!(folder.find(&[(FILE_VARIABLE, file.to_str().unwrap())]), Err(ApiKeyError::TooOpen { .. })));
        folder.write(".env", "CONDRIX_CORE_CLAUDE_API_KEY=a\n", 0o644);
        assert!(matches!(folder.find(&[]), Err(ApiKeyError::TooOpen { .. })));
        folder.write(".env", "OTHER=1\n", 0o644);
        assert_eq!(folder.find(&[]).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_and_not_repeated() {
        let folder = Folder::new();
        for text in ["", " \n", "two words", "ключ"] {
            let error = folder.find(&[(VARIABLE, text)]).unwrap_err();
            assert!(matches!(error, ApiKeyError::NotAKey { .. }));
            assert!(text.trim().is_empty() || !error.to_string().contains(text), "{error}");
        }
        let missing = folder.find(&[(FILE_VARIABLE, "/nonexistent/key")]).unwrap_err().to_string();
        assert!(missing.contains("/nonexistent/key"), "{missing}");
    }
}
