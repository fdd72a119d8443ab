//! Orders to stop: they are not to wait for a journal that cannot be written.

use tokio::sync::watch;

/// How many of a session's orders to stop are given and not yet carried out.
#[derive(Clone, Debug, Default)]
pub(super) struct Hurry(watch::Sender<usize>);

/// One such order, until it is dropped.
#[derive(Debug)]
pub(super) struct Hurried(watch::Sender<usize>);

impl Hurry {
    pub(super) fn order(&self) -> Hurried {
        self.0.send_modify(|orders| *orders += 1);
        Hurried(self.0.clone())
    }

    /// Returns when there is such an order. Cancel safe.
    pub(super) async fn ordered(&self) {
        // The sender lives in `self`, so the channel cannot close.
        let _ = self.0.subscribe().wait_for(|orders| *orders > 0).await;
    }
}

impl Drop for Hurried {
    fn drop(&mut self) {
        self.0.send_modify(|orders| *orders -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[test]
    fn an_order_counts_until_it_is_carried_out_or_lost() {
        let hurry = Hurry::default();
        let (one, two) = (hurry.order(), hurry.order());
        drop(one);
        assert!(hurry.ordered().now_or_never().is_some());
        drop(two);
        assert!(hurry.ordered().now_or_never().is_none());
    }
}
