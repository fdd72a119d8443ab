//! The edge: every HTTP request of a client passes here, once, in one direction.
//!
//! pingora reads requests and writes answers; what is decided in between is ours. A request is [`admission`]'s to let in
//! or refuse, gets a virtual stream as its [`upstream`] (the control plane in memory, a Core's link, or a link's own
//! [`carrier`]), and hangs on a
//! [`lifeline`] that ends it at once when what admitted it ends. pingora's own pages, pools and forwarding headers are
//! not used.

mod admission;
mod answer;
mod carrier;
mod chunks;
mod connection;
mod core_answer;
mod forwarded;
mod head;
mod lifeline;
mod repolled;
mod upstream;

pub use carrier::Carrier;
pub use chunks::Chunks;
pub use connection::{Connection, Ending, Limits, serve};
pub use head::{Doubt, Framing, Heads, MOST_HEADERS};
pub use upstream::ControlPlane;

use crate::auth::Auth;
use crate::fleet::Fleet;
use crate::metrics::Metrics;
use admission::{Admitted, Refused};
use async_trait::async_trait;
use bytes::Bytes;
use http::{StatusCode, header};
use pingora_core::prelude::HttpPeer;
use pingora_error::{Error, ErrorSource, ErrorType, Result};
use pingora_http::{RequestHeader, ResponseHeader};
use pingora_proxy::{FailToProxy, ProxyHttp, Session};
use protocol::ids::RequestId;
use protocol::problem::{Problem, ProblemType};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tracing::{debug, error, info};

/// What the edge decides with.
pub struct Edge {
    pub auth: Arc<Auth>,
    pub fleet: Arc<Fleet>,
    pub metrics: Arc<Metrics>,
    pub control: ControlPlane,
    pub carrier: Carrier,
    /// Scheme, host and port as browsers write them in `Origin`.
    pub origin: String,
    pub limits: Limits,
}

impl fmt::Debug for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// One request's state. Its drop is what accounts for it: pingora's logging hook does not run for a request that is cut.
pub struct Exchange {
    id: RequestId,
    started: Instant,
    metrics: Arc<Metrics>,
    method: http::Method,
    /// The route's template, never the path: metrics must not grow with what clients send.
    template: &'static str,
    status: Option<u16>,
    admitted: Option<Admitted>,
    body_read: u64,
    /// What to tell the client when pingora itself gives up on the request.
    problem: Option<Problem>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("id", &self.id).field("template", &self.template).finish_non_exhaustive()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        // 499, as HAProxy and nginx have it: the client, or what let it in, was gone before an answer began.
        let status = self.status.unwrap_or(499);
        self.metrics.request(self.template, &self.method, status, elapsed);
        info!(request = %self.id, route = self.template, method = %self.method, status, ?elapsed, "proxy.request");
    }
}

#[async_trait]
impl ProxyHttp for Edge {
    type CTX = Exchange;

    fn new_ctx(&self) -> Exchange {
        Exchange {
            id: RequestId::new(),
            started: Instant::now(),
            metrics: Arc::clone(&self.metrics),
            method: http::Method::GET,
            template: "unmatched",
            status: None,
            admitted: None,
            body_read: 0,
            problem: None,
        }
    }

    async fn request_filter(&self, session: &mut Session, exchange: &mut Exchange) -> Result<bool> {
        let lifeline = lifeline::current();
        lifeline.head_arrived();
        exchange.started = Instant::now();
        exchange.method = session.req_header().method.clone();
        session.set_write_timeout(Some(self.limits.write));
        let admitted = match self.admit(session, &lifeline, exchange) {
            Ok(admitted) => self.witness(&admitted, exchange.id).await.map(|()| admitted),
            refused => refused,
        };
        match admitted {
            Ok(admitted) => {
                if admitted.is_upgrade {
                    // An idle WebSocket is no fault. What ends it is its lifeline, or either peer.
                    session.set_read_timeout(None);
                }
                if session.is_body_empty() || admitted.is_upgrade {
                    lifeline.body_arrived();
                }
                exchange.admitted = Some(admitted);
                Ok(false)
            }
            Err(refused) => {
                // Whatever body follows belongs to nobody: an HTTP/1.1 connection ends with this answer.
                lifeline.body_arrived();
                session.set_keepalive(None);
                self.tell(session, exchange, refused).await;
                Ok(true)
            }
        }
    }

    async fn request_body_filter(
        &self,
        _session: &mut Session,
        body: &mut Option<Bytes>,
        end: bool,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let is_upgrade = exchange.admitted.as_ref().is_some_and(|admitted| admitted.is_upgrade);
        if !is_upgrade {
            exchange.body_read += body.as_ref().map_or(0, |chunk| chunk.len() as u64);
            if exchange.body_read > self.limits.body {
                exchange.problem = Some(ProblemType::BodyTooLarge.into());
                return Err(Error::explain(ErrorType::HTTPStatus(413), "the body is too large"));
            }
        }
        if end {
            lifeline::current().body_arrived();
        }
        Ok(())
    }

