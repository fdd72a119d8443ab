//! Chunked bodies that do not add up.

use super::{Case, Fate, case};

pub(super) fn cases() -> Vec<Case> {
    use Fate::{Broken, First};
    let mut cases = Vec::new();
    for (name, body) in [
        ("a size that overflows", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
        ("a size that wraps around to five", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
        ("the largest size there is", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
        ("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        ("a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"),
        ("a size with a prefix", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("a size with a blank before it", " 5\r\nhello\r\n0\r\n\r\n"),
        ("a size with an underscore", "0_5\r\nhello\r\n0\r\n\r\n"),
        ("a size that is a word", "five\r\nhello\r\n0\r\n\r\n"),
        ("an empty size", "\r\nhello\r\n0\r\n\r\n"),
        ("a size that ends in a bare line feed", "5\nhello\r\n0\r\n\r\n"),
        ("a size that ends in a bare carriage return", "5\rhello\r\n0\r\n\r\n"),
        ("a size with a NUL", "5\0\r\nhello\r\n0\r\n\r\n"),
        ("an extension with a bare line feed", "5;\nhello\r\n0\r\n\r\n"),
        ("an extension that hides a chunk", "5;\n0\r\n\r\nhello\r\n0\r\n\r\n"),
        ("a chunk longer than its size", "3\r\nhello\r\n0\r\n\r\n"),
        ("a chunk shorter than its size", "7\r\nhello\r\n0\r\n\r\n"),
        ("a chunk without an end", "5\r\nhello0\r\n\r\n"),
        ("a chunk that ends in a bare line feed", "5\r\nhello\n0\r\n\r\n"),
        ("a chunk that ends in two other bytes", "5\r\nhelloXX0\r\n\r\n"),
        ("a last chunk that ends in bare line feeds", "5\r\nhello\r\n0\n\n"),
        ("no last chunk", "5\r\nhello\r\n"),
        ("no chunk at all", "hello"),
    ] {
        // Without a request behind it too: what is cut off must not count as whole.
        for hidden in [true, false] {
            cases.push(case(format!("{name}, {hidden}"), Broken, move |words| {
                let smuggled = if hidden { words.smuggled.as_str() } else { "" };
                words.request("POST", "Transfer-Encoding: chunked\r\n", &format!("{body}{smuggled}"))
            }));
        }
    }
    for (name, body) in [
        ("two chunks", "5\r\nhello\r\nA\r\n wonderful\r\n0\r\n\r\n"),
        ("a size with zeros before it", "0000005\r\nhello\r\n000\r\n\r\n"),
        ("an extension", "5;name=value;flag\r\nhello\r\n0\r\n\r\n"),
        (
            "forged trailers",
            "5\r\nhello\r\n0\r\nCondrix-Grant: administer\r\nContent-Length: 50\r\nCondrix-User: x\r\n\r\n",
        ),
    ] {
        cases.push(case(name, First, move |words| words.request("POST", "Transfer-Encoding: chunked\r\n", body)));
    }
    cases
}
