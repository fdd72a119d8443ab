//! What a request in flight hangs on.
//!
//! pingora's filters run only when data flows, so none of them can end an idle stream. Instead the whole of pingora's
//! work on one request is a future that [`connection`](super::connection) polls beside its lifeline, and drops when the
//! lifeline says so. On HTTP/2 that ends the one stream; on HTTP/1.1 the connection.

use futures::future::select_all;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

tokio::task_local! {
    static CURRENT: Arc<Lifeline>;
}

/// The lifeline of the request that this task works on.
///
/// # Panics
/// Outside [`Lifeline::scope`], in which every request runs.
pub(super) fn current() -> Arc<Lifeline> {
    CURRENT.with(Arc::clone)
}

#[derive(Debug)]
pub(super) struct Lifeline {
    pub(super) peer: SocketAddr,
    progress: watch::Sender<Progress>,
    flights: Flights,
    /// Whether this is one of them.
    flies: AtomicBool,
}

/// How many requests of a connection are worth waiting for when the gateway ends: those with a complete head whose
/// answer has an end.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    count: watch::Sender<usize>,
    /// As long as it is there, the gateway's end waits for the connection.
    waited_for: Arc<Mutex<Option<TaskTrackerToken>>>,
}

impl Flights {
    pub(super) fn waited_for(token: TaskTrackerToken) -> Self {
        Self { waited_for: Arc::new(Mutex::new(Some(token))), ..Self::default() }
    }

    pub(super) async fn landed(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        drop(self.count.subscribe().wait_for(|count| *count == 0).await);
    }
}

#[derive(Debug, Default)]
struct Progress {
    head: bool,
    body: bool,
    /// The answer is a stream without an end.
    endless: bool,
    hold: Option<Hold>,
}

/// What a request hangs on, and for how long.
#[derive(Clone, Debug)]
struct Hold {
    tokens: Vec<CancellationToken>,
    /// Lets go when the request's body has arrived.
    until_body: bool,
}

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) head: Duration,
    pub(super) body: Duration,
}

/// Why a request ended before its answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severed {
    /// The Core, user, login session or API token that it was let in under has ended.
    Killed,
    HeadOverdue,
    BodyOverdue,
    /// The gateway ends, and the answer would not.
    Dismissed,
}

impl Lifeline {
    pub(super) fn new(peer: SocketAddr, flights: Flights) -> Arc<Self> {
        Arc::new(Self { peer, progress: watch::Sender::default(), flights, flies: AtomicBool::new(false) })
    }

