//! Media types: what a browser might run, in every spelling.

use super::{Case, EVIL, Fate, SCRIPT, answer, case};

const ACTIVE: &[&str] = &[
    "text/html",
    "TEXT/HTML",
    "Text/Html; charset=utf-8",
    "text/html;charset=utf-7",
    " text/html",
    "\ttext/html",
    "text/html ;application/json",
    "text/html, application/json",
    "text/html application/json",
    "application/json, text/html",
    "application/json,text/html",
    "application/json;text/html,text/html",
    "application/json; charset=\"a,text/html\"",
    "application/json/text/html",
    "application/jsonx",
    "application/json+html",
    "xapplication/json",
    "application /json",
    "application/ json",
    "application",
    "json",
    "/",
    "*/*",
    "",
    " ",
    ";",
    ",",
    "; charset=utf-8",
    "application/xhtml+xml",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/mathml+xml",
    "application/xslt+xml",
    "application/vnd.wap.xhtml+xml",
    "text/xml",
    "text/xsl",
    "image/svg+xml",
    "image/svg+xml; charset=utf-8",
    "image/svg",
    "IMAGE/SVG+XML",
    "image/*",
    "image/x-icon",
    "text/javascript",
    "text/javascript1.5",
    "text/ecmascript",
    "text/jscript",
    "text/livescript",
    "text/vbscript",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "application/wasm",
    "application/ld+json",
    "application/manifest+json",
    "application/speculationrules+json",
    "application/importmap+json",
    "text/css",
    "text/plain",
    "text/plain; charset=utf-8",
    "text/markdown",
    "text/cache-manifest",
    "text/vtt",
    "text/x-component",
    "text/uri-list",
    "application/pdf",
    "application/x-shockwave-flash",
    "application/java-archive",
    "application/hta",
    "application/x-msdownload",
    "application/zip",
    "application/x-ndjson",
    "application/http",
    "application/signed-exchange;v=b3",
    "application/webbundle",
    "multipart/x-mixed-replace; boundary=x",
    "multipart/mixed; boundary=x",
    "multipart/related",
    "message/rfc822",
    "message/http",
    "font/woff2",
    "audio/mpeg",
    "video/mp4",
    "model/gltf+json",
    "unknown/unknown",
    "application/unknown",
    "content/unknown",
    "httpd/unix-directory",
    "text/html\u{a0}",
    "\u{e9}/json",
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = ACTIVE
        .iter()
        .map(|media_type| {
            // A character is a byte.
            let text = answer("200 OK", &format!("Content-Type: {media_type}\r\n"), SCRIPT);
            let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("a byte")).collect();
            case(format!("type {media_type:?}"), Fate::Refused, bytes)
        })
        .collect();
    for lines in [
        "Content-Type: application/json\r\nContent-Type: text/html\r\n",
        "Content-Type: text/html\r\nContent-Type: application/json\r\n",
        "Content-Type: application/json\r\ncontent-type: application/json\r\n",
        "CONTENT-TYPE: text/html\r\n",
        "Content-Type:text/html\r\n",
    ] {
        cases.push(case(format!("lines {lines:?}"), Fate::Refused, answer("200 OK", lines, SCRIPT)));
    }
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-7",
        "application/json;charset=utf-8; boundary=\"text/html\"",
        "application/problem+json",
        "text/event-stream",
        "application/octet-stream",
        "image/png",
        "image/webp;x=<script>",
    ] {
        let lines = format!("Content-Type: {media_type}\r\nX-Content-Type-Options: {EVIL}\r\n");
        cases.push(case(format!("type {media_type:?}"), Fate::Filtered, answer("200 OK", &lines, SCRIPT)));
    }
    cases.push(case("no type", Fate::Filtered, answer("200 OK", "", SCRIPT)));
    cases
}
