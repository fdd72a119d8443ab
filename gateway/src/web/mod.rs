//! The web client. It is one document with many pages, whose addresses it reads itself, and the files beside it; what is
//! in the program (see the `pages` crate) is all that can be served.

mod encoding;
mod file;
mod headers;

use crate::authz;
use crate::problem::{ApiError, ForAPerson};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode, Uri};

/// The addresses that answer the document.
pub const PAGES: &[&str] = &[
    "/",
    "/setup",
    "/login",
    "/inbox",
    "/settings",
    "/settings/{tab}",
    "/cores/{core}",
    "/cores/{core}/workspaces/{workspace}",
    "/cores/{core}/sessions/{session}",
];

/// The addresses of files. Nothing that is none becomes the document: a browser would take it for a script.
pub const FILES: &[&str] = &["/favicon.svg", "/manifest.webmanifest", "/assets/{file}"];

const DOCUMENT: &str = "index.html";

pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = PAGES.iter().fold(Router::new(), |router, page| router.route(page, get(document)));
    FILES.iter().fold(router, |router, file| router.route(file, get(named)))
}

/// The document, at each of its pages; and at an address that there is not, where whoever opened it reads so.
pub async fn document(method: Method, address: Uri, mut asked: HeaderMap) -> Result<Response, ApiError> {
    // The framework takes any word for an id.
    if authz::route(&method, address.path()).is_ok_and(|matched| PAGES.contains(&matched.route.template)) {
        return answer(DOCUMENT, &asked);
    }
    if !authz::is_visit(&method, address.path(), &asked) {
        return Err(ApiError::NotFound);
    }
    asked.remove(IF_NONE_MATCH);
    let mut response = answer(DOCUMENT, &asked)?;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().remove(ETAG);
    response.extensions_mut().insert(ForAPerson);
    Ok(response)
}

async fn named(address: Uri, asked: HeaderMap) -> Result<Response, ApiError> {
    // No name of a file has a character that would be written otherwise in an address.
    answer(address.path().trim_start_matches('/'), &asked)
}

fn answer(path: &str, asked: &HeaderMap) -> Result<Response, ApiError> {
    let file = file::find(path).ok_or(ApiError::NotFound)?;
    let mut response = file.answer(asked);
    headers::protect(response.headers_mut());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::{ROUTES, Rule, Verb};

    #[test]
    fn every_page_and_file_is_a_public_line_of_the_table() {
        for template in PAGES.iter().chain(FILES) {
            let lines: Vec<_> = ROUTES.iter().filter(|route| route.template == *template).collect();
            assert_eq!(
                lines.iter().map(|route| (route.verb, route.rule)).collect::<Vec<_>>(),
                [(Verb::Get, Rule::Public)]
            );
        }
    }

    #[test]
    fn every_file_of_the_client_has_an_address() {
        for file in pages::FILES {
            let is_asset = file.path.strip_prefix("assets/").is_some_and(|name| !name.contains('/'));
            let is_named = FILES.iter().any(|address| address.strip_prefix('/') == Some(file.path));
            assert!(is_asset || is_named || file.path == DOCUMENT, "{}", file.path);
            let plain = |character: char| character.is_ascii_alphanumeric() || "-_./".contains(character);
            assert!(file.path.chars().all(plain), "{}", file.path);
        }
    }
}
