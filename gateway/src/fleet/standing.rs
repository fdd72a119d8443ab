//! Whether a Core may be used.

use tokio_util::sync::CancellationToken;

/// Each admission has its own epoch and its own kill token.
#[derive(Clone, Debug)]
pub enum Standing {
    Admitted { epoch: u64, kill: CancellationToken },
    Revoked { epoch: u64 },
}

impl Standing {
    pub fn admitted(epoch: u64) -> Self {
        Self::Admitted { epoch, kill: CancellationToken::new() }
    }

    pub const fn revoked(epoch: u64) -> Self {
        Self::Revoked { epoch }
    }

    pub(super) const fn epoch(&self) -> u64 {
        match self {
            Self::Admitted { epoch, .. } | Self::Revoked { epoch } => *epoch,
        }
    }

    /// Whether this is that very admission.
    pub(super) const fn is_admission(&self, asked: u64) -> bool {
        matches!(self, Self::Admitted { epoch, .. } if *epoch == asked)
    }
}
