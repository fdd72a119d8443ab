//! The gateway's private keys: files beside the registry, never in it.
//!
//! The identity proves the gateway to its Cores and must never change by accident: it is held against what the registry
//! remembers. The keys of access tokens are others, and change by themselves: a token lives for minutes.

use super::{DataDir, FolderError, Registry, RegistryError, settings};
use protocol::keys::{KeyError, PublicKey, SigningKey};
use protocol::secret::SecretHash;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

#[derive(Debug)]
pub struct Keys {
    /// Signs the handshakes of links, and nothing else.
    pub identity: SigningKey,
    pub tokens: TokenKeys,
}

/// The key that signs access tokens, and the one before it for as long as its tokens may live: never more than two.
#[derive(Debug)]
pub struct TokenKeys {
    pub current: SigningKey,
    pub previous: Option<PublicKey>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("{}: {source}", path.display())]
    Unusable { path: PathBuf, source: KeyError },
    #[error("{} is missing, and the Cores know this gateway by it: bring it back from a backup", path.display())]
    IdentityMissing { path: PathBuf },
    #[error("{} is not the key that the Cores know this gateway by: bring that one back from a backup", path.display())]
    IdentityOther { path: PathBuf },
}

/// A signing key for access tokens is replaced at the first start after so long.
const TOKEN_KEY_LIFETIME: Duration = Duration::from_hours(24 * 30);
/// The one before it goes at the first start after so long: no access token lives a day.
const PREVIOUS_KEY_LIFETIME: Duration = Duration::from_hours(24);

impl Keys {
    /// Reads the keys, and makes them at the first start.
    pub async fn open(dir: &DataDir, registry: &Registry, now: SystemTime) -> Result<Self, KeysError> {
        Ok(Self { identity: identity(dir, registry).await?, tokens: TokenKeys::open(dir, now)? })
    }
}

impl TokenKeys {
    fn open(dir: &DataDir, now: SystemTime) -> Result<Self, KeysError> {
        let (path, previous_path) = (dir.token_key(), dir.previous_token_key());
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| FolderError::Io { path, source }
        };
        let Some(current) = read(&path)? else {
            let previous = read(&previous_path)?.map(|key| key.public());
            return Ok(Self { current: generate(&path)?, previous });
        };
        let age = age(&path, now);
        if age > TOKEN_KEY_LIFETIME {
            std::fs::rename(&path, &previous_path).map_err(failed(&path))?;
            return Ok(Self { previous: Some(current.public()), current: generate(&path)? });
        }
        let previous = read(&previous_path)?.map(|key| key.public());
        if previous.is_some() && age > PREVIOUS_KEY_LIFETIME {
            std::fs::remove_file(&previous_path).map_err(failed(&previous_path))?;
            return Ok(Self { current, previous: None });
        }
        Ok(Self { current, previous })
    }

    /// The key that a token's header names, if it is one of the two.
    pub fn by_kid(&self, kid: &str) -> Option<PublicKey> {
        [Some(self.current.public()), self.previous].into_iter().flatten().find(|key| key_id(key) == kid)
    }
}

/// A short name for a public key: the beginning of its hash.
pub fn key_id(key: &PublicKey) -> String {
    hex::encode(&SecretHash::of_bytes(key.as_bytes()).as_bytes()[..8])
}

async fn identity(dir: &DataDir, registry: &Registry) -> Result<SigningKey, KeysError> {
    let path = dir.identity_key();
    let known = settings::get(&mut *registry.reader().await?, settings::IDENTITY).await?;
    let identity = match (read(&path)?, &known) {
        (Some(key), Some(known)) if key.public().to_string() != *known => {
            return Err(KeysError::IdentityOther { path });
        }
        (Some(key), _) => key,
        (None, Some(_)) => return Err(KeysError::IdentityMissing { path }),
        (None, None) => generate(&path)?,
    };
    if known.is_none() {
        let mut routine = registry.routine().await?;
        settings::set(routine.connection(), settings::IDENTITY, &identity.public().to_string()).await?;
        routine.commit().await?;
    }
    Ok(identity)
}

fn read(path: &Path) -> Result<Option<SigningKey>, KeysError> {
    let Some(bytes) = DataDir::read_private(path)? else { return Ok(None) };
    SigningKey::from_pkcs8(bytes).map(Some).map_err(|source| KeysError::Unusable { path: path.to_owned(), source })
}

fn generate(path: &Path) -> Result<SigningKey, KeysError> {
    let key = SigningKey::generate();
    DataDir::write_private(path, key.to_pkcs8())?;
    Ok(key)
}

/// Zero for a file from the future or one that cannot be looked at: an unknown age is no reason to change a key.
fn age(path: &Path, now: SystemTime) -> Duration {
    let changed = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    changed.ok().and_then(|changed| now.duration_since(changed).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::registry;
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[tokio::test]
    async fn keys_are_kept_from_start_to_start_and_are_distinct() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        let first = Keys::open(&dir, &registry, SystemTime::now()).await.unwrap();
        let second = Keys::open(&dir, &registry, SystemTime::now()).await.unwrap();
        assert_eq!(first.identity.public(), second.identity.public());
        assert_eq!(first.tokens.current.public(), second.tokens.current.public());
        assert_ne!(first.identity.public(), first.tokens.current.public());
    }

    #[tokio::test]
    async fn a_lost_or_exchanged_identity_is_refused() {
        let (folder, registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        Keys::open(&dir, &registry, SystemTime::now()).await.unwrap();
        generate(&dir.identity_key()).unwrap();
        let opened = Keys::open(&dir, &registry, SystemTime::now()).await;
        assert!(matches!(opened, Err(KeysError::IdentityOther { .. })));
        std::fs::remove_file(dir.identity_key()).unwrap();
        let opened = Keys::open(&dir, &registry, SystemTime::now()).await;
        assert!(matches!(opened, Err(KeysError::IdentityMissing { .. })));
    }

    #[tokio::test]
    async fn token_keys_change_with_age_and_never_more_than_two_are_live() {
        let (folder, _registry) = registry().await;
        let dir = DataDir::open(folder.path()).unwrap();
        let start = SystemTime::now();
        let first = TokenKeys::open(&dir, start).unwrap();
        assert!(first.previous.is_none());
        let second = TokenKeys::open(&dir, start + 31 * DAY).unwrap();
        assert_ne!(second.current.public(), first.current.public());
        assert_eq!(second.previous, Some(first.current.public()));
        assert_eq!(second.by_kid(&key_id(&first.current.public())), Some(first.current.public()));
        let third = TokenKeys::open(&dir, start + 2 * DAY).unwrap();
        assert_eq!(third.current.public(), second.current.public());
        assert!(third.previous.is_none());
        assert!(third.by_kid(&key_id(&first.current.public())).is_none());
    }
}
