//! One connection of an agent, from its TLS handshake to its end.

use super::refused::Claimed;
use super::{Attached, Fleet, Member, reports};
use link::{Claim, Ended, HandshakeError, Opener, Timing, Verified};
use protocol::link::{Class, Refusal, Welcome};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

/// From the end of the TLS handshake to the agent's proof.
const HANDSHAKE: Duration = Duration::from_secs(10);

impl Fleet {
    /// Serves a connection that asked for `condrix-link/1`, until it ends or `shutdown` fires. What carries it means nothing.
    pub async fn serve<S>(&self, stream: TlsStream<S>, peer: SocketAddr, shutdown: CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let received = timeout(HANDSHAKE, link::receive(stream.into(), &self.identity)).await;
        let verified = match received {
            Ok(Ok(verified)) => verified,
            Ok(Err(HandshakeError::Forged { key, reason })) => {
                return self.note_refused(&key, Claimed::Key, peer, &reason).await;
            }
            Ok(Err(reason)) => return info!(%peer, %reason, "a link's handshake failed"),
            Err(_) => return info!(%peer, "a link's handshake took too long"),
        };
        let claim = verified.claim.clone();
        let Some(member) = self.member_by_key(&claim.key) else {
            refuse(verified, Refusal::UnknownKey).await;
            return self.note_refused(&claim.key, Claimed::Core, peer, &Refusal::UnknownKey).await;
        };
        let epoch = match member.consider(claim.link) {
            Ok(epoch) => epoch,
            Err(refusal) => {
                refuse(verified, refusal.clone()).await;
                return self.note_refusal(&member, &claim, peer, &refusal).await;
            }
        };
        let welcome = Welcome { core: member.id(), epoch };
        let Ok(Ok(stream)) = timeout(HANDSHAKE, verified.welcome(welcome)).await else {
            return info!(%peer, core = %member.id(), "an agent left before it was welcomed");
        };
        let (opener, driver) = link::opener(stream, Timing::default());
        // The Core may have been revoked since it was considered, and even restored: attaching looks again, under the
        // Core's lock.
        let Ok(attached) = member.attach(epoch, claim.link, claim.class, &claim.agent_version, opener.clone()) else {
            return info!(%peer, core = %member.id(), "a Core was revoked while it was welcomed");
        };
        note_attached(&member, &claim, peer, &attached);
        let mut intruded = false;
        let ended = tokio::select! {
            ended = driver.run() => {
                intruded = matches!(ended, Ended::Intruded);
                format!("{ended:?}")
            }
            () = attached.cut.cancelled() => "cut".to_owned(),
            () = shutdown.cancelled() => "shutdown".to_owned(),
            reason = self.follow(&member, &claim, &opener) => reason,
        };
        if member.detach(&attached.cut) {
            info!(core = %member.id(), link = %claim.link, %ended, "link down");
        }
        if intruded {
            self.note_refused(&claim.key, Claimed::Stream, peer, &claim.class).await;
        }
    }

    /// Keeps the Core's state up to date over its interactive connection; the bulk one carries none.
    async fn follow(&self, member: &Arc<Member>, claim: &Claim, opener: &Opener) -> String {
        match claim.class {
            Class::Interactive => match reports::follow(self, member, claim.link, opener).await {
                Ok(()) => "the agent ended its reports".to_owned(),
                Err(reason) => format!("the agent's reports failed: {reason}"),
            },
            Class::Bulk => std::future::pending().await,
        }
    }

    async fn note_refusal(&self, member: &Member, claim: &Claim, peer: SocketAddr, refusal: &Refusal) {
        if *refusal != Refusal::Fenced {
            return self.note_refused(&claim.key, Claimed::Admission, peer, refusal).await;
        }
        // Two agents hold one key: somebody copied it, or two services run with the same state folder.
        error!(core = %member.id(), link = %claim.link, %peer, "a fenced link came back: this Core's key is in use twice");
        self.metrics.cloned_key_alarms.inc();
        if !self.refused.is_due(Some(member.id()), Claimed::FencedLink, Instant::now()) {
            return;
        }
        if let Err(reason) = crate::registry::cores::note_cloned_key(&self.registry, member.id(), peer.ip()).await {
            error!(core = %member.id(), %reason, "the alarm could not be written to the audit log");
        }
    }
}

fn note_attached(member: &Member, claim: &Claim, peer: SocketAddr, attached: &Attached) {
    if let Some(fenced) = attached.fenced {
        warn!(core = %member.id(), %fenced, by = %claim.link, %peer, "a newer link of this Core replaced an older one");
    }
    if attached.up {
        info!(core = %member.id(), link = %claim.link, %peer, agent = claim.agent_version, "link up");
    }
}

async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(verified: Verified<S>, refusal: Refusal) {
    // The agent may be gone; it is refused all the same.
    drop(timeout(HANDSHAKE, verified.refuse(refusal)).await);
}
