//! A file with the forms that it is served in, and an answer to whoever asks for it.

use super::encoding::{Encoding, negotiate};
use axum::body::{Body, Bytes};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, VARY,
};
use pages::File;
use ring::digest::{SHA256, digest};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The name has a hash of the content in it: another content has another name.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A browser may keep it and asks each time whether it still holds.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

static SERVED: LazyLock<HashMap<&'static str, Served>> =
    LazyLock::new(|| pages::FILES.iter().map(|file| (file.path, Served::of(file))).collect());

pub(super) fn find(path: &str) -> Option<&'static Served> {
    SERVED.get(path)
}

#[derive(Debug)]
pub(super) struct Served {
    media_type: HeaderValue,
    caching: HeaderValue,
    /// The compressed forms.
    compressed: Vec<Form>,
    identity: Form,
}

#[derive(Debug)]
struct Form {
    encoding: Encoding,
    content: &'static [u8],
    /// A hash of exactly these bytes: no two forms of a file share it, as a strong validator must not.
    etag: HeaderValue,
}

impl Form {
    fn of(encoding: Encoding, content: &'static [u8]) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(&digest(&SHA256, content).as_ref()[..16]);
        let etag = HeaderValue::from_str(&format!("\"{hash}\"")).expect("base64url is a header's value");
        Self { encoding, content, etag }
    }
}

impl Served {
    fn of(file: &File) -> Self {
        let brotli = file.brotli.map(|content| Form::of(Encoding::Brotli, content));
        let gzip = file.gzip.map(|content| Form::of(Encoding::Gzip, content));
        Self {
            media_type: HeaderValue::from_static(file.media_type),
            caching: if file.path.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN },
            compressed: brotli.into_iter().chain(gzip).collect(),
            identity: Form::of(Encoding::Identity, file.identity),
        }
    }

    fn form(&self, asked: &HeaderMap) -> &Form {
        let offered = self.compressed.iter().map(|form| form.encoding).chain([Encoding::Identity]);
        let chosen = negotiate(asked, offered);
        self.compressed.iter().find(|form| form.encoding == chosen).unwrap_or(&self.identity)
    }

    /// The file, or that whoever asks has it already.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        let form = self.form(asked);
        let unchanged = has(asked, &form.etag);
        let mut response =
            Response::new(if unchanged { Body::empty() } else { Bytes::from_static(form.content).into() });
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, form.etag.clone());
        headers.insert(CACHE_CONTROL, self.caching.clone());
        // Otherwise the framework writes a length of nothing into a 304.
        headers.insert(CONTENT_LENGTH, form.content.len().into());
        if !self.compressed.is_empty() {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if !unchanged {
            headers.insert(CONTENT_TYPE, self.media_type.clone());
            if let Some(name) = form.encoding.name() {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        response
    }
}

/// Whether a form with this validator is among those that a client has (RFC 9110, section 13.1.2: compared weakly).
fn has(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let lines = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::ACCEPT_ENCODING;

    static COMPRESSED: File = File {
        path: "assets/a.js",
        media_type: "text/javascript; charset=utf-8",
        identity: b"as it is",
        brotli: Some(b"brotli"),
        gzip: Some(b"gzipped"),
    };
    static INCOMPRESSIBLE: File =
        File { path: "x.woff2", media_type: "font/woff2", identity: b"font", brotli: None, gzip: None };

    fn asked(pairs: &[(http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn etag(file: &File, encoding: &str) -> String {
        let answer = Served::of(file).answer(&asked(&[(ACCEPT_ENCODING, encoding)]));
        answer.headers()[ETAG].to_str().unwrap().to_owned()
    }

    #[test]
    fn each_form_has_a_validator_of_its_own() {
        let (br, gzip, identity) = (etag(&COMPRESSED, "br"), etag(&COMPRESSED, "gzip"), etag(&COMPRESSED, ""));
        assert!(br != gzip && gzip != identity && br != identity);
        assert_eq!(etag(&INCOMPRESSIBLE, "br"), etag(&INCOMPRESSIBLE, ""));
    }

    #[test]
    fn whoever_has_the_form_that_is_asked_for_is_not_sent_it_again() {
        let served = Served::of(&COMPRESSED);
        let br = etag(&COMPRESSED, "br");
        let knows = |known: &str, encoding: &str| {
            let answer = served.answer(&asked(&[(IF_NONE_MATCH, known), (ACCEPT_ENCODING, encoding)]));
            answer.status() == StatusCode::NOT_MODIFIED
        };
        for known in [&br, "*", &format!("W/{br}"), &format!("\"other\", {br}")] {
            assert!(knows(known, "br"), "{known}");
            assert!(known == "*" || !knows(known, "gzip"), "{known} is another form");
        }
        for known in ["", "\"\"", br.trim_matches('"'), "W/*"] {
            assert!(!knows(known, "br"), "{known}");
        }
    }

    #[test]
    fn what_a_cache_must_know_is_in_every_answer() {
        for (file, caching, vary) in [
            (&COMPRESSED, "public, max-age=31536000, immutable", Some("accept-encoding")),
            (&INCOMPRESSIBLE, "no-cache", None),
        ] {
            for known in ["\"none\"", "*"] {
                let answer = Served::of(file).answer(&asked(&[(IF_NONE_MATCH, known)]));
                assert_eq!(answer.headers()[CACHE_CONTROL], caching);
                assert_eq!(answer.headers().get(VARY).map(|value| value.to_str().unwrap()), vary);
                assert_eq!(answer.headers()[CONTENT_LENGTH], file.identity.len().to_string());
            }
        }
    }
}
