//! A future that goes on at once when it has woken itself.
//!
//! pingora hands each piece that it forwards from one half of a future to the other, and so wakes the task that is just
//! running. The scheduler puts such a task behind all others and wakes a second worker for it: a keystroke would pay for
//! that twice on its way and twice on its way back, and more than for the forwarding itself.

use futures::task::AtomicWaker;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// How often it goes on at once. After that it is others' turn.
const AT_ONCE: usize = 8;

/// Nobody is at work: who rings wakes the task.
const WAITING: u8 = 0;
/// The future is being polled.
const POLLED: u8 = 1;
/// It is to be polled again.
const RUNG: u8 = 2;

#[derive(Debug, Default)]
struct Doorbell {
    state: AtomicU8,
    task: AtomicWaker,
}

impl Wake for Doorbell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(RUNG, Ordering::AcqRel) == WAITING {
            self.task.wake();
        }
    }
}

pub(super) async fn repolled<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let doorbell = Arc::new(Doorbell::default());
    let waker = Waker::from(Arc::clone(&doorbell));
    poll_fn(|cx| {
        doorbell.task.register(cx.waker());
        for _ in 0..AT_ONCE {
            // Not a mere store: whoever has rung before is to be seen by this poll.
            doorbell.state.swap(POLLED, Ordering::AcqRel);
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(output);
            }
            let rests = doorbell.state.compare_exchange(POLLED, WAITING, Ordering::AcqRel, Ordering::Acquire);
            if rests.is_ok() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::{ArcWake, waker};
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::mpsc;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl ArcWake for Woken {
        fn wake_by_ref(woken: &Arc<Self>) {
            woken.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Wakes itself as often, and is ready then.
    async fn wakes_itself(mut times: usize) {
        poll_fn(|cx| {
            if times == 0 {
                return Poll::Ready(());
            }
            times -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// How often the future was polled until it was ready, each time because it had woken its task.
    fn polls(future: impl Future<Output = ()>) -> usize {
        let (woken, mut future) = (Arc::new(Woken::default()), pin!(repolled(future)));
        let waker = waker(Arc::clone(&woken));
        for polls in 1.. {
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                return polls;
            }
            assert_eq!(woken.0.load(Ordering::SeqCst), polls, "somebody is to poll it again");
        }
        unreachable!("it is ready at some time");
    }

    #[test]
    fn who_wakes_itself_goes_on_at_once_and_lets_others_do_something_in_between() {
        assert_eq!(polls(wakes_itself(0)), 1);
        assert_eq!(polls(wakes_itself(AT_ONCE - 1)), 1);
        assert_eq!(polls(wakes_itself(AT_ONCE)), 2);
        assert_eq!(polls(wakes_itself(3 * AT_ONCE)), 4);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_wakes_it_from_elsewhere_is_heard() {
        const MANY: usize = 20_000;
        let (there, mut arrives) = mpsc::channel(1);
        let (back, mut returned) = mpsc::channel(1);
        let echo = tokio::spawn(repolled(async move {
            while let Some(number) = arrives.recv().await {
                back.send(number).await.unwrap();
            }
        }));
        for number in 0..MANY {
            there.send(number).await.unwrap();
            assert_eq!(returned.recv().await, Some(number));
        }
        drop(there);
        echo.await.unwrap();
    }
}
