//! How many files this process may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::info;

/// The registry, the admin socket, key files, listeners and whoever is just being refused.
const OTHERS: u64 = 128;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "limits.connections: {connections} connections need {needed} open files, and this process may have {most}: allow it \
     more (ulimit -n, or LimitNOFILE= of a unit), or set fewer connections"
)]
pub(crate) struct TooFew {
    connections: usize,
    needed: u64,
    most: u64,
}

/// Takes as many as this process may have, and refuses to start with a cap that could not be kept.
pub(crate) fn make_room(connections: usize) -> Result<(), TooFew> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Failing, there is what there was, which is judged below.
        let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
        info!(from = ?limit.current, to = ?limit.maximum, ?raised, "the limit of open files");
    }
    judge(connections, getrlimit(Resource::Nofile).current)
}

/// None is without limit.
fn judge(connections: usize, most: Option<u64>) -> Result<(), TooFew> {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHERS);
    match most {
        Some(most) if most < needed => Err(TooFew { connections, needed, most }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_that_could_not_be_kept_is_refused_with_its_key() {
        judge(4096, None).unwrap();
        judge(4096, Some(4096 + OTHERS)).unwrap();
        let refused = judge(4096, Some(1024)).unwrap_err().to_string();
        assert!(refused.contains("limits.connections") && refused.contains("1024"), "{refused}");
    }
}
