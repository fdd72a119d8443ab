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
use protocol::problem::MEDIA_TYPE;

/// Answers with a problem and ends the request.
pub(super) async fn problem(session: &mut Session, exchange: &mut Exchange, refused: Refused) -> Result<()> {
    let problem = refused.problem.request(exchange.id);
    let body = Bytes::from(serde_json::to_vec(&problem).expect("a problem is JSON"));
    let mut response = ResponseHeader::build(problem.status, Some(12))?;
    response.insert_header(header::CONTENT_TYPE, MEDIA_TYPE)?;
    response.insert_header(header::CONTENT_LENGTH, body.len())?;
    response.insert_header(header::CACHE_CONTROL, "no-store")?;
    if let Some(allow) = refused.allow {
        response.insert_header(header::ALLOW, allow)?;
    }
    if problem.status == 401 {
        response.insert_header(header::WWW_AUTHENTICATE, "Bearer")?;
    }
    harden(&mut response, exchange.id)?;
    exchange.status = Some(problem.status);
    let without_body = exchange.method == http::Method::HEAD;
    session.write_response_header(Box::new(response), without_body).await?;
    if !without_body {
        session.write_response_body(Some(body), true).await?;
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
