//! Compresses the web client when it has changed, and hands it to the compiler.

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        println!("cargo::error=the web client is not built: web/dist/index.html is missing; `make web` makes it");
        return;
    }
    if let Err(reason) = embed(&dist) {
        println!("cargo::error=the web client cannot be built in: {reason}");
    }
}

fn embed(dist: &Path) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?);
    let mut table = "&[\n".to_owned();
    for (number, path) in files(dist, "")?.iter().enumerate() {
        let media_type = media_type(path)
            .ok_or_else(|| io::Error::other(format!("{path}: a file of this kind has no media type")))?;
        let plain = dist.join(path);
        let content = fs::read(&plain)?;
        let brotli = smaller(&content, brotli(&content)?, &out.join(format!("{number}.br")))?;
        let gzip = smaller(&content, gzip(&content)?, &out.join(format!("{number}.gz")))?;
        let identity = included(&plain.canonicalize()?)?;
        writeln!(
            table,
            "    File {{ path: {path:?}, media_type: {media_type:?}, identity: {identity}, brotli: {brotli}, gzip: {gzip} }},",
        )
        .map_err(io::Error::other)?;
    }
    table.push(']');
    fs::write(out.join("files.rs"), table)
}

/// Every file below, by its path from the top, in an order that does not change.
fn files(dist: &Path, below: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dist.join(below))? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| io::Error::other(format!("{}: no UTF-8", name.display())))?;
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() { found.extend(files(dist, &path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// What a browser is told that a file is. Text is UTF-8.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match Path::new(path).extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => return None,
    })
}

/// The expression for a compressed form. One that saves nothing is left out: fonts and pictures are compressed already.
fn smaller(content: &[u8], compressed: Vec<u8>, at: &Path) -> io::Result<String> {
    if compressed.len() >= content.len() {
        return Ok("None".to_owned());
    }
    fs::write(at, compressed)?;
    Ok(format!("Some({})", included(at)?))
}

/// The expression for a file's content.
fn included(path: &Path) -> io::Result<String> {
    let path = path.to_str().ok_or_else(|| io::Error::other(format!("{}: no UTF-8", path.display())))?;
    Ok(format!("include_bytes!({path:?})"))
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
