//! What the edge itself says, and what it adds to every answer.

use super::Exchange;
use super::admission::Refused;
use bytes::Bytes;
use http::header;
use pingora_error::Result;
use pingora_http::ResponseHeader;
use pingora_proxy::Session;
use protocol::headers;
use protocol::ids::RequestId;
use protocol::problem::{MEDIA_TYPE, Problem};
use std::time::Duration;
use tokio::time::timeout;

/// How much of a refused request's body is read for its sender's sake, and for how long.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// Answers with a problem and ends the request.
pub(super) async fn problem(session: &mut Session, exchange: &mut Exchange, refused: Refused) -> Result<()> {
    let problem = refused.problem.request(exchange.id);
    let (mut response, body) = compose(&problem, exchange.id)?;
    if let Some(allow) = refused.allow {
        response.insert_header(header::ALLOW, allow)?;
    }
    exchange.status = Some(problem.status);
    let without_body = exchange.method == http::Method::HEAD;
    session.write_response_header(Box::new(response), without_body).await?;
    if !without_body {
        session.write_response_body(Some(body), true).await?;
    }
    // A client that is still sending must get to read this. Closing, or resetting the stream, with a body unread would
    // take the answer back from it. Its failing, or taking too long, changes nothing any more.
    drop(timeout(LINGER, drain(session)).await);
    Ok(())
}

/// The same as bytes, for whoever could not even be understood. The connection ends behind it.
pub(super) fn written(problem: Problem, id: RequestId) -> Bytes {
    let (response, body) = compose(&problem.request(id), id).expect("constant headers are headers");
    let mut bytes = format!("HTTP/1.1 {}\r\nConnection: close\r\n", response.status).into_bytes();
    for (name, value) in &response.headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes.into()
}

fn compose(problem: &Problem, id: RequestId) -> Result<(ResponseHeader, Bytes)> {
    let body = Bytes::from(serde_json::to_vec(problem).expect("a problem is JSON"));
    let mut response = ResponseHeader::build(problem.status, Some(12))?;
    response.insert_header(header::CONTENT_TYPE, MEDIA_TYPE)?;
    response.insert_header(header::CONTENT_LENGTH, body.len())?;
    response.insert_header(header::CACHE_CONTROL, "no-store")?;
    if problem.status == 401 {
        response.insert_header(header::WWW_AUTHENTICATE, "Bearer")?;
    }
    harden(&mut response, id)?;
    Ok((response, body))
}

async fn drain(session: &mut Session) -> Result<()> {
    let mut read = 0;
    while read < LINGER_BYTES {
        match session.read_request_body().await? {
            Some(chunk) => read += chunk.len(),
            None => return Ok(()),
        }
    }
    Ok(())
}

/// The headers that every answer carries, wherever it comes from.
pub(super) fn harden(response: &mut ResponseHeader, id: RequestId) -> Result<()> {
    response.insert_header(headers::REQUEST_ID, id.to_string())?;
    response.insert_header(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")?;
    response.insert_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")?;
    response.insert_header(header::REFERRER_POLICY, "no-referrer")?;
    response.insert_header("cross-origin-opener-policy", "same-origin")?;
    response.insert_header("cross-origin-resource-policy", "same-origin")?;
    if !response.headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'")?;
    }
    Ok(())
}
