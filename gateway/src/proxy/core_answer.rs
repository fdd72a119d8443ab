//! What a Core may answer. A hostile one must not be able to run script in the gateway's origin, set its cookies or send
//! a browser elsewhere, so nothing passes but what is named here.

use http::header::{self, HeaderName};
use http::{StatusCode, Version};
use pingora_http::ResponseHeader;
use protocol::headers;

/// Media types without script in any browser. Never HTML, SVG, XML or JavaScript.
const MEDIA_TYPES: &[&str] = &[
    "application/json",
    "application/problem+json",
    "text/event-stream",
    "application/octet-stream",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
];

const HEADERS: &[HeaderName] = &[
    header::ACCEPT_RANGES,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::RETRY_AFTER,
    header::TRANSFER_ENCODING,
];
/// And of an answer that leads to a WebSocket.
const WEBSOCKET_HEADERS: &[HeaderName] =
    &[header::CONNECTION, header::SEC_WEBSOCKET_ACCEPT, header::SEC_WEBSOCKET_PROTOCOL, header::UPGRADE];

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Unacceptable {
    #[error("the Core answered with status {0}")]
    Status(u16),
    #[error("the Core answered with a media type that is not let through")]
    MediaType,
    #[error("the Core's answer does not say plainly where it ends")]
    Framing,
}

/// The revision of the Core's reports that this answer goes with.
pub(super) fn revision(response: &ResponseHeader) -> Option<u64> {
    response.headers.get(headers::REVISION)?.to_str().ok()?.parse().ok()
}

/// Judges an answer's head and takes everything out of it that is not named above.
pub(super) fn accept(response: &mut ResponseHeader, is_upgrade: bool) -> Result<(), Unacceptable> {
    let status = response.status;
    if status == StatusCode::SWITCHING_PROTOCOLS && !(is_upgrade && leads_to_websocket(response)) {
        return Err(Unacceptable::Status(status.as_u16()));
    }
    let informational = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
    if status.is_redirection() || informational || status.as_u16() > 599 {
        return Err(Unacceptable::Status(status.as_u16()));
    }
    let media_type = accepted_media_type(response)?;
    if !has_plain_framing(response) {
        return Err(Unacceptable::Framing);
    }
    let named = if status == StatusCode::SWITCHING_PROTOCOLS { WEBSOCKET_HEADERS } else { HEADERS };
    let gone: Vec<HeaderName> = response.headers.keys().filter(|name| !named.contains(name)).cloned().collect();
    for name in gone {
        response.remove_header(&name);
    }
    if status == StatusCode::SWITCHING_PROTOCOLS {
        // Agents serve one request per stream and add that they close. Some clients want this and nothing else here.
        response.insert_header(header::CONNECTION, "upgrade").expect("a constant header");
    } else if let Some(media_type) = media_type {
        // Its parameters stay behind: none of these types needs any.
        response.insert_header(header::CONTENT_TYPE, media_type).expect("a constant header");
    }
    if response.headers.contains_key(header::TRANSFER_ENCODING) {
        response.insert_header(header::TRANSFER_ENCODING, "chunked").expect("a constant header");
    }
    // The first line is the edge's own as well. A status that is known has its phrase.
    response.set_version(Version::HTTP_11);
    response.set_reason_phrase(None).expect("no phrase is a phrase");
    response.insert_header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox").expect("a constant header");
    response.insert_header(header::CACHE_CONTROL, "no-store").expect("a constant header");
    Ok(())
}

/// Whether every reader finds the same end: a length, chunks, or neither.
fn has_plain_framing(response: &ResponseHeader) -> bool {
    let mut lengths = response.headers.get_all(header::CONTENT_LENGTH).iter();
    let mut encodings = response.headers.get_all(header::TRANSFER_ENCODING).iter();
    match (lengths.next(), lengths.next(), encodings.next(), encodings.next()) {
        (None, None, None, None) => true,
        (Some(length), None, None, None) => !length.is_empty() && length.as_bytes().iter().all(u8::is_ascii_digit),
        (None, None, Some(encoding), None) => encoding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    }
}

fn leads_to_websocket(response: &ResponseHeader) -> bool {
    let mut protocols = response.headers.get_all(header::UPGRADE).iter();
    let first = protocols.next().is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
    first && protocols.next().is_none()
}

