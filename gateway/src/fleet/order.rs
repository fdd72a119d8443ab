//! Ending a Core's admission, live: first for those who use it, then with the agent's help on its host.

use super::{Closed, Fleet, Member};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use link::Opener;
use protocol::claude::{RevokeConfirmation, RevokeOrder};
use protocol::ids::CoreId;
use protocol::link::paths;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tracing::{info, warn};

/// An agent that is there answers within this; a sign-out needs the vendor and takes longer.
const TELL: Duration = Duration::from_secs(1);
const TELL_WITH_SIGN_OUT: Duration = Duration::from_secs(45);
/// A cut takes milliseconds. What has not ended by then is said to have taken this long.
const EMPTIED: Duration = Duration::from_secs(2);
const MAX_CONFIRMATION: usize = 64 * 1024;

/// What was ended, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Requests and streams that were in progress on the Core.
    pub streams: usize,
    /// From the order to the end of the last of them.
    pub took: Duration,
    pub agent: AgentAnswer,
}

/// What the agent said of the end of its work.
#[derive(Clone, Copy, Debug)]
pub enum AgentAnswer {
    Confirmed(RevokeConfirmation),
    /// It was linked, but no confirmation came in time: the work may go on there until it dials again.
    Silent,
    /// It was not linked. It learns of the revocation when it dials.
    Offline,
}

impl Fleet {
    /// Closes a Core whose revocation is durable. None when this process never knew the Core, or it was restored since.
    pub async fn cut(&self, core: CoreId, epoch: u64, order: RevokeOrder) -> Option<Cut> {
        let member = self.member(core)?;
        let started = Instant::now();
        let Closed { live: streams, opener, was_open } = member.close(epoch)?;
        let (took, agent) = tokio::join!(
            async {
                drop(timeout(EMPTIED, member.emptied()).await);
                started.elapsed()
            },
            tell(&member, opener, order)
        );
        member.cut();
        if was_open {
            self.metrics.revoked(took);
        }
        info!(%core, streams, ?took, ?agent, "a Core was cut off");
        Some(Cut { streams, took, agent })
    }

    /// Lets a restored Core link again.
    pub fn readmit(&self, core: CoreId, epoch: u64) {
        if let Some(member) = self.member(core) {
            member.reopen(epoch);
        }
    }
}

async fn tell(member: &Member, opener: Option<Opener>, order: RevokeOrder) -> AgentAnswer {
    let Some(opener) = opener else { return AgentAnswer::Offline };
    let patience = if order.sign_out { TELL_WITH_SIGN_OUT } else { TELL };
    match timeout(patience, deliver(&opener, order)).await {
        Ok(Ok(confirmation)) => AgentAnswer::Confirmed(confirmation),
        Ok(Err(reason)) => {
            warn!(core = %member.id(), %reason, "a revoked Core's agent did not confirm");
            AgentAnswer::Silent
        }
        Err(_) => {
            warn!(core = %member.id(), "a revoked Core's agent did not confirm in time");
            AgentAnswer::Silent
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    NotOpened(#[from] link::NotOpened),
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("its answer cannot be read: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error("its answer cannot be understood: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it answered with status {0}")]
    Status(u16),
}

async fn deliver(opener: &Opener, order: RevokeOrder) -> Result<RevokeConfirmation, DeliveryError> {
    let stream = opener.open_reserved().await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::post(paths::REVOKED)
        .header(hyper::header::HOST, "core")
        .header(hyper::header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(serde_json::to_vec(&order)?)))
        .expect("a constant address is a request");
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        if status != hyper::StatusCode::OK {
            return Err(DeliveryError::Status(status.as_u16()));
        }
        let body = Limited::new(response.into_body(), MAX_CONFIRMATION).collect().await.map_err(DeliveryError::Body)?;
        Ok(serde_json::from_slice(&body.to_bytes())?)
    };
    tokio::pin!(connection, answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        failed = &mut connection => match failed {
            Ok(()) => answer.await,
            Err(reason) => Err(reason.into()),
        },
    }
}
