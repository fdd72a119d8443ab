//! Somebody who opens an address in a browser, where there may be no page.

use super::routes::{Matched, Target};
use super::table::{Access, Route, Rule, Verb};
use http::{HeaderMap, Method, header};
use protocol::link::Class;

/// What a visit to an address without a page leads to: the document, which says so.
pub const LOST: Matched<'static> = Matched {
    route: &Route {
        verb: Verb::Get,
        template: "unmatched",
        rule: Rule::Public,
        access: Access::Http,
        class: Class::Interactive,
        audited: None,
    },
    target: Target::Gateway,
};

/// Whether an address is opened as a page. What a page loads by itself names no HTML, and programs want to be told a problem.
pub fn is_visit(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let wanted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut wanted = wanted.flat_map(|line| line.split(',')).filter_map(|range| range.split(';').next());
    let is_below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    [Method::GET, Method::HEAD].contains(method)
        && !["/api", "/assets"].into_iter().any(is_below)
        && wanted.any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    fn visits(method: &Method, path: &str, accept: &'static str) -> bool {
        is_visit(method, path, &HeaderMap::from_iter([(header::ACCEPT, header::HeaderValue::from_static(accept))]))
    }

    #[test]
    fn a_browser_that_opens_an_address_is_told_from_what_loads_a_file_or_calls_the_api() {
        for path in ["/nowhere", "/cores/this-is-no-id", "/assetsx", "/apis"] {
            assert!(
                visits(&Method::GET, path, BROWSER) && visits(&Method::HEAD, path, "a/b, Text/HTML ;q=0.1"),
                "{path}"
            );
            assert!(!visits(&Method::POST, path, BROWSER), "{path}");
            for accept in ["*/*", "text/*", "text/html5", "application/json", "image/avif,image/webp,*/*;q=0.8"] {
                assert!(!visits(&Method::GET, path, accept), "{path}");
            }
            assert!(!is_visit(&Method::GET, path, &HeaderMap::new()), "{path}");
        }
        for path in ["/api", "/api/v1/nothing", "/assets", "/assets/none.js"] {
            assert!(!visits(&Method::GET, path, BROWSER), "{path}");
        }
    }
}
