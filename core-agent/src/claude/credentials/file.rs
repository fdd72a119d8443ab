//! What the CLI is signed in with.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// The file holds a few hundred bytes.
const MAX_FILE: u64 = 256 * 1024;

#[derive(Clone, Debug)]
pub(in crate::claude) enum Credentials {
    /// No file.
    Missing,
    /// A file without credentials in it, or one that cannot be read: the CLI treats it as signed out.
    Unusable,
    /// The CLI has taken the values out: the vendor refused the refresh token.
    Blanked,
    Present(Tokens),
    /// No tokens, but the key of a sign-in through the console.
    Key(SecretString),
}

#[derive(Clone, Debug)]
pub(in crate::claude) struct Tokens {
    pub(in crate::claude) access: SecretString,
    pub(in crate::claude) refresh: Option<SecretString>,
    pub(in crate::claude) expires_at: OffsetDateTime,
    pub(in crate::claude) scopes: Vec<String>,
    pub(in crate::claude) plan: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    claude_ai_oauth: RawTokens,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTokens {
    access_token: SecretString,
    #[serde(default)]
    refresh_token: Option<SecretString>,
    #[serde(default)]
    expires_at: Option<i64>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    subscription_type: Option<String>,
}

impl Credentials {
    pub(in crate::claude) fn read(path: &Path) -> Self {
        let mut text = Zeroizing::new(Vec::new());
        match File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut text)) {
            Ok(length) if length as u64 > MAX_FILE => Self::Unusable,
            Ok(_) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::Missing,
            Err(error) => {
                tracing::warn!(%error, "the CLI's credentials file cannot be read");
                Self::Unusable
            }
        }
    }

    fn parse(text: &[u8]) -> Self {
        // Without the parser's reason: it may quote the text.
        let Ok(Raw { claude_ai_oauth: raw }) = serde_json::from_slice(text) else { return Self::Unusable };
        if raw.access_token.expose_secret().is_empty() {
            return Self::Blanked;
        }
        let expires_at =
            raw.expires_at.and_then(|ms| OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok());
        Self::Present(Tokens {
            access: raw.access_token,
            refresh: raw.refresh_token.filter(|token| !token.expose_secret().is_empty()),
            // Without an expiry the CLI would not refresh: it counts as lapsed.
            expires_at: expires_at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            scopes: raw.scopes,
            plan: raw.subscription_type,
        })
    }

    /// The values that must not leave.
    pub(in crate::claude) fn secrets(&self) -> Vec<SecretString> {
        match self {
            Self::Present(tokens) => std::iter::once(&tokens.access).chain(&tokens.refresh).cloned().collect(),
            Self::Key(key) => vec![key.clone()],
            Self::Missing | Self::Unusable | Self::Blanked => Vec::new(),
        }
    }

    pub(in crate::claude) const fn tokens(&self) -> Option<&Tokens> {
        match self {
            Self::Present(tokens) => Some(tokens),
            Self::Missing | Self::Unusable | Self::Blanked | Self::Key(_) => None,
        }
    }

    /// What the vendor is shown with a message: what tells one sign-in, or one refresh, from the next.
    pub(in crate::claude) const fn shown(&self) -> Option<&SecretString> {
        match self {
            Self::Present(tokens) => Some(&tokens.access),
            Self::Key(key) => Some(key),
            Self::Missing | Self::Unusable | Self::Blanked => None,
        }
    }

    /// With the key that lies beside it. The CLI prefers tokens, and a sign-in of one kind removes what the other left.
    pub(super) fn with_key(self, key: Option<&SecretString>) -> Self {
        match (self, key) {
            (Self::Present(tokens), _) => Self::Present(tokens),
            (_, Some(key)) => Self::Key(key.clone()),
            (without, None) => without,
        }
    }
}

/// What changes when the file does: it is replaced by a rename, so that the inode alone would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let of = |metadata: Metadata| Self {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        };
        // A file that cannot be looked at is as good as none: reading it says why.
        std::fs::metadata(path).map(of).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_values_are_understood() {
        let text = r#"{"claudeAiOauth":{"accessToken":"sk-ant-oat01-x","refreshToken":"sk-ant-ort01-y",
            "expiresAt":1795438197242,"scopes":["user:inference"],"subscriptionType":"max","rateLimitTier":"z"},"more":1}"#;
        let credentials = Credentials::parse(text.as_bytes());
        let tokens = credentials.tokens().unwrap();
        assert_eq!(tokens.expires_at.unix_timestamp_nanos(), 1_795_438_197_242_000_000);
        assert_eq!(
            (tokens.scopes.as_slice(), tokens.plan.as_deref()),
            (["user:inference".to_owned()].as_slice(), Some("max"))
        );
        assert_eq!(credentials.secrets().len(), 2);
        assert!(!format!("{credentials:?}").contains("sk-ant"), "Debug shows a token");
    }

    #[test]
    fn a_file_that_the_cli_blanked_is_told_from_a_broken_one() {
        let blank = r#"{"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0}}"#;
        assert!(matches!(Credentials::parse(blank.as_bytes()), Credentials::Blanked));
        for broken in ["", "{", "[]", "null", "{}", r#"{"claudeAiOauth":{}}"#, r#"{"claudeAiOauth":{"accessToken":7}}"#]
        {
            assert!(matches!(Credentials::parse(broken.as_bytes()), Credentials::Unusable), "{broken}");
        }
    }

    #[test]
    fn a_missing_file_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Credentials::read(&folder.path().join("none")), Credentials::Missing));
        assert!(matches!(Credentials::read(folder.path()), Credentials::Unusable));
    }
}
