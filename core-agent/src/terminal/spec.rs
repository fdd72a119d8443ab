//! What a keeper is told when it starts.

use super::size::Size;
use super::values::Values;
use protocol::event::Actor;
use protocol::ids::TerminalId;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;

/// The line that carries it reaches no argv, environment or log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub(super) about: About,
    /// The file that it is recorded in.
    pub(super) recording: Option<PathBuf>,
    /// Where clients are heard: a folder of this user's, and a name in it.
    pub(super) folder: PathBuf,
    pub(super) shell: PathBuf,
    /// Its own name first.
    pub(super) arguments: Vec<OsString>,
    /// The shell's complete environment: nothing is inherited.
    pub(super) env: Vec<(String, String)>,
    pub(super) cwd: PathBuf,
    pub(super) size: Size,
    /// Bytes of output that are kept for clients that come back.
    pub(super) scrollback: usize,
    /// How long a terminal lives that no client is attached to.
    #[serde(with = "humantime_serde")]
    pub(super) detached_for: Duration,
    /// How long it lives without an agent.
    #[serde(with = "humantime_serde")]
    pub(super) orphaned_for: Duration,
    pub(super) mask: Values,
}

/// What does not depend on what happens in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) id: TerminalId,
    pub(super) name: Option<String>,
    /// None: it began in the home.
    pub(super) workspace: Option<String>,
    pub(super) recorded: bool,
    pub(super) created_by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) created_at: OffsetDateTime,
}