    /// Runs a request's work with this as its [`current`] lifeline.
    pub(super) async fn scope<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(Arc::clone(self), work).await
    }

    pub(super) fn head_arrived(&self) {
        self.progress.send_modify(|progress| progress.head = true);
        if !self.flies.swap(true, Ordering::Relaxed) {
            self.flights.count.send_modify(|count| *count += 1);
        }
    }

    /// The answer is a stream without an end: nobody waits for that.
    pub(super) fn never_ends(&self) {
        self.progress.send_modify(|progress| progress.endless = true);
        self.lands();
    }

    /// A link runs in it. The gateway's end does not wait for it, and leaves it up to the last: others' requests are on
    /// their way over it.
    pub(super) fn carries(&self) {
        drop(self.flights.waited_for.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Nobody waits for this request any more.
    fn lands(&self) {
        if self.flies.swap(false, Ordering::Relaxed) {
            self.flights.count.send_modify(|count| *count -= 1);
        }
    }

    pub(super) fn body_arrived(&self) {
        self.progress.send_if_modified(|progress| !std::mem::replace(&mut progress.body, true));
    }

    /// From now on the request ends when any of these fires, or has fired.
    pub(super) fn hang_on(&self, tokens: Vec<CancellationToken>) {
        self.progress.send_modify(|progress| progress.hold = Some(Hold { tokens, until_body: false }));
    }

    /// The same until the request's body has arrived. What has arrived is carried out to its end and answered.
    pub(super) fn hang_on_until_body(&self, tokens: Vec<CancellationToken>) {
        self.progress.send_modify(|progress| progress.hold = Some(Hold { tokens, until_body: true }));
    }

    /// `asked` fires when the gateway is to end.
    pub(super) async fn severed(&self, patience: Patience, asked: &CancellationToken) -> Severed {
        tokio::select! {
            biased;
            () = self.killed() => Severed::Killed,
            () = self.dismissed(asked) => Severed::Dismissed,
            reason = self.overdue(patience) => reason,
        }
    }

    async fn killed(&self) {
        let mut progress = self.progress.subscribe();
        let held = progress.wait_for(|progress| progress.hold.is_some()).await.map(|progress| progress.hold.clone());
        let Ok(Some(Hold { tokens, until_body })) = held else { return pending().await };
        let mut tokens: Vec<_> = tokens.into_iter().map(|token| Box::pin(token.cancelled_owned())).collect();
        // Nothing to hang on is nothing that ends.
        let fired = async { if tokens.is_empty() { pending().await } else { drop(select_all(&mut tokens).await) } };
        let let_go = async {
            if until_body { drop(progress.wait_for(|progress| progress.body).await) } else { pending().await }
        };
        tokio::select! {
            biased;
            // Looked at first: a request that ends its own login fires the token itself, once it has arrived.
            () = let_go => {}
            () = fired => return,
        }
        pending::<()>().await;
    }

    async fn dismissed(&self, asked: &CancellationToken) {
        asked.cancelled().await;
        // The sender lives as long as `self`, so the wait cannot fail.
        drop(self.progress.subscribe().wait_for(|progress| progress.endless).await);
    }

    async fn overdue(&self, patience: Patience) -> Severed {
        let mut progress = self.progress.subscribe();
        if timeout(patience.head, progress.wait_for(|progress| progress.head)).await.is_err() {
            return Severed::HeadOverdue;
        }
        if timeout(patience.body, progress.wait_for(|progress| progress.body)).await.is_err() {
            return Severed::BodyOverdue;
        }
        pending().await
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.lands();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { head: Duration::from_secs(10), body: Duration::from_secs(30) };

    fn lifeline() -> Arc<Lifeline> {
        Lifeline::new(SocketAddr::from(([127, 0, 0, 1], 1)), Flights::default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_or_a_body_that_does_not_come_ends_the_request() {
        let slow_head = lifeline();
        assert_eq!(slow_head.severed(PATIENCE, &CancellationToken::new()).await, Severed::HeadOverdue);
        let slow_body = lifeline();
        slow_body.head_arrived();
        assert_eq!(slow_body.severed(PATIENCE, &CancellationToken::new()).await, Severed::BodyOverdue);
    }

    #[tokio::test(start_paused = true)]
    async fn a_complete_request_lives_until_any_of_its_tokens_fires() {
        let lifeline = lifeline();
        let (core, session) = (CancellationToken::new(), CancellationToken::new());
        lifeline.head_arrived();
        lifeline.body_arrived();
        lifeline.hang_on(vec![core.clone(), session.child_token()]);
        let day = Duration::from_hours(24);
        assert!(timeout(day, lifeline.severed(PATIENCE, &CancellationToken::new())).await.is_err(), "nothing ended it");
        session.cancel();
        assert_eq!(lifeline.severed(PATIENCE, &CancellationToken::new()).await, Severed::Killed);
    }

    #[tokio::test]
    async fn a_request_is_waited_for_until_it_is_over_or_turns_out_to_have_no_end() {
        let flights = Flights::default();
        let begin = || {
            let lifeline = Lifeline::new(SocketAddr::from(([127, 0, 0, 1], 1)), flights.clone());
            lifeline.head_arrived();
            lifeline
        };
        let (brief, endless) = (begin(), begin());
        endless.never_ends();
        assert!(futures::poll!(Box::pin(flights.landed())).is_pending());
        drop(brief);
        flights.landed().await;
        drop(endless);
        flights.landed().await;
    }

    #[tokio::test]
    async fn a_token_that_has_fired_before_ends_the_request_too() {
        let lifeline = lifeline();
        let token = CancellationToken::new();
        token.cancel();
        lifeline.hang_on(vec![token]);
        assert_eq!(lifeline.severed(PATIENCE, &CancellationToken::new()).await, Severed::Killed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_hangs_on_its_credential_until_its_body_has_arrived_and_no_longer() {
        let token = CancellationToken::new();
        let (waiting, arrived) = (lifeline(), lifeline());
        for lifeline in [&waiting, &arrived] {
            lifeline.head_arrived();
            lifeline.hang_on_until_body(vec![token.clone()]);
        }
        arrived.body_arrived();
        token.cancel();
        assert_eq!(waiting.severed(PATIENCE, &CancellationToken::new()).await, Severed::Killed);
        assert!(
            timeout(Duration::from_hours(24), arrived.severed(PATIENCE, &CancellationToken::new())).await.is_err(),
            "its answer was cut"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_without_an_end_is_dismissed_when_the_gateway_ends_and_an_answer_is_not() {
        let asked = CancellationToken::new();
        asked.cancel();
        let (endless, brief) = (lifeline(), lifeline());
        for lifeline in [&endless, &brief] {
            lifeline.head_arrived();
            lifeline.body_arrived();
        }
        endless.never_ends();
        assert_eq!(endless.severed(PATIENCE, &asked).await, Severed::Dismissed);
        assert!(timeout(Duration::from_hours(24), brief.severed(PATIENCE, &asked)).await.is_err(), "it was cut");
    }
}