/// The media type as it is written here, not there. An answer without a body needs none; one with a body is not sniffed
/// (`nosniff`) and so shown as nothing.
fn accepted_media_type(response: &ResponseHeader) -> Result<Option<&'static str>, Unacceptable> {
    let mut types = response.headers.get_all(header::CONTENT_TYPE).iter();
    let (first, second) = (types.next(), types.next());
    let Some(value) = first else { return Ok(None) };
    // A comma would make two types of it for whoever splits lists.
    let text = value.to_str().ok().filter(|text| second.is_none() && !text.contains(','));
    let essence = text.and_then(|text| text.split(';').next()).ok_or(Unacceptable::MediaType)?.trim();
    let accepted = MEDIA_TYPES.iter().find(|accepted| essence.eq_ignore_ascii_case(accepted));
    accepted.copied().map(Some).ok_or(Unacceptable::MediaType)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> ResponseHeader {
        let mut response = ResponseHeader::build(status, None).unwrap();
        for (name, value) in headers {
            response.append_header((*name).to_owned(), (*value).to_owned()).unwrap();
        }
        response
    }

    #[test]
    fn active_content_does_not_pass_in_any_spelling() {
        for hostile in [
            "text/html",
            "TEXT/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "application/xml",
            "text/javascript",
            "application/javascript",
            "application/ecmascript",
            "text/css",
            "application/pdf",
            "multipart/x-mixed-replace;boundary=x",
            "message/rfc822",
            "text/plain",
            "",
            "application/json, text/html",
            "application/json;,text/html",
            "application/jsonx",
            "application/json+html",
            " text/html ;application/json",
        ] {
            let mut response = answer(200, &[("Content-Type", hostile)]);
            assert_eq!(accept(&mut response, false), Err(Unacceptable::MediaType), "{hostile:?}");
        }
        let mut twice = answer(200, &[("Content-Type", "application/json"), ("Content-Type", "text/html")]);
        assert_eq!(accept(&mut twice, false), Err(Unacceptable::MediaType));
    }

    #[test]
    fn a_core_cannot_redirect_or_switch_protocols_unasked() {
        for status in [300, 301, 302, 303, 304, 307, 308, 100, 102, 103] {
            let mut response = answer(status, &[("Location", "https://evil.example")]);
            assert_eq!(accept(&mut response, true), Err(Unacceptable::Status(status)));
        }
        assert_eq!(accept(&mut answer(101, &[]), false), Err(Unacceptable::Status(101)));
        assert_eq!(accept(&mut answer(101, &[]), true), Err(Unacceptable::Status(101)));
        assert_eq!(accept(&mut answer(101, &[("Upgrade", "h2c")]), true), Err(Unacceptable::Status(101)));
        assert_eq!(accept(&mut answer(101, &[("Upgrade", "websocket")]), true), Ok(()));
    }

    #[test]
    fn a_switch_of_protocols_says_upgrade_and_nothing_else() {
        for told in ["upgrade, close", "Upgrade", "close"] {
            let mut response = answer(101, &[("Connection", told), ("Upgrade", "websocket")]);
            accept(&mut response, true).unwrap();
            assert_eq!(response.headers[header::CONNECTION], "upgrade");
        }
    }

    #[test]
    fn only_named_headers_pass() {
        let mut response = answer(
            200,
            &[
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Length", "2"),
                ("Set-Cookie", "__Host-condrix=stolen; Path=/; Secure"),
                ("Location", "https://evil.example"),
                ("Refresh", "0;url=https://evil.example"),
                ("Link", "<https://evil.example>; rel=preload"),
                ("Access-Control-Allow-Origin", "*"),
                ("Content-Security-Policy", "script-src *"),
                ("Clear-Site-Data", "\"*\""),
                ("Service-Worker-Allowed", "/"),
                ("Strict-Transport-Security", "max-age=0"),
                ("Content-Disposition", "inline"),
                ("X-Anything", "x"),
            ],
        );
        accept(&mut response, false).unwrap();
        let mut names: Vec<_> = response.headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cache-control", "content-length", "content-security-policy", "content-type"]);
        assert_eq!(response.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(response.headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
    }
}
