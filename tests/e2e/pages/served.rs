//! Pages and files, with their forms and headers.

use condrix_tests::rig::{Client, Gateway, read, within};
use flate2::read::GzDecoder;
use reqwest::header::{CONNECTION, DATE, ETAG, HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const SOME_ID: &str = "00000000-0000-7000-8000-000000000000";

/// What the gateway was built with.
fn dist() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").join("web/dist")
}

/// Every file of the client but the document: its address and its content.
fn files() -> Vec<(String, Vec<u8>)> {
    let assets = std::fs::read_dir(dist().join("assets")).expect("`make web` has made it").flatten();
    let assets = assets.map(|entry| format!("assets/{}", entry.file_name().display()));
    let named = ["favicon.svg", "manifest.webmanifest"].map(str::to_owned);
    let content = |path: &String| std::fs::read(dist().join(path)).expect("a file of the client is read");
    named.into_iter().chain(assets).map(|path| (format!("/{path}"), content(&path))).collect()
}

struct Got {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The file, whatever form it came in.
    fn file(&self) -> Vec<u8> {
        let mut file = Vec::new();
        match self.header("content-encoding") {
            "" => file.clone_from(&self.body),
            "br" => brotli::BrotliDecompress(&mut &*self.body, &mut file).expect("it is brotli"),
            "gzip" => drop(GzDecoder::new(&*self.body).read_to_end(&mut file).expect("it is gzip")),
            other => panic!("nobody asked for {other}"),
        }
        file
    }
}

async fn fetch(request: RequestBuilder) -> Got {
    within("an answer comes and ends", async {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("a whole answer").to_vec();
        assert!(headers.keys().all(|name| headers.get_all(name).iter().count() == 1), "said twice: {headers:?}");
        Got { status, headers, body }
    })
    .await
}

async fn get(client: &Client, path: &str, headers: &[(&'static str, &str)]) -> Got {
    let mut request = client.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    fetch(request).await
}

#[tokio::test]
async fn every_page_is_the_one_document_and_says_what_a_browser_may_do_with_it() {
    let gateway = Gateway::start().await;
    let nobody = gateway.client();
    let document = std::fs::read(dist().join("index.html")).expect("`make web` has made it");
    for page in [
        "/",
        "/setup",
        "/login",
        "/inbox",
        "/settings",
        "/settings/cores",
        "/cores/{core}",
        "/cores/{core}/workspaces/w-1.x",
        "/cores/{core}/sessions/{core}",
        "/?query=1",
    ] {
        let page = page.replace("{core}", SOME_ID);
        let got = get(&nobody, &page, &[]).await;
        assert_eq!((got.status, &got.body), (200, &document), "{page}");
        let own = [HeaderName::from_static("condrix-request-id"), CONNECTION, DATE, ETAG];
        let said: BTreeMap<&str, &str> = got
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(name))
            .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
            .collect();
        let length = document.len().to_string();
        let meant = BTreeMap::from([
            ("cache-control", "no-cache"),
            ("content-length", &length),
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                 font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; \
                 form-action 'self'; frame-ancestors 'none'; report-uri /api/v1/csp-reports; report-to csp",
            ),
            ("content-type", "text/html; charset=utf-8"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "permissions-policy",
                "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), \
                 gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), \
                 screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()",
            ),
            ("referrer-policy", "no-referrer"),
            ("reporting-endpoints", "csp=\"/api/v1/csp-reports\""),
            ("strict-transport-security", "max-age=31536000"),
            ("vary", "accept-encoding"),
            ("x-content-type-options", "nosniff"),
        ]);
        assert_eq!(said, meant, "{page}");
        let posted = read(nobody.request(Method::POST, &page)).await;
        posted.expect_problem(405, "method-not-allowed");
        assert_eq!(posted.header("allow"), Some("GET, HEAD"), "{page}");
    }
}

