//! Whether a request goes on, and where to: the one place where method, path, person, origin, rule and Core meet.

use super::carrier;
use super::forwarded::TowardsCore;
use super::head::MOST_HEADERS;
use super::lifeline::Lifeline;
use super::upstream::Upstream;
use super::{Edge, Exchange};
use crate::auth::{AuthError, Caller, Principal};
use crate::authz::{self, Access, Asker, Audited, CoreFacts, NoRoute, Refusal, Role, Route, Target, Verb};
use crate::fleet::NotEntered;
use crate::problem::of_registry;
use http::uri::Scheme;
use http::{HeaderMap, Method, header};
use pingora_http::RequestHeader;
use pingora_proxy::Session;
use protocol::headers::{EXPECTED_USER, Grant};
use protocol::ids::{RequestId, UserId};
use protocol::problem::{Problem, ProblemType};
use std::sync::Arc;
use tracing::error;

/// A request that goes on.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) upstream: Upstream,
    pub(super) towards_core: Option<TowardsCore>,
    pub(super) is_upgrade: bool,
    pub(super) audited: Option<Audited>,
}

impl Admitted {
    /// Whether an agent's link will run in it.
    pub(super) const fn is_carrier(&self) -> bool {
        matches!(self.upstream, Upstream::Carrier(..))
    }
}

/// A request that does not, and what its client is told.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) problem: Box<Problem>,
    /// For 405: the methods that would do.
    pub(super) allow: Option<String>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), allow: None }
    }
}

impl From<ProblemType> for Refused {
    fn from(kind: ProblemType) -> Self {
        Problem::new(kind).into()
    }
}

impl Edge {
    /// Decides. An admitted request already hangs on everything that let it in.
    pub(super) fn admit(
        &self,
        session: &Session,
        lifeline: &Lifeline,
        exchange: &mut Exchange,
    ) -> Result<Admitted, Refused> {
        let request = session.req_header();
        if session.is_http2() {
            fields_fit(request, self.limits.head_bytes)?;
        }
        well_formed(request, session.is_http2())?;
        let (method, path) = (&request.method, request.uri.path());
        let matched = authz::route(method, path).or_else(|none| match none {
            NoRoute::NotFound if authz::is_visit(method, path, &request.headers) => Ok(authz::LOST),
            NoRoute::NotFound => Err(Refused::from(ProblemType::NotFound)),
            NoRoute::MethodNotAllowed(allow) => {
                Err(Refused { allow: Some(allow), ..ProblemType::MethodNotAllowed.into() })
            }
        })?;
        exchange.template = matched.route.template;
        let is_upgrade = wants_websocket(session)?;
        let unfit = match matched.route.access {
            Access::Http | Access::Reports if is_upgrade => Some("this address takes no WebSocket"),
            Access::Link if !is_upgrade || !carrier::is_opening(request) => Some("this address takes only WebSockets"),
            Access::Http | Access::HttpOrWebSocket | Access::Link | Access::Reports => None,
        };
        if let Some(detail) = unfit {
            return Err(Problem::new(ProblemType::BadRequest).detail(detail).into());
        }
        if announced_length(request).is_some_and(|length| length > self.limits.body) {
            return Err(ProblemType::BodyTooLarge.into());
        }
        let principal = self.authenticate(request, is_upgrade, matched.route)?;
        let caller = Caller { principal: principal.clone(), peer: lifeline.peer.ip(), request_id: exchange.id };
        let mut tokens = Vec::new();
        if let Some(principal) = &principal {
            tokens.push(principal.kill.clone());
        }
        let (upstream, towards_core) = match matched.target {
            Target::Gateway => {
                let asker = principal.as_ref().map(|principal| asker(principal, None));
                authz::decide(matched.route.rule, asker, CoreFacts::default()).map_err(refused)?;
                let upstream = match matched.route.access {
                    Access::Link => Upstream::Carrier(self.carrier.clone(), lifeline.peer),
                    Access::Http | Access::HttpOrWebSocket | Access::Reports => {
                        Upstream::ControlPlane(self.control.clone(), caller)
                    }
                };
                (upstream, None)
            }
            Target::Core { core, rest } => {
                let member = self.fleet.member(core);
                let facts = member.as_ref().map_or_else(CoreFacts::default, |member| {
                    let claude = member.claude();
                    CoreFacts { method: claude.method, owner: claude.owner }
                });
                // Until grants are given by name, everybody is an administrator and holds the highest on every Core.
                let asker = principal.as_ref().map(|principal| asker(principal, Some(Grant::Administer)));
                let grant = authz::decide(matched.route.rule, asker, facts).map_err(refused)?;
                let (Some(principal), Some(grant)) = (&principal, grant) else {
                    return Err(ProblemType::Unauthenticated.into());
                };
                let member = member.ok_or(ProblemType::NotFound)?;
                let entry = member.enter(matched.route.class).map_err(|reason| match reason {
                    NotEntered::Revoked => ProblemType::CoreRevoked,
                    NotEntered::Offline => ProblemType::CoreOffline,
                })?;
                tokens.push(entry.kill.clone());
                let towards = TowardsCore {
                    core,
                    user: principal.user,
                    user_name: principal.name.clone(),
                    grant,
                    rest: rest.to_owned(),
                };
                (Upstream::Core(Arc::new(entry)), Some(towards))
            }
        };
        if towards_core.is_none() && matched.route.verb != Verb::Get {
            // A change that has arrived runs to its end, and is answered: ending one's own login is among them. Until its
            // body is there it is none yet, and whoever withholds the end of it holds no door open.
            lifeline.hang_on_until_body(tokens);
        } else {
            lifeline.hang_on(tokens);
        }
        // Looked at again after hanging on: whoever ended the credential in between has fired a token that this request
        // did not yet hear, or finds it here.
        if principal.is_some_and(|principal| !principal.is_live()) {
            return Err(ProblemType::Unauthenticated.into());
        }
        Ok(Admitted { upstream, towards_core, is_upgrade, audited: matched.route.audited })
    }

