//! Becoming a Core: one HTTPS request with a single-use token, and what the agent remembers of it.

mod join;
mod pinned;
#[cfg(test)]
mod tests;
mod token;

pub use join::{JoinError, join};
pub use token::{TokenError, read_token};

use crate::private_files::{self, PrivateFileError};
use protocol::ids::CoreId;
use protocol::keys::PublicKey;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use url::Url;

/// What pairing settled: where the gateway is, who it is, and which Core this is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paired {
    pub gateway: Url,
    pub gateway_key: PublicKey,
    pub core: CoreId,
    pub name: String,
}

#[derive(Debug, thiserror::Error)]
pub enum PairedError {
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("{} cannot be understood: {error}", .path.display())]
    Malformed { path: PathBuf, error: serde_json::Error },
}

impl Paired {
    /// None before the agent was paired.
    pub fn load(path: &Path) -> Result<Option<Self>, PairedError> {
        let Some(text) = private_files::read(path)? else { return Ok(None) };
        let malformed = |error| PairedError::Malformed { path: path.to_owned(), error };
        serde_json::from_slice(&text).map(Some).map_err(malformed)
    }

    pub fn save(&self, path: &Path) -> Result<(), PairedError> {
        let malformed = |error| PairedError::Malformed { path: path.to_owned(), error };
        let text = serde_json::to_vec_pretty(self).map_err(malformed)?;
        Ok(private_files::write(path, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::keys::SigningKey;

    #[test]
    fn what_was_paired_is_remembered_and_what_is_damaged_is_not_forgotten_silently() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.json");
        assert_eq!(Paired::load(&path).unwrap(), None);
        let paired = Paired {
            gateway: "https://gateway.example:8443/".parse().unwrap(),
            gateway_key: SigningKey::generate().public(),
            core: CoreId::new(),
            name: "build-host".into(),
        };
        paired.save(&path).unwrap();
        assert_eq!(Paired::load(&path).unwrap(), Some(paired));
        private_files::write(&path, b"{").unwrap();
        assert!(matches!(Paired::load(&path), Err(PairedError::Malformed { .. })));
    }
}
