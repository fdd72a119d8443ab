//! The link, from the agent's side: dialled, served, dialled again.
//!
//! ```text
//!  Connecting ──both connections welcomed──► Up
//!      ▲  │                                  │ either connection ends: both do
//!      │  └──refused──► Refused, Revoked ──┐ │
//!      └──────────after a while────────────┴─┘
//! ```
//!
//! A link is two connections with one id, the same for as long as this process runs: the gateway fences an older process of
//! the same Core by it. A Core that was revoked goes on asking, slowly, because an administrator may restore it.

mod backoff;
mod dial;
mod serve;
#[cfg(test)]
mod tests;

use crate::pairing::Paired;
use axum::{Extension, Router};
use backoff::{Pace, delay, pace};
use dial::{DialError, Ends, dial};
use link::HandshakeError;
use protocol::ids::LinkId;
use protocol::keys::SigningKey;
use protocol::link::{Class, Refusal};
use protocol::secret::random_bytes;
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// A link that was up for this long was no failed attempt.
const SETTLED: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    Connecting,
    /// The gateway has welcomed this Core, in this epoch of its revocations and restorations.
    Up {
        epoch: u64,
    },
    /// The gateway has proved itself and said that this Core was revoked.
    Revoked,
    Refused,
}

#[derive(Debug)]
pub struct LinkClient {
    ends: Ends,
    tls: Arc<ClientConfig>,
    router: Router,
    /// The longest wait after a refusal.
    refused_retry: Duration,
    state: watch::Sender<LinkState>,
}

impl LinkClient {
    pub fn new(
        paired: Paired,
        key: SigningKey,
        router: Router,
        refused_retry: Duration,
    ) -> Result<Self, rustls::Error> {
        let ends = Ends { paired, key, link: LinkId::new() };
        let tls = Arc::new(dial::tls()?);
        Ok(Self { ends, tls, router, refused_retry, state: watch::Sender::new(LinkState::Connecting) })
    }

    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.state.subscribe()
    }

    /// Keeps the link up until the shutdown.
    pub async fn run(self, shutdown: CancellationToken) {
        // What is in progress is dropped with the link: see `serve`.
        shutdown.run_until_cancelled(Box::pin(self.keep_up())).await;
    }

    async fn keep_up(&self) {
        let mut failures = 0_u32;
        loop {
            let began = Instant::now();
            let pace = match self.connect().await {
                Ok(()) if began.elapsed() >= SETTLED => {
                    failures = 0;
                    Pace::Quick
                }
                Ok(()) => Pace::Quick,
                Err(error) => self.judge(&error),
            };
            failures = failures.saturating_add(1);
            sleep(delay(pace, failures, random_fraction(), self.refused_retry)).await;
        }
    }

    /// Brings the link up and serves it until either connection ends.
    async fn connect(&self) -> Result<(), DialError> {
        let ((welcome, interactive), (_, bulk)) = tokio::try_join!(
            dial(&self.ends, &self.tls, Class::Interactive),
            dial(&self.ends, &self.tls, Class::Bulk),
        )?;
        // Whoever answers knows by which link it was asked.
        let router = self.router.clone().layer(Extension(welcome.clone()));
        tracing::info!(core = %welcome.core, epoch = welcome.epoch, link = %self.ends.link, "the link is up");
        self.become_state(LinkState::Up { epoch: welcome.epoch });
        let (class, ended) = tokio::select! {
            ended = serve::serve(interactive, router.clone()) => (Class::Interactive, ended),
            ended = serve::serve(bulk, router) => (Class::Bulk, ended),
        };
        tracing::warn!(?class, ?ended, "the link is down");
        self.become_state(LinkState::Connecting);
        Ok(())
    }

    fn judge(&self, error: &DialError) -> Pace {
        let (state, pace) = match error {
            DialError::Handshake(HandshakeError::Refused(Refusal::Revoked)) => (LinkState::Revoked, Pace::Slow),
            DialError::Handshake(error) if pace(error) == Pace::Slow => (LinkState::Refused, Pace::Slow),
            DialError::Handshake(_) | DialError::Connect(_) | DialError::Tls(_) | DialError::Timeout => {
                (LinkState::Connecting, Pace::Quick)
            }
            DialError::Address(_) => (LinkState::Refused, Pace::Slow),
        };
        if self.become_state(state) || state == LinkState::Connecting {
            tracing::warn!(%error, ?state, "no link to the gateway");
        }
        pace
    }

    /// Whether that is news.
    fn become_state(&self, state: LinkState) -> bool {
        self.state.send_if_modified(|now| std::mem::replace(now, state) != state)
    }
}

fn random_fraction() -> f64 {
    f64::from(u32::from_be_bytes(random_bytes())) / (f64::from(u32::MAX) + 1.0)
}
