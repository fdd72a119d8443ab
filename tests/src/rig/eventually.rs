//! Waiting for a condition, with a deadline and never by a guess at how long something takes.

use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long a test waits for what must happen. Generous: two cores may run a dozen CLI processes at once.
pub const DEADLINE: Duration = Duration::from_mins(3);

/// How often a condition that cannot announce itself is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something; fails the test with `what` when the deadline passes.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        // A look that never ends is as good as none.
        let looked = timeout_at(end, look()).await;
        if let Some(found) = looked.unwrap_or_else(|_| panic!("{what}: not within {DEADLINE:?}")) {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {DEADLINE:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits for something that announces itself; fails the test with `what` when the deadline passes.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(DEADLINE, future).await;
    done.unwrap_or_else(|_| panic!("{what}: not within {DEADLINE:?}"))
}
