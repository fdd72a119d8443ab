//! Whoever was recognised, and for how long that holds.

use protocol::ids::{ApiTokenId, LoginSessionId, RequestId, UserId};
use std::net::IpAddr;
use tokio_util::sync::CancellationToken;

/// What a principal was recognised by. Ending it ends all that hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    LoginSession(LoginSessionId),
    ApiToken(ApiTokenId),
}

/// A user, for one request.
#[derive(Clone, Debug)]
pub struct Principal {
    pub user: UserId,
    pub name: String,
    pub credential: Credential,
    /// Whether a browser sent the credential by itself: then the request's origin matters.
    pub by_cookie: bool,
    /// Fires when the credential or its user ends. A child of both: cancelling it ends nothing but this request.
    pub kill: CancellationToken,
}

impl Principal {
    /// Whether the credential still holds. Asked again after a request has registered itself with what it uses, so that
    /// a beginning request and an ending credential cannot miss each other.
    pub fn is_live(&self) -> bool {
        !self.kill.is_cancelled()
    }
}

/// What the edge tells the control plane of a request, in memory: no header can claim it.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Option<Principal>,
    pub peer: IpAddr,
    pub request_id: RequestId,
}
