//! What browsers report that the content policy has kept a page from. Anybody may send such a report, so nothing of it is
//! believed, little of it is written down, and not often.

mod quota;
mod report;

pub use report::{NotAReport, Violation, read};

use crate::metrics::Metrics;
use quota::Quota;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tracing::warn;

#[derive(Debug)]
pub struct Violations {
    metrics: Arc<Metrics>,
    quota: Mutex<Quota>,
}

impl Violations {
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, quota: Mutex::default() }
    }

    /// Counts a violation, and logs it while there is room.
    pub fn note(&self, violation: &Violation, now: Instant) {
        self.metrics.csp_violation(violation.directive);
        // Counting cannot panic half way.
        let room = self.quota.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        if let Some(unsaid) = room {
            let Violation { directive, blocked, page } = violation;
            warn!(directive, blocked, page, unsaid, "a browser reports that a page violated the content policy");
        }
    }
}
