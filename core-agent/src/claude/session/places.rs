//! How many CLI processes may live at once. Each takes a few hundred megabytes.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

#[derive(Clone, Debug)]
pub(in crate::claude) struct Places {
    free: Arc<Semaphore>,
    queue: watch::Sender<Queue>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    waiting: usize,
    /// Idle processes that have begun to make way for those that wait: one for each, and no more.
    yielding: usize,
}

impl Queue {
    const fn unmet(self) -> bool {
        self.waiting > self.yielding
    }
}

/// One process's place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// One that waits for a place, until it has one or gives up.
struct Waiting<'a>(&'a watch::Sender<Queue>);

impl<'a> Waiting<'a> {
    fn new(queue: &'a watch::Sender<Queue>) -> Self {
        queue.send_modify(|queue| queue.waiting += 1);
        Self(queue)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|queue| {
            queue.waiting -= 1;
            queue.yielding = queue.yielding.saturating_sub(1);
        });
    }
}

impl Places {
    pub(in crate::claude) fn new(most: usize) -> Self {
        let free = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { free, queue: watch::Sender::default() }
    }

    /// A place that is free and that nobody waits for.
    pub(super) fn spare(&self) -> Option<Place> {
        Arc::clone(&self.free).try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }

    /// Waits for a place. Where none is free, an idle process is asked to make way.
    pub(super) async fn take(&self) -> Place {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Place { _permit: permit };
        }
        let _waiting = Waiting::new(&self.queue);
        match Arc::clone(&self.free).acquire_owned().await {
            Ok(permit) => Place { _permit: permit },
            // The semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    /// Returns when this idle process is to make way for another session. Cancel safe.
    pub(super) async fn wanted(&self) {
        let mut queue = self.queue.subscribe();
        loop {
            // The sender lives in `self`, so the channel cannot close.
            let _ = queue.wait_for(|queue| queue.unmet()).await;
            let mine = self.queue.send_if_modified(|queue| {
                let unmet = queue.unmet();
                queue.yielding += usize::from(unmet);
                unmet
            });
            if mine {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use tokio::task::JoinHandle;

    async fn waiting(places: &Places, count: usize) -> Vec<JoinHandle<Place>> {
        let take = |places: Places| async move { places.take().await };
        let tasks = (0..count).map(|_| tokio::spawn(take(places.clone()))).collect();
        let mut queue = places.queue.subscribe();
        queue.wait_for(|queue| queue.waiting == count).await.unwrap();
        tasks
    }

    #[tokio::test]
    async fn each_that_waits_has_one_idle_process_make_way() {
        let places = Places::new(3);
        let idle = [places.take().await, places.take().await, places.take().await];
        let waiting = waiting(&places, 2).await;
        places.wanted().await;
        places.wanted().await;
        assert!(places.wanted().now_or_never().is_none(), "the third may stay");
        drop(idle);
        for one in waiting {
            one.await.unwrap();
        }
    }

    #[tokio::test]
    async fn one_that_got_its_place_by_an_earlier_wish_makes_way_in_its_turn() {
        let places = Places::new(1);
        let first = places.take().await;
        let mut waiting = waiting(&places, 2).await;
        places.wanted().await;
        drop(first);
        let second = waiting.remove(0).await.unwrap();
        places.wanted().await;
        drop(second);
        waiting.remove(0).await.unwrap();
    }

    #[tokio::test]
    async fn nobody_makes_way_when_nobody_waits() {
        let places = Places::new(1);
        let place = places.take().await;
        for one in waiting(&places, 2).await {
            one.abort();
            assert!(one.await.unwrap_err().is_cancelled());
        }
        assert!(places.wanted().now_or_never().is_none());
        drop(place);
        let _place = places.take().await;
        assert!(places.wanted().now_or_never().is_none());
    }
}