    async fn upstream_peer(&self, _session: &mut Session, exchange: &mut Exchange) -> Result<Box<HttpPeer>> {
        let admitted =
            exchange.admitted.as_ref().ok_or_else(|| Error::explain(ErrorType::InternalError, "not admitted"))?;
        // An idle WebSocket is no fault.
        let silence = (!admitted.is_upgrade).then_some(self.limits.silence);
        Ok(upstream::peer(admitted.upstream.clone(), silence))
    }

    async fn upstream_request_filter(
        &self,
        _session: &mut Session,
        request: &mut RequestHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let admitted =
            exchange.admitted.as_ref().ok_or_else(|| Error::explain(ErrorType::InternalError, "not admitted"))?;
        match &admitted.towards_core {
            Some(towards) => forwarded::to_core(request, towards, exchange.id),
            None => forwarded::to_control_plane(request, exchange.id),
        }
    }

    async fn upstream_response_filter(
        &self,
        _session: &mut Session,
        response: &mut ResponseHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        let Some(admitted) = &exchange.admitted else { return Ok(()) };
        if let Some(revision) = core_answer::revision(response) {
            admitted.upstream.reported(revision).await;
        }
        if admitted.towards_core.is_some()
            && let Err(reason) = core_answer::accept(response, admitted.is_upgrade)
        {
            error!(request = %exchange.id, %reason, "a Core's answer was refused");
            exchange.problem = Some(Problem::new(ProblemType::BadCoreAnswer).detail(reason.to_string()));
            return Err(Error::explain(ErrorType::HTTPStatus(502), "a Core's answer was refused"));
        }
        Ok(())
    }

    async fn response_filter(
        &self,
        _session: &mut Session,
        response: &mut ResponseHeader,
        exchange: &mut Exchange,
    ) -> Result<()> {
        exchange.status = Some(response.status.as_u16());
        if exchange.admitted.as_ref().is_some_and(Admitted::is_carrier) {
            lifeline::current().carries();
        } else if has_no_end(response) {
            lifeline::current().never_ends();
        }
        answer::harden(response, exchange.id)
    }

    async fn fail_to_proxy(&self, session: &mut Session, error: &Error, exchange: &mut Exchange) -> FailToProxy {
        debug!(request = %exchange.id, reason = %error, "a request was given up");
        let started = session.response_written().is_some();
        let problem = match exchange.problem.take() {
            Some(problem) => Some(problem),
            None => explain(error, exchange).await,
        };
        let Some(problem) = problem.filter(|_| !started) else {
            return FailToProxy { error_code: 0, can_reuse_downstream: false };
        };
        let code = problem.status;
        session.set_keepalive(None);
        self.tell(session, exchange, problem.into()).await;
        FailToProxy { error_code: code, can_reuse_downstream: false }
    }

    // pingora logs every client that goes away as an error. What matters is logged here, once.
    fn suppress_error_log(&self, _session: &Session, exchange: &Exchange, error: &Error) -> bool {
        if !matches!(error.esource(), ErrorSource::Downstream) && exchange.status.is_none() {
            error!(request = %exchange.id, route = exchange.template, reason = %error, "a request failed on its way");
        }
        true
    }
}

impl Edge {
    /// Says a problem to whoever still listens.
    async fn tell(&self, session: &mut Session, exchange: &mut Exchange, refused: Refused) {
        if let Err(reason) = answer::problem(session, exchange, refused).await {
            info!(request = %exchange.id, %reason, "a client left before it heard what was wrong");
        }
    }
}

/// A WebSocket, or a stream of events: both sides know how to come back after it was cut.
fn has_no_end(response: &ResponseHeader) -> bool {
    let media_type = response.headers.get(header::CONTENT_TYPE);
    response.status == StatusCode::SWITCHING_PROTOCOLS
        || media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

/// What a client is told when the way to its upstream, or the client itself, broke. None where nobody listens any more.
async fn explain(error: &Error, exchange: &Exchange) -> Option<Problem> {
    let to_core = exchange.admitted.as_ref().filter(|admitted| admitted.towards_core.is_some());
    match (error.esource(), to_core) {
        (ErrorSource::Upstream, Some(to_core)) => Some(match error.etype() {
            etype if *etype == upstream::FULL => ProblemType::CoreBusy.into(),
            ErrorType::ConnectTimedout | ErrorType::ReadTimedout => ProblemType::CoreUnresponsive.into(),
            ErrorType::InvalidHTTPHeader => ProblemType::BadCoreAnswer.into(),
            ErrorType::ConnectError => ProblemType::CoreOffline.into(),
            _ if to_core.upstream.has_lost_link().await => ProblemType::CoreOffline.into(),
            _ => Problem::new(ProblemType::BadCoreAnswer).detail("the Core ended the request without a whole answer"),
        }),
        (ErrorSource::Downstream, _) => match error.etype() {
            ErrorType::WriteError | ErrorType::ReadError | ErrorType::ConnectionClosed | ErrorType::WriteTimedout => {
                None
            }
            ErrorType::ReadTimedout => Some(ProblemType::RequestTimeout.into()),
            _ => Some(ProblemType::BadRequest.into()),
        },
        (ErrorSource::Upstream | ErrorSource::Internal | ErrorSource::Unset, _) => Some(ProblemType::Internal.into()),
    }
}
