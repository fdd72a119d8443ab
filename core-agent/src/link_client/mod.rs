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
mod carrier;
mod dial;
mod serve;
#[cfg(test)]
mod tests;

use crate::config::CarrierChoice;
use crate::pairing::Paired;
use crate::proxies::Proxies;
use axum::{Extension, Router};
use backoff::{Pace, delay, pace};
use carrier::{Carrier, Carriers};
use dial::{Connection, DialError, Dialler, Ends};
use link::HandshakeError;
use protocol::ids::LinkId;
use protocol::keys::SigningKey;
use protocol::link::{Class, Refusal, Welcome};
use protocol::secret::random_bytes;
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

/// How the gateway is dialled.
#[derive(Clone, Copy, Debug)]
pub struct LinkOptions {
    pub carrier: CarrierChoice,
    /// The longest wait after a refusal.
    pub refused_retry: Duration,
}

#[derive(Debug)]
pub struct LinkClient {
    dialler: Dialler,
    router: Router,
    options: LinkOptions,
    state: watch::Sender<LinkState>,
}

impl LinkClient {
    pub fn new(
        paired: Paired,
        key: SigningKey,
        router: Router,
        proxies: Proxies,
        options: LinkOptions,
    ) -> Result<Self, rustls::Error> {
        let dialler = Dialler::new(Ends { paired, key, link: LinkId::new() }, proxies)?;
        Ok(Self { dialler, router, options, state: watch::Sender::new(LinkState::Connecting) })
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
        let mut carriers = Carriers::new(self.options.carrier);
        loop {
            let began = Instant::now();
            let pace = match self.connect(&mut carriers).await {
                Ok(()) if began.elapsed() >= SETTLED => {
                    failures = 0;
                    Pace::Quick
                }
                Ok(()) => Pace::Quick,
                Err(error) => self.judge(&error),
            };
            failures = failures.saturating_add(1);
            sleep(delay(pace, failures, random_fraction(), self.options.refused_retry)).await;
        }
    }

    /// Brings the link up and serves it until either connection ends.
    async fn connect(&self, carriers: &mut Carriers) -> Result<(), DialError> {
        let Raised { welcome, interactive, bulk } = self.raise(carriers).await?;
        // Whoever answers knows by which link it was asked.
        let router = self.router.clone().layer(Extension(welcome.clone()));
        tracing::info!(core = %welcome.core, epoch = welcome.epoch, link = %self.dialler.ends.link, carrier = ?carriers.present(), "the link is up");
        self.become_state(LinkState::Up { epoch: welcome.epoch });
        let (class, ended) = tokio::select! {
            ended = serve::serve(interactive, router.clone()) => (Class::Interactive, ended),
            ended = serve::serve(bulk, router) => (Class::Bulk, ended),
        };
        tracing::warn!(?class, ?ended, "the link is down");
        self.become_state(LinkState::Connecting);
        Ok(())
    }

    /// Brings up both connections, on the other carrier where the present one does not get through.
    async fn raise(&self, carriers: &mut Carriers) -> Result<Raised, DialError> {
        let error = match self.raise_on(carriers.present()).await {
            Ok(raised) => return Ok(raised),
            Err(error) => error,
        };
        let Some(other) = carriers.instead(&error) else { return Err(error) };
        tracing::info!(%error, carrier = ?carriers.present(), "no link; the other carrier is tried");
        let raised = self.raise_on(other).await?;
        carriers.keep(other);
        Ok(raised)
    }

    async fn raise_on(&self, carrier: Carrier) -> Result<Raised, DialError> {
        let ((welcome, interactive), (_, bulk)) =
            tokio::try_join!(self.dialler.dial(carrier, Class::Interactive), self.dialler.dial(carrier, Class::Bulk),)?;
        Ok(Raised { welcome, interactive, bulk })
    }

    fn judge(&self, error: &DialError) -> Pace {
        let (state, pace) = match error {
            DialError::Handshake(HandshakeError::Refused(Refusal::Revoked)) => (LinkState::Revoked, Pace::Slow),
            DialError::Handshake(error) if pace(error) == Pace::Slow => (LinkState::Refused, Pace::Slow),
            DialError::Handshake(_)
            | DialError::Connect(_)
            | DialError::Proxy(_)
            | DialError::Tls(_)
            | DialError::NoLink
            | DialError::NoCarrier { .. }
            | DialError::Upgrade(_)
            | DialError::Timeout => (LinkState::Connecting, Pace::Quick),
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

/// Both connections of a link, welcomed.
struct Raised {
    welcome: Welcome,
    interactive: Connection,
    bulk: Connection,
}

fn random_fraction() -> f64 {
    f64::from(u32::from_be_bytes(random_bytes())) / (f64::from(u32::MAX) + 1.0)
}
