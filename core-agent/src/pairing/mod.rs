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

/// The gateway this agent belongs to. Not configuration: it is what a pairing established.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paired {
    pub gateway: Url,
    /// The only key that a gateway may prove itself with on links.
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
