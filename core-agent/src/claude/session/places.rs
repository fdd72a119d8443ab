//! How many CLI processes may live at once. Each takes a few hundred megabytes.

use std::sync::Arc;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

#[derive(Clone, Debug)]
pub(in crate::claude) struct Places {
    free: Arc<Semaphore>,
    wanted: Arc<Notify>,
}

/// One process's place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(in crate::claude) fn new(most: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))), wanted: Arc::default() }
    }

    /// Waits for a place. Where none is free, an idle process is asked to make way.
    pub(super) async fn take(&self) -> Place {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Place { _permit: permit };
        }
        self.wanted.notify_one();
        match Arc::clone(&self.free).acquire_owned().await {
            Ok(permit) => Place { _permit: permit },
            // The semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    /// Returns when another session wants the place of an idle one.
    pub(super) async fn wanted(&self) {
        loop {
            self.wanted.notified().await;
            // A wish that has been met in the meantime is none.
            if self.free.available_permits() == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_idle_process_is_asked_to_make_way_for_one_that_waits() {
        let places = Places::new(1);
        let first = places.take().await;
        let second = tokio::spawn({
            let places = places.clone();
            async move { places.take().await }
        });
        places.wanted().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap();
    }
}
