//! One stream as it came, and the strictest reading of it.

use crate::wire::{dechunk, find};
use anyhow::{Context as _, Result, ensure};

/// Everything that the gateway wrote to one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub raw: Vec<u8>,
}

impl Received {
    fn head(&self) -> Option<&str> {
        let end = find(&self.raw, b"\r\n\r\n")?;
        Some(std::str::from_utf8(&self.raw[..end]).expect("the gateway writes text"))
    }

    /// Method, target and version.
    pub fn line(&self) -> &str {
        self.head().and_then(|head| head.split("\r\n").next()).unwrap_or_default()
    }

    /// The request's target: path and query.
    pub fn target(&self) -> &str {
        self.line().split(' ').nth(1).unwrap_or_default()
    }

    /// Names in lower case.
    pub fn headers(&self) -> Vec<(String, String)> {
        let lines = self.head().into_iter().flat_map(|head| head.split("\r\n").skip(1));
        let pairs = lines.map(|line| line.split_once(':').unwrap_or_else(|| panic!("not a header: {line:?}")));
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        self.headers().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    /// The body and what follows it, once the request is complete.
    pub fn body(&self) -> Option<(Vec<u8>, &[u8])> {
        let start = find(&self.raw, b"\r\n\r\n")? + 4;
        let rest = &self.raw[start..];
        let (lengths, encodings) = (self.all("content-length"), self.all("transfer-encoding"));
        let (body, used) = match (&lengths[..], &encodings[..]) {
            ([length], []) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length: usize = length.parse().expect("the gateway writes a number that fits");
                (rest.get(..length)?.to_vec(), length)
            }
            // What is no chunk is complete at once, and all of it too much.
            ([], [encoding]) if encoding == "chunked" => dechunk(rest).unwrap_or(Some((Vec::new(), 0)))?,
            // No body, or one of which nobody can say where it ends: complete, and all that follows is too much.
            _ => (Vec::new(), 0),
        };
        Some((body, &rest[used..]))
    }

    /// Whether this is one request and nothing else, sent by the gateway for this user.
    pub fn check(&self, user: &str) -> Result<()> {
        let (_, surplus) = self.body().context("not a whole request")?;
        ensure!(surplus.is_empty(), "more than one request on a stream");
        ensure!(self.line().ends_with(" HTTP/1.1"), "another version");
        ensure!(self.all("condrix-user") == [user], "another user");
        ensure!(self.all("condrix-grant").len() == 1, "another grant");
        ensure!(self.all("host") == ["core"], "another host");
        ensure!(self.all("content-length").len() + self.all("transfer-encoding").len() <= 1, "two ends");
        Ok(())
    }
}
