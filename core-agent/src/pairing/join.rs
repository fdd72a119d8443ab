//! The pairing request: one POST over HTTPS.

use super::{Paired, PairedError, pinned};
use crate::proxies::{Proxies, ProxyError};
use crate::state_dir::{StateDir, StateError};
use protocol::pairing::{PairRequest, PairResponse, PairingToken};
use protocol::problem::Problem;
use secrecy::ExposeSecret as _;
use std::time::Duration;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error("the gateway's address must begin with https://")]
    PlainText,
    #[error("the token is for {token}, not for {given}")]
    OtherGateway { given: Url, token: Url },
    #[error("this agent is the Core {name:?} of {gateway} already; --replace pairs it anew")]
    AlreadyPaired { name: String, gateway: Url },
    #[error("the gateway refuses: {}{}", .0.title, .0.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default())]
    Refused(Problem),
    #[error("the gateway cannot be reached safely: {0}")]
    Unreachable(String),
    #[error("the gateway's answer cannot be understood (status {status})")]
    Answer { status: u16 },
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Paired(#[from] PairedError),
}

/// Redeems a token: sends this agent's public key and remembers the gateway's. May be repeated until the token lapses.
pub async fn join(
    gateway: &Url,
    token: &PairingToken,
    state: &StateDir,
    hostname: &str,
    replace: bool,
    proxies: &Proxies,
) -> Result<Paired, JoinError> {
    if gateway.scheme() != "https" {
        return Err(JoinError::PlainText);
    }
    if gateway.origin() != token.gateway.origin() {
        return Err(JoinError::OtherGateway { given: gateway.clone(), token: token.gateway.clone() });
    }
    if let Some(Paired { name, gateway, .. }) = Paired::load(&state.gateway())?
        && !replace
    {
        return Err(JoinError::AlreadyPaired { name, gateway });
    }
    let key = state.ensure_identity()?.public();
    let secret = token.secret.expose_secret().to_owned();
    let answer = redeem(token, &PairRequest { secret, key, hostname: hostname.to_owned() }, proxies).await?;
    let paired = Paired {
        gateway: token.gateway.clone(),
        gateway_key: answer.gateway_key,
        core: answer.core,
        name: answer.name,
    };
    paired.save(&state.gateway())?;
    Ok(paired)
}

async fn redeem(token: &PairingToken, request: &PairRequest, proxies: &Proxies) -> Result<PairResponse, JoinError> {
    let tls = pinned::tls(token.fingerprint).map_err(|error| JoinError::Unreachable(error.to_string()))?;
    // Through the proxy that links go through, and no other.
    let mut builder = reqwest::Client::builder().no_proxy();
    if let Some(proxy) = proxies.towards(&token.gateway)? {
        builder = builder.proxy(proxy.for_reqwest().map_err(unreachable)?);
    }
    let client = builder
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(unreachable)?;
    let address = token.gateway.join("/api/v1/pairing").map_err(|_| JoinError::PlainText)?;
    let mut response = client.post(address).json(request).send().await.map_err(unreachable)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(JoinError::Answer { status: status.as_u16() });
        }
        body.extend_from_slice(&chunk);
    }
    let answer = JoinError::Answer { status: status.as_u16() };
    if status.is_success() {
        serde_json::from_slice(&body).map_err(|_| answer)
    } else {
        Err(serde_json::from_slice(&body).map_or(answer, JoinError::Refused))
    }
}

/// With its causes: the outermost says only that a request failed.
fn unreachable(error: reqwest::Error) -> JoinError {
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    JoinError::Unreachable(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}
