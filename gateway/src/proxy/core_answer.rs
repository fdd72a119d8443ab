//! What a Core may answer. A hostile one must not be able to run script in the gateway's origin, set its cookies or send
//! a browser elsewhere, so nothing passes but what is named here.

use http::StatusCode;
use http::header::{self, HeaderName};
use pingora_http::ResponseHeader;

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
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::RETRY_AFTER,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum Unacceptable {
    #[error("the Core answered with status {0}")]
    Status(u16),
    #[error("the Core answered with a media type that is not let through")]
    MediaType,
}

/// Judges an answer's head and takes everything out of it that is not named above.
pub(super) fn accept(response: &mut ResponseHeader, is_upgrade: bool) -> Result<(), Unacceptable> {
    let status = response.status;
    if status == StatusCode::SWITCHING_PROTOCOLS && !is_upgrade {
        return Err(Unacceptable::Status(status.as_u16()));
    }
    let informational = status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
    if status.is_redirection() || informational {
        return Err(Unacceptable::Status(status.as_u16()));
    }
    if !has_accepted_media_type(response) {
        return Err(Unacceptable::MediaType);
    }
    let gone: Vec<HeaderName> = response.headers.keys().filter(|name| !HEADERS.contains(name)).cloned().collect();
    for name in gone {
        response.remove_header(&name);
    }
    // Both are constant values of known headers.
    response.insert_header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox").expect("a constant header");
    response.insert_header(header::CACHE_CONTROL, "no-store").expect("a constant header");
    Ok(())
}

fn has_accepted_media_type(response: &ResponseHeader) -> bool {
    let mut types = response.headers.get_all(header::CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        // An answer without a body needs none; one with a body is not sniffed (`nosniff`) and so shown as nothing.
        (None, _) => true,
        (Some(value), None) => value.to_str().is_ok_and(|text| {
            let essence = text.split(';').next().unwrap_or_default().trim();
            // A comma would make two types of it for whoever splits lists.
            !text.contains(',') && MEDIA_TYPES.iter().any(|accepted| essence.eq_ignore_ascii_case(accepted))
        }),
        (Some(_), Some(_)) => false,
    }
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
        assert_eq!(accept(&mut answer(101, &[]), true), Ok(()));
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
        assert_eq!(response.headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
    }
}
