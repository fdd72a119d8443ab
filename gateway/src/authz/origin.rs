//! Requests that another site makes a browser send.

use http::header::ORIGIN;
use http::{HeaderMap, Method};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request's Origin is not this gateway's")]
pub struct OriginRefused;

/// Judges where a request comes from. `public_origin` is scheme, host and port as a browser writes them.
///
/// Where the cookie authenticates, everything but a plain GET or HEAD needs exactly this origin: an upgrade too, because
/// browsers let any site open a WebSocket with the user's cookies. Without a cookie nothing is taken from the browser's
/// memory, so a missing Origin is fine there; a foreign one is refused all the same, because it could only be a site
/// that logs its visitor in under its own name.
pub fn check_origin(
    headers: &HeaderMap,
    method: &Method,
    upgrade: bool,
    by_cookie: bool,
    public_origin: &str,
) -> Result<(), OriginRefused> {
    if matches!(*method, Method::GET | Method::HEAD) && !upgrade {
        return Ok(());
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) if !by_cookie => Ok(()),
        (Some(origin), None) if origin.as_bytes() == public_origin.as_bytes() => Ok(()),
        _ => Err(OriginRefused),
    }
}

/// Judges the one exception: reports that a browser sends by itself. They come with the cookie, and from a page that asks
/// for no referrer they come with the Origin `null` (Fetch, "append a request `Origin` header"). Whoever sends one is
/// nobody, so the cookie opens nothing; another site's name is refused here as well.
pub fn check_reports_origin(headers: &HeaderMap, public_origin: &str) -> Result<(), OriginRefused> {
    let mut origins = headers.get_all(ORIGIN).iter().map(http::HeaderValue::as_bytes);
    match (origins.next(), origins.next()) {
        (None | Some(b"null"), None) => Ok(()),
        (Some(origin), None) if origin == public_origin.as_bytes() => Ok(()),
        _ => Err(OriginRefused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const HERE: &str = "https://localhost:8443";

    fn judge(origins: &[&str], method: &Method, upgrade: bool, by_cookie: bool) -> bool {
        let mut headers = HeaderMap::new();
        for origin in origins {
            headers.append(ORIGIN, HeaderValue::from_bytes(origin.as_bytes()).unwrap());
        }
        check_origin(&headers, method, upgrade, by_cookie, HERE).is_ok()
    }

    const MUTATIONS: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    #[test]
    fn with_a_cookie_only_the_exact_origin_may_change_things_or_upgrade() {
        let foreign: &[&[&str]] = &[
            &[],
            &["null"],
            &[""],
            &["https://evil.example"],
            &["https://localhost.evil.com:8443"],
            &["https://localhost:8443.evil.com"],
            &["https://localhost:84430"],
            &["https://localhost"],
            &["https://localhost:443"],
            &["http://localhost:8443"],
            &["https://LOCALHOST:8443"],
            &["HTTPS://localhost:8443"],
            &["https://localhost:8443/"],
            &["https://localhost:8443 "],
            &["https://user@localhost:8443"],
            &["https://127.0.0.1:8443"],
            &["https://localhost:8443, https://evil.example"],
            &["https://localhost:8443", "https://localhost:8443"],
            &["https://localhost:8443", "https://evil.example"],
        ];
        for origins in foreign {
            for method in MUTATIONS {
                assert!(!judge(origins, &method, false, true), "{method} {origins:?}");
            }
            assert!(!judge(origins, &Method::GET, true, true), "upgrade {origins:?}");
        }
        for method in MUTATIONS {
            assert!(judge(&[HERE], &method, false, true));
        }
        assert!(judge(&[HERE], &Method::GET, true, true));
    }

    #[test]
    fn reports_come_from_here_or_from_nowhere_and_never_from_another_site() {
        let judge = |origins: &[&str]| {
            let headers = origins.iter().map(|origin| (ORIGIN, HeaderValue::from_str(origin).unwrap())).collect();
            check_reports_origin(&headers, HERE).is_ok()
        };
        for sent in [&[][..], &["null"], &[HERE]] {
            assert!(judge(sent), "{sent:?}");
        }
        for foreign in [
            &["https://evil.example"][..],
            &["https://localhost:8443.evil.com"],
            &["NULL"],
            &[""],
            &["null", "null"],
            &["null", HERE],
            &[HERE, "https://evil.example"],
        ] {
            assert!(!judge(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn reading_needs_no_origin() {
        for origins in [&[][..], &["https://evil.example"]] {
            assert!(judge(origins, &Method::GET, false, true));
            assert!(judge(origins, &Method::HEAD, false, false));
        }
    }

    #[test]
    fn without_a_cookie_an_absent_origin_is_fine_and_a_foreign_one_is_not() {
        for method in MUTATIONS {
            assert!(judge(&[], &method, false, false));
            assert!(judge(&[HERE], &method, false, false));
            assert!(!judge(&["https://evil.example"], &method, false, false));
            assert!(!judge(&["null"], &method, false, false));
        }
    }
}
