//! Where a repository is: `https://…`, `ssh://…`, or ssh as people write it (`git@host:path`).
//!
//! git knows more ways, and most of them run something (`ext::`), read this host's files (`file:`, a bare path) or trust
//! whoever is on the way (`git:`, `http:`). An address is public: it is shown, logged and in argv. So a password in one is
//! refused, and a name too where it could be a token.

use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

const LONGEST: usize = 2_048;
const LONGEST_BRANCH: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Https,
    Ssh,
}

/// An address that git may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: String,
    transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("a repository's address is https://…, ssh://… or user@host:path")]
    Form,
    #[error("a repository is cloned over https or ssh, and nothing else")]
    Transport,
    #[error("an address holds no password or token: store it as a credential of this Core")]
    Secret,
    #[error("an address holds neither spaces nor control characters and is at most {LONGEST} bytes long")]
    Characters,
    #[error("this is no branch's or tag's name")]
    Branch,
}

impl Address {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn transport(&self) -> Transport {
        self.transport
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // What is not plain ASCII is written with escapes, or as Punycode.
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(AddressError::Characters);
        }
        if text.starts_with('-') {
            return Err(AddressError::Form);
        }
        match text.split_once("://") {
            Some(_) => by_url(text),
            None => by_scp(text),
        }
    }
}

fn by_url(text: &str) -> Result<Address, AddressError> {
    let url: Url = text.parse().map_err(|_| AddressError::Form)?;
    let transport = match url.scheme() {
        "https" => Transport::Https,
        "ssh" => Transport::Ssh,
        _ => return Err(AddressError::Transport),
    };
    let has_name = !url.username().is_empty();
    if url.password().is_some() || (has_name && transport == Transport::Https) {
        return Err(AddressError::Secret);
    }
    if has_name && !is_user(url.username()) {
        return Err(AddressError::Form);
    }
    // ssh hosts are opaque to the parser, and one that begins with a hyphen would be an option of ssh.
    let host = match url.host().ok_or(AddressError::Form)? {
        Host::Domain(domain) => is_host(domain),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let path = url.path();
    let plain = url.query().is_none() && url.fragment().is_none();
    if !host || !plain || path.len() < 2 || path.starts_with("/-") {
        return Err(AddressError::Form);
    }
    // As the parser has understood it: nobody after it can understand anything else.
    Ok(Address { text: url.into(), transport })
}

/// `user@host:path`. A `:` that comes after a slash belongs to a path of this host.
fn by_scp(text: &str) -> Result<Address, AddressError> {
    let (place, path) = text.split_once(':').ok_or(AddressError::Transport)?;
    // `ext::sh -c …` and the like.
    if path.starts_with(':') || place.contains('/') {
        return Err(AddressError::Transport);
    }
    let (user, host) = place.split_once('@').ok_or(AddressError::Form)?;
    if !is_user(user) || !is_host(host) || path.is_empty() || path.starts_with('-') {
        return Err(AddressError::Form);
    }
    Ok(Address { text: text.to_owned(), transport: Transport::Ssh })
}

fn is_user(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain)
}

fn is_host(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !text.is_empty() && !text.starts_with(['-', '.']) && text.bytes().all(plain)
}

/// A branch or tag to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch(String);

impl Branch {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Branch {
    type Err = AddressError;

    /// What git itself refuses in a name (git-check-ref-format) and more: it says no later, and less plainly.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let plain = |character: char| {
            !character.is_control() && !character.is_whitespace() && !"~^:?*[\\\"'`$;&|<>(){}!#".contains(character)
        };
        let sound = !text.is_empty()
            && text.len() <= LONGEST_BRANCH
            && !text.starts_with(['-', '/', '.'])
            && !text.contains("..")
            && !text.contains("@{")
            && text.chars().all(plain);
        if sound { Ok(Self(text.to_owned())) } else { Err(AddressError::Branch) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn transport(text: &str) -> Result<Transport, AddressError> {
        text.parse::<Address>().map(|address| address.transport())
    }

    #[test]
    fn repositories_are_reached_by_https_and_ssh() {
        for text in ["https://example.com/a/b.git", "https://example.com:8443/a", "https://[::1]:8443/a"] {
            assert_eq!(transport(text), Ok(Transport::Https), "{text}");
        }
        for text in ["ssh://git@example.com/a.git", "ssh://example.com:2222/~a/b", "git@example.com:a/b.git"] {
            assert_eq!(transport(text), Ok(Transport::Ssh), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_an_address() {
        for (text, why) in [
            ("", AddressError::Transport),
            ("/etc", AddressError::Transport),
            ("../x", AddressError::Transport),
            ("./a:b", AddressError::Transport),
            ("file:///etc", AddressError::Transport),
            ("http://example.com/a", AddressError::Transport),
            ("git://example.com/a", AddressError::Transport),
            ("ftp://example.com/a", AddressError::Transport),
            ("ext::sh -c id", AddressError::Characters),
            ("ext::sh", AddressError::Transport),
            ("git@ext::sh", AddressError::Transport),
            ("git+ssh://example.com/a", AddressError::Transport),
            ("--upload-pack=id", AddressError::Form),
            ("-u", AddressError::Form),
            ("https://user:s3cret@example.com/a", AddressError::Secret),
            ("https://ghp_token@example.com/a", AddressError::Secret),
            ("ssh://git:s3cret@example.com/a", AddressError::Secret),
            ("ssh://-oProxyCommand=id/a", AddressError::Form),
            ("ssh://-x@example.com/a", AddressError::Form),
            ("git@-oProxyCommand=id:a", AddressError::Form),
            ("-oProxyCommand@host:a", AddressError::Form),
            ("git@example.com:-x", AddressError::Form),
            ("ssh://example.com/-x", AddressError::Form),
            ("example.com:a", AddressError::Form),
            ("https://example.com", AddressError::Form),
            ("https://example.com/a?b", AddressError::Form),
            ("https://example.com/a#b", AddressError::Form),
            ("https://exa mple.com/a", AddressError::Characters),
            ("https://example.com/a\nhost=evil", AddressError::Characters),
            ("https://example.com\\@evil/a", AddressError::Characters),
        ] {
            assert_eq!(transport(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn a_branch_is_a_name_and_no_option() {
        for text in ["main", "feature/a-b", "v1.2.3", "grün"] {
            assert!(text.parse::<Branch>().is_ok(), "{text}");
        }
        for text in ["", "-b", "--upload-pack=id", "a b", "a..b", "a\n", "$(id)", "/a", ".a", "a@{1}"] {
            assert!(text.parse::<Branch>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_is_taken_is_no_option_and_holds_no_password(
            text in r"(https|ssh|file|ext|git|-|--|:|//|::|@|/|a|b\.c|%[0-9a-f]{2}|[!-~]| ){0,12}"
        ) {
            if let Ok(address) = text.parse::<Address>() {
                let text = address.as_str();
                prop_assert!(!text.starts_with('-') && text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
                prop_assert!(text.starts_with("https://") || text.starts_with("ssh://") || text.contains('@'), "{text}");
                if let Ok(url) = text.parse::<Url>() && text.contains("://") {
                    prop_assert!(url.password().is_none(), "{text}");
                    prop_assert!(!url.host_str().unwrap_or_default().starts_with('-'), "{text}");
                }
            }
        }
    }
}