    /// Writes down what the audit log is to have of a request, before anybody hears of it.
    pub(super) async fn witness(&self, admitted: &Admitted, request: RequestId) -> Result<(), Refused> {
        let (Some(act), Some(towards)) = (admitted.audited, &admitted.towards_core) else { return Ok(()) };
        // What is no WebSocket attaches to nothing.
        if matches!(act, Audited::TerminalAttached | Audited::TerminalWatched) && !admitted.is_upgrade {
            return Ok(());
        }
        let written = self.fleet.witness(towards.core, act, towards.user, request, &towards.rest).await;
        written.map_err(|error| {
            error!(%request, %error, "what cannot be written down is refused");
            of_registry(&error).into()
        })
    }

    fn authenticate(
        &self,
        request: &RequestHeader,
        is_upgrade: bool,
        route: &Route,
    ) -> Result<Option<Principal>, Refused> {
        if route.access == Access::Reports {
            let judged = authz::check_reports_origin(&request.headers, &self.origin);
            return judged.map(|()| None).map_err(|_| ProblemType::OriginRefused.into());
        }
        let principal = match self.auth.authenticate(&request.headers) {
            Ok(principal) => principal,
            // A stale cookie must not keep anybody from logging in.
            Err(_) if route.rule == authz::Rule::Public => None,
            Err(reason) => return Err(unauthenticated(reason)),
        };
        let by_cookie = principal.as_ref().is_some_and(|principal| principal.by_cookie);
        authz::check_origin(&request.headers, &request.method, is_upgrade, by_cookie, &self.origin)
            .map_err(|_| ProblemType::OriginRefused)?;
        if principal.as_ref().is_some_and(|principal| !is_expected(&request.headers, principal.user)) {
            return Err(ProblemType::AnotherUser.into());
        }
        Ok(principal)
    }
}

/// Whether a client that says whom it takes itself for is right. Most say nothing.
fn is_expected(headers: &HeaderMap, user: UserId) -> bool {
    headers.get_all(EXPECTED_USER).iter().all(|expected| expected.as_bytes() == user.to_string().as_bytes())
}

const fn asker(principal: &Principal, grant: Option<Grant>) -> Asker {
    Asker { user: principal.user, role: Role::Admin, grant }
}

fn unauthenticated(reason: AuthError) -> Refused {
    Problem::new(ProblemType::Unauthenticated).detail(reason.to_string()).into()
}

fn refused(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Unauthenticated => ProblemType::Unauthenticated,
        Refusal::Forbidden => ProblemType::Forbidden,
        Refusal::OwnerOnly => ProblemType::OwnerOnly,
    }
    .into()
}

/// Counts an HTTP/2 head as RFC 9113 does, section 6.5.2, and its fields as those of HTTP/1.1 are counted. Over HTTP/1.1 its bytes were counted before.
fn fields_fit(request: &RequestHeader, limit: usize) -> Result<(), Refused> {
    let size: usize = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    if size > limit || request.headers.len() > MOST_HEADERS { Err(ProblemType::HeadersTooLarge.into()) } else { Ok(()) }
}

/// Whatever a length says that is no number was refused before.
fn announced_length(request: &RequestHeader) -> Option<u64> {
    request.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a WebSocket is asked for. It is the one protocol that a connection may become, and its request has no body: what
/// follows it belongs to the WebSocket, once the Core has agreed to one.
fn wants_websocket(session: &Session) -> Result<bool, Refused> {
    let request = session.req_header();
    let mut protocols = request.headers.get_all(header::UPGRADE).iter();
    let Some(protocol) = protocols.next() else { return Ok(false) };
    let is_websocket = session.is_upgrade_req()
        && protocols.next().is_none()
        && protocol.as_bytes().eq_ignore_ascii_case(b"websocket")
        && request.method == Method::GET
        && !request.headers.contains_key(header::CONTENT_LENGTH)
        && !request.headers.contains_key(header::TRANSFER_ENCODING);
    if is_websocket {
        Ok(true)
    } else {
        Err(Problem::new(ProblemType::BadRequest).detail("the only upgrade there is leads to a WebSocket").into())
    }
}

/// Refuses a target that another reader of the same bytes could understand differently. Over HTTP/1.1 the whole head was
/// judged before (see [`head`](super::head)); over HTTP/2 only its fields can be in doubt, and the framing cannot.
fn well_formed(request: &RequestHeader, is_http2: bool) -> Result<(), Refused> {
    let bad = |detail: &str| Refused::from(Problem::new(ProblemType::BadRequest).detail(detail));
    authz::check_target(&String::from_utf8_lossy(request.raw_path())).map_err(|reason| bad(&reason.to_string()))?;
    if is_http2 && request.uri.scheme() != Some(&Scheme::HTTPS) {
        return Err(bad("the scheme is https"));
    }
    Ok(())
}
