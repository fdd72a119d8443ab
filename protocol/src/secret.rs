//! Random secrets that are handed out once and kept only as hashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};

/// SHA-256 of a secret. The secrets hashed here are random and at least 128 bits long, so a slow hash adds nothing;
/// passwords are another matter (argon2id).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    pub fn of(secret: &SecretString) -> Self {
        Self::of_bytes(secret.expose_secret().as_bytes())
    }

    pub fn of_bytes(secret: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, secret).as_ref());
        Self(hash)
    }

    pub const fn from_stored(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `N` random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing safe can be done then.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A fresh secret of `N` random bytes, as base64url behind a prefix that scanners can find it by.
pub fn random_secret<const N: usize>(prefix: &str) -> SecretString {
    SecretString::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<N>())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_its_own_hash_and_no_other_has_it() {
        let (one, other) = (random_secret::<16>("t_"), random_secret::<16>("t_"));
        assert_eq!(SecretHash::of(&one), SecretHash::of(&one));
        assert_ne!(SecretHash::of(&one), SecretHash::of(&other));
        assert!(one.expose_secret().starts_with("t_"));
    }
}
