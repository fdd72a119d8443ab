//! The messages endpoint: who may ask, what the last message says, how the scripted answer goes out.

use super::World;
use super::gate::Standing;
use super::play::{self, Act, Played};
use super::record::Request;
use super::reply::{self, Broken, Reply};
use super::script::{Answer, Say};
use bytes::Bytes;
use futures::{Stream, stream};
use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Without it the vendor does not take an OAuth token for inference.
const OAUTH_BETA: &str = "oauth-2025-04-20";

/// How often an answer that waits says that it is still there, as the vendor's do: the CLI gives up one that is silent for
/// three minutes.
const PING_EVERY: Duration = Duration::from_secs(3);

pub(crate) fn create(world: &Arc<World>, request: &Request, seq: u64) -> Result<Reply, Broken> {
    if let Some(refused) = refusal(world, request) {
        return Ok(refused);
    }
    let body = request.json();
    let answer = if is_conversation(&body) {
        world.script.answer(&last_user_part(&body))
    } else {
        // The CLI's own errands (titles, quota checks) must not use up what a test has scripted.
        Answer::Say(Say::text("ok"))
    };
    let played = match answer {
        Answer::Drop => return Err(Broken),
        Answer::Refuse { status } => return Ok(refused(status)),
        Answer::PlanLimit { resets_at } => return Ok(plan_limit(resets_at)),
        Answer::Say(say) => Played::say(&say, &body, seq),
        Answer::Tool { name, input, text } => Played::tool(&name, &input, text.as_deref(), &body, seq),
    };
    let mut reply = if body["stream"] == json!(true) {
        reply::events(perform(Arc::clone(world), played.acts()))
    } else {
        reply::ok(&played.whole())
    };
    if request.header("authorization").is_some() {
        plan_headers(&mut reply, "allowed", None);
    }
    Ok(reply)
}

/// A conversation offers tools; the CLI's own errands do not.
fn is_conversation(body: &Value) -> bool {
    body["tools"].as_array().is_some_and(|tools| !tools.is_empty())
}

/// The last text or tool result of the last user message, without the reminders that the CLI adds. The CLI merges a
/// message with those before it that got no answer: only the last part is the new one.
fn last_user_part(body: &Value) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let last = messages.iter().rev().find(|message| message["role"] == "user");
    let parts = last.map(|message| parts_of(&message["content"])).unwrap_or_default();
    parts.into_iter().rfind(|part| !part.is_empty() && !part.starts_with("<system-reminder>")).unwrap_or_default()
}

fn parts_of(content: &Value) -> Vec<String> {
    let Some(blocks) = content.as_array() else { return vec![content.as_str().unwrap_or_default().to_owned()] };
    let part = |block: &Value| match block["type"].as_str() {
        Some("text") => block["text"].as_str().unwrap_or_default().to_owned(),
        Some("tool_result") => parts_of(&block["content"]).join("\n"),
        _ => String::new(),
    };
    blocks.iter().map(part).collect()
}

fn refusal(world: &World, request: &Request) -> Option<Reply> {
    let unauthorized =
        |message: &str| Some(reply::api_error(StatusCode::UNAUTHORIZED, "authentication_error", message));
    if let Some(key) = request.header("x-api-key") {
        return if world.ledger().accepts_key(key) { None } else { unauthorized("invalid x-api-key") };
    }
    let Some(token) = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
        return unauthorized("x-api-key header is required");
    };
    if world.ledger().bearer(token).is_none() {
        return unauthorized("Invalid bearer token");
    }
    if !request.header("anthropic-beta").is_some_and(|betas| betas.split(',').any(|beta| beta.trim() == OAUTH_BETA)) {
        return unauthorized("OAuth authentication is currently not supported.");
    }
    None
}

fn refused(status: u16) -> Reply {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply::api_error(status, kind, "scripted refusal")
}

fn plan_limit(resets_at: u64) -> Reply {
    let mut reply = reply::api_error(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", "plan limit reached");
    plan_headers(&mut reply, "rejected", Some(resets_at));
    reply
}

fn plan_headers(reply: &mut Reply, status: &'static str, resets_at: Option<u64>) {
    const NAME: &str = "anthropic-ratelimit-unified";
    let values = [
        ("status", Some(status.to_owned())),
        ("representative-claim", Some("five_hour".to_owned())),
        ("reset", resets_at.map(|at| at.to_string())),
    ];
    for (part, value) in values {
        let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) else { continue };
        let name = HeaderName::from_bytes(format!("{NAME}-{part}").as_bytes()).expect("plain lower-case names");
        reply.headers_mut().insert(name, value);
    }
}

/// Sends the acts one after the other, waiting where they say so. A stall is silent, a gate is not.
fn perform(world: Arc<World>, acts: Vec<Act>) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'static {
    stream::unfold((world, acts.into_iter(), None::<Standing>), |(world, mut acts, mut standing)| async move {
        loop {
            if let Some(place) = &mut standing {
                if timeout(PING_EVERY, place.passed()).await.is_err() {
                    return Some((Ok(play::ping()), (world, acts, standing)));
                }
                standing = None;
            }
            match acts.next()? {
                Act::Send(event) => return Some((Ok(event), (world, acts, standing))),
                Act::Pass { gate, part } => standing = world.gates.stand(&gate, part),
                Act::Wait(pause) => tokio::time::sleep(Duration::from_millis(pause)).await,
                Act::Break => return Some((Err(Broken), (world, acts, standing))),
                Act::Stall => world.ended.cancelled().await,
            }
        }
    })
}

pub(crate) fn count_tokens(world: &World, request: &Request) -> Reply {
    refusal(world, request).unwrap_or_else(|| reply::ok(&json!({ "input_tokens": request.body.len() / 4 })))
}

pub(crate) fn models() -> Reply {
    let model =
        |id: &str| json!({ "type": "model", "id": id, "display_name": id, "created_at": "2025-01-01T00:00:00Z" });
    reply::ok(&json!({ "data": [model("claude-opus-4-8"), model("claude-sonnet-4-6")], "has_more": false }))
}
