//! The strictest reading of HTTP/1.1 there is: what it does not read as a request, no part of the product may.

/// One request as a strict reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Legitimate {
    pub(super) target: String,
    pub(super) body: Vec<u8>,
}

/// The requests at the start of `bytes`, up to the first byte that leaves room for doubt.
pub(super) fn read(mut bytes: &[u8]) -> Vec<Legitimate> {
    let mut found = Vec::new();
    loop {
        // RFC 9112, section 2.2: an empty line before a request is nothing.
        while let Some(rest) = bytes.strip_prefix(b"\r\n") {
            bytes = rest;
        }
        let Some((request, used)) = one(bytes) else { return found };
        found.push(request);
        bytes = &bytes[used..];
    }
}

fn one(bytes: &[u8]) -> Option<(Legitimate, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    // RFC 9110, section 5.5: a value may hold bytes that mean nothing (obs-text). One character each.
    let head: String = bytes[..end].iter().copied().map(char::from).collect();
    let mut lines = head.split("\r\n");
    let [method, target, version] = lines.next()?.split(' ').collect::<Vec<_>>().try_into().ok()?;
    if method.is_empty() || !method.bytes().all(is_token) || !target.starts_with('/') {
        return None;
    }
    if target.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\' || byte == b'#') {
        return None;
    }
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let plain = |byte: u8| byte == b'\t' || byte >= 0x20 && byte != 0x7f;
        if name.is_empty() || !name.bytes().all(is_token) || !value.bytes().all(plain) {
            return None;
        }
        headers.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t'])));
    }
    let all = |name: &str| headers.iter().filter(|(key, _)| key == name).map(|(_, value)| *value).collect::<Vec<_>>();
    if all("host").len() != 1 {
        return None;
    }
    let start = end + 4;
    let (body, used) = match (&all("content-length")[..], &all("transfer-encoding")[..], version) {
        ([], [], "HTTP/1.0" | "HTTP/1.1") => (Vec::new(), 0),
        ([length], [], "HTTP/1.0" | "HTTP/1.1") if length.bytes().all(|byte| byte.is_ascii_digit()) => {
            let length = length.parse().ok()?;
            (bytes.get(start..start.checked_add(length)?)?.to_vec(), length)
        }
        ([], [encoding], "HTTP/1.1") if encoding.eq_ignore_ascii_case("chunked") => chunked(&bytes[start..])?,
        _ => return None,
    };
    Some((Legitimate { target: target.to_owned(), body }, start + used))
}

fn chunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let length = line(&bytes[at..])?;
        let size = std::str::from_utf8(&bytes[at..at + length]).ok()?;
        // An extension may follow; what is in it means nothing.
        let digits = size.split(';').next()?.trim_end_matches([' ', '\t']);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let size = usize::from_str_radix(digits, 16).ok()?;
        at += length + 2;
        if size == 0 {
            // Trailers, which nobody here looks at.
            loop {
                let length = line(&bytes[at..])?;
                at += length + 2;
                if length == 0 {
                    return Some((body, at));
                }
            }
        }
        body.extend_from_slice(bytes.get(at..at.checked_add(size)?)?);
        at += size;
        if bytes.get(at..at + 2)? != b"\r\n" {
            return None;
        }
        at += 2;
    }
}

/// The length of a line that ends properly and holds nothing that some would take for its end.
fn line(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(2).position(|window| window == b"\r\n")?;
    bytes[..end].iter().all(|byte| *byte == b'\t' || (0x20..0x7f).contains(byte)).then_some(end)
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

#[test]
fn a_strict_reader_stops_where_doubt_begins() {
    let plain = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
    let targets = |text: &str| read(text.as_bytes()).into_iter().map(|found| found.target).collect::<Vec<_>>();
    assert_eq!(targets(&format!("{plain}{plain}")), ["/a", "/a"]);
    let chunked = "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\n\r\n";
    assert_eq!(read(chunked.as_bytes())[0].body, b"abc");
    assert_eq!(targets(&format!("{chunked}GET /c\n\n{plain}")), ["/b"]);
    assert_eq!(targets("GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"), [""; 0]);
    assert_eq!(read(b"GET /a HTTP/1.1\r\nHost: h\r\nX-A: \x80\r\n\r\n").len(), 1);
    for doubtful in ["GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a HTTP/1.1\r\nHost: h\r\nX-\u{e9}: a\r\n\r\n"] {
        assert_eq!(targets(doubtful), [""; 0]);
    }
}
