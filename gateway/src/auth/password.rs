//! Passwords: argon2id, slow on purpose, and never more than two at once.

use crate::registry::users::PasswordHash;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// OWASP's first choice: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Each hash takes a core and its memory for tens of milliseconds: a flood of logins must not take the machine.
const AT_ONCE: usize = 2;
/// How long a login waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

const SHORTEST: usize = 12;
/// Far above what anybody types; hashing more is only work.
const LONGEST: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
}

/// Too many are being hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Crowded;

#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    #[error(transparent)]
    Crowded(#[from] Crowded),
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub(super) struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// What an unknown user's password is held against, so that it takes as long as a known one's.
    nobody: PasswordHash,
}

impl Passwords {
    pub(super) fn new() -> Self {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's limits");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &protocol::secret::random_secret::<32>(""));
        Self { argon2, turns: Arc::new(Semaphore::new(AT_ONCE)), nobody }
    }

    /// Hashes a new password.
    pub(super) async fn hash(&self, password: SecretString) -> Result<PasswordHash, PasswordError> {
        let text = password.expose_secret();
        if text.chars().count() < SHORTEST {
            return Err(WeakPassword::TooShort.into());
        }
        if text.len() > LONGEST {
            return Err(WeakPassword::TooLong.into());
        }
        let argon2 = self.argon2.clone();
        Ok(self.in_turn(move || hash(&argon2, &password)).await?)
    }

    /// Whether this is the password. Takes as long for nobody's (None) as for somebody's.
    pub(super) async fn verify(&self, password: SecretString, stored: Option<PasswordHash>) -> Result<bool, Crowded> {
        if password.expose_secret().len() > LONGEST {
            return Ok(false);
        }
        let (argon2, known) = (self.argon2.clone(), stored.is_some());
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let matches = self.in_turn(move || {
            Phc::new(&stored.0)
                .is_ok_and(|stored| argon2.verify_password(password.expose_secret().as_bytes(), &stored).is_ok())
        });
        Ok(matches.await? && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Crowded> {
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await.map_err(|_| Crowded)?;
        let turn = turn.map_err(|_| Crowded)?;
        let worked = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also when nobody waits for it any more.
            let _turn = turn;
            work()
        });
        // It fails only when hashing panics or the process is ending.
        worked.await.map_err(|_| Crowded)
    }
}

fn hash(argon2: &Argon2<'_>, password: &SecretString) -> PasswordHash {
    let hash = argon2
        .hash_password(password.expose_secret().as_bytes())
        .expect("a password within the limits and random salt of the right length can be hashed");
    PasswordHash(hash.to_string())
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new();
        let stored = passwords.hash(secret("correct horse battery")).await.unwrap();
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        assert!(passwords.verify(secret("correct horse battery"), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify(secret("Correct horse battery"), Some(stored.clone())).await.unwrap());
        assert!(!passwords.verify(secret(""), Some(stored)).await.unwrap());
        assert!(!passwords.verify(secret("correct horse battery"), None).await.unwrap());
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused_before_they_are_hashed() {
        let passwords = Passwords::new();
        let short = passwords.hash(secret("elevenchars")).await;
        assert!(matches!(short, Err(PasswordError::Weak(WeakPassword::TooShort))));
        let endless = passwords.hash(secret(&"x".repeat(1025))).await;
        assert!(matches!(endless, Err(PasswordError::Weak(WeakPassword::TooLong))));
        assert!(passwords.hash(secret("zwölf Zeichen")).await.is_ok());
    }

    #[tokio::test]
    async fn never_more_than_two_are_hashed_at_once() {
        let passwords = Passwords::new();
        let (running, most) = (Arc::new(std::sync::atomic::AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(0)));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (passwords, running, most) = (passwords.clone(), Arc::clone(&running), Arc::clone(&most));
                tokio::spawn(async move {
                    let count = passwords.in_turn(move || {
                        let now = running.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                        let mut most = most.lock().unwrap();
                        *most = now.max(*most);
                        drop(most);
                        std::thread::yield_now();
                        running.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    });
                    count.await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!((1..=AT_ONCE).contains(&*most.lock().unwrap()));
    }
}
