//! The authorization server: token endpoint with its faults, revocation, and who a token belongs to.

use super::World;
use super::account::{Account, Plan};
use super::ledger::{GrantError, Issued, random};
use super::record::Request;
use super::reply::{self, Broken, Reply};
use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

/// What happens to a request at the token endpoint instead of a plain answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFault {
    /// This status, nothing granted.
    Status(u16),
    /// The connection breaks, nothing granted.
    Drop,
    /// No answer, ever; nothing granted.
    Silent,
    /// The request is granted at once (a refresh token is spent), the answer waits for the gate.
    HoldAnswer(String),
    /// Request and answer wait for the gate: nothing is granted before.
    HoldRequest(String),
}

/// Faults in the order in which they strike, one per request.
#[derive(Debug, Default)]
pub struct TokenFaults(Mutex<VecDeque<TokenFault>>);

impl TokenFaults {
    pub fn push(&self, fault: TokenFault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn next(&self) -> Option<TokenFault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

pub(crate) async fn token(world: &World, request: &Request) -> Result<Reply, Broken> {
    match world.token_faults.next() {
        None => Ok(granted(grant(world, request))),
        Some(TokenFault::Status(status)) => {
            let status = StatusCode::from_u16(status).map_err(|_| Broken)?;
            Ok(reply::json(status, &json!({ "error": { "type": "fault", "message": "scripted fault" } })))
        }
        Some(TokenFault::Drop) => Err(Broken),
        Some(TokenFault::Silent) => {
            world.ended.cancelled().await;
            Err(Broken)
        }
        Some(TokenFault::HoldAnswer(gate)) => {
            let grant = grant(world, request);
            world.gates.pass(&gate, 0).await;
            Ok(granted(grant))
        }
        Some(TokenFault::HoldRequest(gate)) => {
            world.gates.pass(&gate, 0).await;
            Ok(granted(grant(world, request)))
        }
    }
}

fn grant(world: &World, request: &Request) -> Option<Result<Issued, GrantError>> {
    let body = request.json();
    let field = |name: &str| body[name].as_str();
    let mut ledger = world.ledger();
    match field("grant_type")? {
        "authorization_code" => {
            Some(ledger.exchange(field("code")?, field("code_verifier")?, field("state")?, field("redirect_uri")?))
        }
        "refresh_token" => Some(ledger.refresh(field("refresh_token")?)),
        _ => None,
    }
}

fn granted(grant: Option<Result<Issued, GrantError>>) -> Reply {
    match grant {
        Some(Ok(issued)) => reply::ok(&json!({
            "token_type": "Bearer",
            "access_token": issued.access,
            "expires_in": issued.expires_in.as_secs(),
            "refresh_token": issued.refresh,
            "scope": issued.scopes.join(" "),
            "account": { "uuid": issued.account.uuid, "email_address": issued.account.email },
            "organization": { "uuid": issued.account.organisation_uuid, "name": issued.account.organisation },
        })),
        Some(Err(reason)) => reply::json(
            StatusCode::BAD_REQUEST,
            &json!({ "error": "invalid_grant", "error_description": format!("{reason:?}") }),
        ),
        None => reply::json(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" })),
    }
}

pub(crate) fn revoke(world: &World, request: &Request) -> Reply {
    if world.revocations_fail.load(Ordering::SeqCst) {
        return reply::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "server_error" }));
    }
    let body = request.json();
    let token = body["token"].as_str().map(str::to_owned).or_else(|| {
        url::form_urlencoded::parse(request.body.as_bytes())
            .find(|(name, _)| name == "token")
            .map(|(_, token)| token.into_owned())
    });
    match token {
        Some(token) => {
            world.ledger().revoke(&token);
            reply::ok(&json!({}))
        }
        None => reply::json(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" })),
    }
}

pub(crate) fn profile(world: &World, request: &Request) -> Reply {
    as_bearer(world, request, |account| {
        let kind = match account.plan {
            Plan::Max => json!("claude_max"),
            Plan::Pro => json!("claude_pro"),
            Plan::None => Value::Null,
        };
        json!({
            "account": {
                "uuid": account.uuid,
                "email": account.email,
                "full_name": account.name,
                "display_name": account.name,
                "has_claude_max": account.plan == Plan::Max,
                "has_claude_pro": account.plan == Plan::Pro,
            },
            "organization": {
                "uuid": account.organisation_uuid,
                "name": account.organisation,
                "organization_type": kind,
                "billing_type": "stripe_subscription",
                "rate_limit_tier": "default_claude_max_5x",
            },
        })
    })
}

pub(crate) fn roles(world: &World, request: &Request) -> Reply {
    as_bearer(
        world,
        request,
        |account| json!({ "organization_role": "admin", "workspace_role": null, "organization_name": account.organisation }),
    )
}

pub(crate) fn create_api_key(world: &World, request: &Request) -> Reply {
    let key = random("sk-ant-api03-");
    let reply = as_bearer(world, request, |_| json!({ "raw_key": key }));
    if reply.status().is_success() {
        world.ledger().accept_key(&key);
    }
    reply
}

fn as_bearer(world: &World, request: &Request, answer: impl FnOnce(&Account) -> Value) -> Reply {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let ledger = world.ledger();
    match token.and_then(|token| ledger.bearer(token)) {
        Some(account) => reply::ok(&answer(account)),
        None => reply::api_error(StatusCode::UNAUTHORIZED, "authentication_error", "Invalid bearer token"),
    }
}

/// The connectors that an account has set up at the vendor.
pub(crate) fn connectors(world: &World, request: &Request) -> Reply {
    as_bearer(world, request, |account| {
        let connector = |name: &String| {
            json!({
                "type": "mcp_server",
                "id": format!("mcpsrv_{name}"),
                "display_name": name,
                "url": format!("https://{}.connectors.example/mcp", name.to_lowercase()),
            })
        };
        let data: Vec<_> = account.connectors.iter().map(connector).collect();
        json!({ "data": data, "has_more": false })
    })
}
