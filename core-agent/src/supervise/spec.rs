//! What a supervisor is told on its first line.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use std::path::PathBuf;
use std::time::Duration;

/// A child to run. The line that carries it never reaches argv, an environment or a log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The program, by path or found through the PATH in `env`, and its arguments. Never a secret: argv is world-readable.
    pub argv: Vec<String>,
    /// The child's complete environment: nothing is inherited.
    pub env: Vec<(String, String)>,
    pub cwd: PathBuf,
    /// Reaches the child on descriptor 3, as a pipe whose other end is closed, and by no other way.
    #[serde(serialize_with = "expose")]
    pub api_key: Option<SecretString>,
    /// The CLI's configuration directory, where its OAuth refresh can be seen in flight. While one is, the child is not
    /// ended: a refresh token that was spent and not replaced is a lost sign-in.
    pub refreshes_in: Option<PathBuf>,
    /// A file on which the supervisor holds a lock for as long as it lives (see [`free`](super::free)).
    pub alone: Option<PathBuf>,
    /// How long the child may take to end by itself once its stdin has closed.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn expose<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(SecretString::expose_secret).serialize(serializer)
}
