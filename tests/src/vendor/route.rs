//! Which part of the vendor answers a request.

use super::record::{Outcome, Request};
use super::reply::{self, Broken, Followed, Reply};
use super::{World, consent, messages, oauth};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::{Response, StatusCode};
use serde_json::json;
use std::sync::Arc;

const MAX_BODY: usize = 64 << 20;
/// The vendor's hosts that the CLI speaks to. Any other host has nothing at all.
const HOSTS: &[&str] =
    &["api.anthropic.com", "platform.claude.com", "console.anthropic.com", "claude.ai", "claude.com"];

pub(crate) async fn answer(
    world: Arc<World>,
    host: Arc<str>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Followed>, Broken> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| Broken)?.to_bytes();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = Request {
        seq: 0,
        host: host.to_string(),
        method: head.method.to_string(),
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        outcome: Outcome::Pending { status: None },
    };
    let mark = world.record.enter(request.clone());
    let reply = dispatch(&world, &request, mark.seq()).await?;
    Ok(Followed::reply(reply, mark))
}

async fn dispatch(world: &Arc<World>, request: &Request, seq: u64) -> Result<Reply, Broken> {
    if !HOSTS.contains(&request.host.as_str()) {
        return Ok(reply::not_found());
    }
    world.pass(request.route()).await;
    Ok(match (request.method.as_str(), request.route()) {
        ("POST", "/v1/oauth/token") => oauth::token(world, request).await?,
        ("POST", "/v1/oauth/token/revoke") => oauth::revoke(world, request),
        ("GET", route) if consent::is_page(route) => consent::ask(world),
        ("POST", route) if consent::is_page(route) => consent::approve(world, request),
        ("GET", "/api/oauth/profile") => oauth::profile(world, request),
        ("GET", "/api/oauth/claude_cli/roles") => oauth::roles(world, request),
        ("POST", "/api/oauth/claude_cli/create_api_key") => oauth::create_api_key(world, request),
        ("POST", "/v1/messages") => messages::create(world, request, seq)?,
        ("POST", "/v1/messages/count_tokens") => messages::count_tokens(world, request),
        ("GET", "/v1/models") => messages::models(),
        ("GET" | "HEAD", "/api/hello" | "/v1/oauth/hello") => reply::ok(&json!({ "message": "hello" })),
        ("GET", "/api/oauth/usage" | "/api/claude_cli/bootstrap") => reply::ok(&json!({})),
        ("GET", "/v1/mcp_servers") => oauth::connectors(world, request),
        ("POST", "/api/event_logging/batch" | "/api/event_logging/v2/batch" | "/api/claude_code/metrics") => {
            reply::json(StatusCode::OK, &json!({}))
        }
        _ => reply::not_found(),
    })
}
