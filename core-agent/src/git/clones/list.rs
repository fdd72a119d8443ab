//! Which clones there are, and how they stand.

use super::super::progress::Progress;
use crate::workspace::WorkspaceName;
use serde::Serialize;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// Failures that are remembered.
const MOST_FAILED: usize = 64;

/// How a workspace stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    Ready,
    Cloning(Progress),
    /// It was not made. `reason` is git's, or ours, for a person.
    Failed {
        reason: String,
    },
}

#[derive(Debug)]
pub(super) enum Entry {
    Cloning { progress: Progress, cancel: CancellationToken, over: CancellationToken },
    Failed { reason: String },
}

pub(super) type Entries = BTreeMap<WorkspaceName, Entry>;

/// Remembers why there is no workspace of this name, in place of the first of those there are too many of.
pub(super) fn fail(entries: &mut Entries, name: WorkspaceName, reason: String) {
    let failed = entries.iter().filter(|(_, entry)| matches!(entry, Entry::Failed { .. }));
    if failed.clone().count() >= MOST_FAILED
        && let Some(first) = failed.map(|(name, _)| name.clone()).next()
    {
        entries.remove(&first);
    }
    entries.insert(name, Entry::Failed { reason });
}

impl Entry {
    pub(super) fn standing(&self) -> Standing {
        match self {
            Self::Cloning { progress, .. } => Standing::Cloning(*progress),
            Self::Failed { reason } => Standing::Failed { reason: reason.clone() },
        }
    }
}
