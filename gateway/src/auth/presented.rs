//! What a request shows of itself: a cookie or a bearer token, never both and never in the URL.

use super::AuthError;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE as COOKIE_HEADER, HeaderValue};
use protocol::secret::SecretHash;
use secrecy::{ExposeSecret as _, SecretString};

/// `__Host-` binds the cookie to this very host, to HTTPS and to the whole site (RFC 6265bis).
pub const COOKIE: &str = "__Host-condrix";
/// 256 bits as base64url.
const SECRET_LENGTH: usize = 43;
/// An access token is a few hundred bytes long.
const LONGEST_BEARER: usize = 2048;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presented<'h> {
    Cookie(SecretHash),
    Bearer(&'h str),
}

impl<'h> Presented<'h> {
    /// What the headers show. An `Authorization` decides alone: a browser adds cookies to whatever it sends.
    pub(super) fn of(headers: &'h HeaderMap) -> Result<Option<Self>, AuthError> {
        let mut authorizations = headers.get_all(AUTHORIZATION).iter();
        if let Some(authorization) = authorizations.next() {
            if authorizations.next().is_some() {
                return Err(AuthError::Malformed);
            }
            return bearer(authorization).map(|token| Some(Self::Bearer(token)));
        }
        let mut found = None;
        for value in headers.get_all(COOKIE_HEADER) {
            // Another site's odd cookie is not ours to judge, but what is no text cannot hold ours.
            let Ok(value) = value.to_str() else { continue };
            for secret in value.split(';').filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=')) {
                if found.replace(secret).is_some() {
                    return Err(AuthError::Malformed);
                }
            }
        }
        match found {
            None => Ok(None),
            Some(secret) if secret.len() == SECRET_LENGTH => {
                Ok(Some(Self::Cookie(SecretHash::of_bytes(secret.as_bytes()))))
            }
            Some(_) => Err(AuthError::Malformed),
        }
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750).
pub fn bearer(value: &HeaderValue) -> Result<&str, AuthError> {
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(AuthError::Malformed)?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if scheme.eq_ignore_ascii_case("bearer")
        && (1..=LONGEST_BEARER).contains(&token.len())
        && token.bytes().all(is_token)
    {
        Ok(token)
    } else {
        Err(AuthError::Malformed)
    }
}

/// The `Set-Cookie` of a new login. It has no lifetime of its own: the gateway decides when it ends.
pub fn set_cookie(secret: &SecretString) -> HeaderValue {
    let text = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Strict", secret.expose_secret());
    let mut value = HeaderValue::from_str(&text).expect("base64url is fit for a header");
    value.set_sensitive(true);
    value
}

/// The `Set-Cookie` that makes a browser forget.
pub fn cleared_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-condrix=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(http::HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn secret() -> String {
        "s".repeat(SECRET_LENGTH)
    }

    #[test]
    fn the_cookie_is_found_among_others_wherever_it_stands() {
        let ours = format!("__Host-condrix={}", secret());
        let expected = Some(Presented::Cookie(SecretHash::of_bytes(secret().as_bytes())));
        for lines in [vec![ours.clone()], vec![format!("a=b; {ours}; c=d")], vec!["a=b".to_owned(), ours.clone()]] {
            let pairs: Vec<_> = lines.iter().map(|line| (COOKIE_HEADER, line.as_str())).collect();
            assert_eq!(Presented::of(&headers(&pairs)).unwrap(), expected, "{lines:?}");
        }
        for other in ["a=b", "", "x__Host-condrix=1", "__Host-condrix2=1"] {
            assert_eq!(Presented::of(&headers(&[(COOKIE_HEADER, other)])).unwrap(), None, "{other}");
        }
    }

    #[test]
    fn two_credentials_of_a_kind_are_refused() {
        let ours = format!("__Host-condrix={}", secret());
        let twice = format!("{ours}; {ours}");
        for pairs in [
            vec![(COOKIE_HEADER, twice.as_str())],
            vec![(COOKIE_HEADER, ours.as_str()), (COOKIE_HEADER, ours.as_str())],
            vec![(AUTHORIZATION, "Bearer a"), (AUTHORIZATION, "Bearer a")],
        ] {
            assert_eq!(Presented::of(&headers(&pairs)), Err(AuthError::Malformed), "{pairs:?}");
        }
    }

    #[test]
    fn an_authorization_that_cannot_be_read_does_not_fall_back_to_the_cookie() {
        let ours = format!("__Host-condrix={}", secret());
        for broken in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer  a", "Bearer ä", "bearer:a"] {
            let pairs = [(AUTHORIZATION, broken), (COOKIE_HEADER, ours.as_str())];
            let mut map = headers(&pairs[1..]);
            map.append(AUTHORIZATION, HeaderValue::from_bytes(broken.as_bytes()).unwrap());
            assert_eq!(Presented::of(&map), Err(AuthError::Malformed), "{broken:?}");
        }
        let both = headers(&[(AUTHORIZATION, "bearer a.b.c"), (COOKIE_HEADER, &ours)]);
        assert_eq!(Presented::of(&both), Ok(Some(Presented::Bearer("a.b.c"))));
    }

    #[test]
    fn the_cookie_that_is_set_is_the_cookie_that_is_read() {
        let secret = protocol::secret::random_secret::<32>("");
        let set = set_cookie(&secret);
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let read = headers(&[(COOKIE_HEADER, pair.as_str())]);
        assert_eq!(Presented::of(&read), Ok(Some(Presented::Cookie(SecretHash::of(&secret)))));
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(
                set.to_str().unwrap().contains(attribute) && cleared_cookie().to_str().unwrap().contains(attribute)
            );
        }
        assert!(!format!("{set:?}").contains(secret.expose_secret()));
    }
}