#[tokio::test]
async fn every_file_is_itself_in_each_form_and_is_not_sent_twice() {
    let gateway = Gateway::start().await;
    let nobody = gateway.client();
    let files = files();
    assert!(files.len() >= 4, "the client has scripts and styles: {files:?}");
    for (path, content) in &files {
        let (_, kind) = path.rsplit_once('.').expect("a file has a kind");
        let mut validators = BTreeMap::new();
        for (wish, form) in [("", ""), ("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0.1, gzip;q=0.2", "gzip")] {
            let got = get(&nobody, path, &[("accept-encoding", wish)]).await;
            assert_eq!(got.status, 200, "{path}");
            assert!(got.file() == *content, "{path} as {wish:?}");
            assert_eq!(got.header("content-length"), got.body.len().to_string(), "{path}");
            let told = got.header("content-encoding");
            // Not every form shortens what is short, and none a font.
            let has_all_forms = content.len() >= 512 && kind != "woff2";
            assert!(told == form || !has_all_forms, "{path} as {wish:?}: {told}");
            assert!(told.is_empty() || got.header("vary") == "accept-encoding", "{path} as {wish:?}");
            let caching = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
            assert_eq!(got.header("cache-control"), caching, "{path}");
            assert!(got.header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            let media_type = match kind {
                "js" => "text/javascript; charset=utf-8",
                "css" => "text/css; charset=utf-8",
                "svg" => "image/svg+xml",
                "webmanifest" => "application/manifest+json",
                "woff2" => "font/woff2",
                other => panic!("what is a .{other}?"),
            };
            assert_eq!(got.header("content-type"), media_type, "{path}");

            let etag = got.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.len() > 16, "a strong validator: {etag}");
            assert_eq!(validators.insert(told.to_owned(), etag.clone()).unwrap_or_else(|| etag.clone()), etag);
            let again = get(&nobody, path, &[("accept-encoding", wish), ("if-none-match", &etag)]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            for same in ["etag", "cache-control", "vary", "content-security-policy"] {
                assert_eq!(again.header(same), got.header(same), "{path}: a 304 replaces {same}");
            }
            let head = fetch(nobody.request(Method::HEAD, path).header("accept-encoding", wish)).await;
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            assert_eq!((head.header("content-length"), head.header("etag")), (got.header("content-length"), &*etag));
        }
        let distinct: std::collections::BTreeSet<_> = validators.values().collect();
        assert_eq!(distinct.len(), validators.len(), "two forms share a validator: {validators:?}");
    }
    let script =
        files.iter().find(|(path, _)| path.split('.').next_back() == Some("js")).expect("the client has a script");
    assert_eq!(get(&nobody, &script.0, &[("if-none-match", "\"another\"")]).await.status, 200);
}

#[tokio::test]
async fn what_is_no_page_is_a_page_to_whoever_opens_it_and_a_problem_to_everybody_else() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let document = std::fs::read(dist().join("index.html")).expect("`make web` has made it");
    let files = ["/assets", "/assets/none.js", "/assets/index.html", "/assets/favicon.svg", "/assets/a/b.js"];
    let api = ["/api", "/api/v1", "/api/v1/nothing"];
    let pages = [
        "/index.html",
        "/favicon.ico",
        "/robots.txt",
        "/login/x",
        "/settings/a/b",
        "/cores",
        "/cores/this-is-no-id",
        "/cores/this-is-no-id/sessions/x",
        "/Login",
    ];
    for client in [&ada, &gateway.client()] {
        for path in files.into_iter().chain(api).chain(pages) {
            for accept in ["*/*", "text/html"] {
                if accept == "text/html" && pages.contains(&path) {
                    continue;
                }
                let answer = read(client.request(Method::GET, path).header("accept", accept)).await;
                answer.expect_problem(404, "not-found");
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
                assert_eq!(
                    answer.header("content-security-policy"),
                    Some("default-src 'none'; frame-ancestors 'none'")
                );
            }
        }
        for path in pages {
            let got = get(client, path, &[("accept", "text/html,*/*;q=0.8"), ("if-none-match", "*")]).await;
            assert_eq!((got.status, &got.body), (404, &document), "{path}");
            assert_eq!((got.header("cache-control"), got.header("etag")), ("no-store", ""), "{path}");
            assert!(got.header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
            let posted = read(client.request(Method::POST, path).header("accept", "text/html")).await;
            posted.expect_problem(404, "not-found");
        }
    }
}
