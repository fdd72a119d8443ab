//! What `claude auth login` says.

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::Url;

/// Where the person approves, and the state that its answer must carry.
#[derive(Debug)]
pub(super) struct Authorization {
    pub(super) url: Url,
    state: SecretString,
}

impl Authorization {
    /// Finds the authorization address in a line.
    pub(super) fn find(line: &str) -> Option<Self> {
        let start = line.find("https://")?;
        let address = line[start..].split_whitespace().next()?;
        let url = Url::parse(address).ok()?;
        let (_, state) = url.query_pairs().find(|(name, value)| name == "state" && !value.is_empty())?;
        let state = SecretString::from(state.as_ref());
        Some(Self { url, state })
    }

    /// The CLI ignores the pasted state and sends its own: that it belongs to this sign-in is seen here.
    pub(super) fn is_state(&self, state: &SecretString) -> bool {
        self.state.expose_secret().as_bytes().ct_eq(state.expose_secret().as_bytes()).into()
    }
}

/// Its verdict on a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It does not look like a code; the next line is read.
    Malformed,
    WrongCode,
    Network(String),
    Failed(String),
}

/// On stdout, behind the prompt.
pub(super) fn is_success(line: &str) -> bool {
    line.contains("Login successful.")
}

/// What stderr says, if it says anything of the outcome. The CLI has no other words for it than these texts.
pub(super) fn verdict(stderr: &str) -> Option<Verdict> {
    if let Some((_, reason)) = stderr.rsplit_once("Login failed: ") {
        let reason = reason.lines().next().unwrap_or_default().trim();
        return Some(judge(reason));
    }
    stderr.contains("Invalid code.").then_some(Verdict::Malformed)
}

fn judge(reason: &str) -> Verdict {
    let status = reason.strip_prefix("Request failed with status code ").and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(400 | 401 | 403) => Verdict::WrongCode,
        Some(429 | 500..=599) => Verdict::Network(reason.to_owned()),
        None if NETWORK.iter().any(|sign| reason.contains(sign)) => Verdict::Network(reason.to_owned()),
        Some(_) | None => Verdict::Failed(reason.to_owned()),
    }
}

/// How the CLI's HTTP client says that it did not get through.
const NETWORK: [&str; 12] = [
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPIPE",
    "socket hang up",
    "timeout of",
    "certificate",
    "Network Error",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_and_its_state_are_found_in_the_prompt() {
        let line =
            "If the browser didn't open, visit: https://claude.com/cai/oauth/authorize?code=true&state=s-1_x&b=c";
        let authorization = Authorization::find(line).unwrap();
        assert_eq!(authorization.url.host_str(), Some("claude.com"));
        assert!(authorization.is_state(&"s-1_x".into()));
        for other in ["", "s-1_", "s-1_xx", "S-1_x"] {
            assert!(!authorization.is_state(&other.into()), "{other}");
        }
    }

    #[test]
    fn a_line_without_a_state_is_no_address() {
        for line in ["Opening browser to sign in…", "https://claude.com/x", "https://claude.com/x?state=", "state=1"]
        {
            assert!(Authorization::find(line).is_none(), "{line}");
        }
    }

    #[test]
    fn outcomes_are_told_apart() {
        let failed = |reason: &str| verdict(&format!("noise\nLogin failed: {reason}\n")).unwrap();
        assert_eq!(failed("Request failed with status code 400"), Verdict::WrongCode);
        assert_eq!(failed("Request failed with status code 401"), Verdict::WrongCode);
        for network in [
            "Request failed with status code 429",
            "Request failed with status code 500",
            "socket hang up",
            "connect ECONNREFUSED 127.0.0.1:1",
            "timeout of 30000ms exceeded",
            "unable to verify the first certificate",
        ] {
            assert!(matches!(failed(network), Verdict::Network(_)), "{network}");
        }
        assert!(matches!(failed("disk on fire"), Verdict::Failed(_)));
        let malformed = verdict("Invalid code. Please make sure the full code was copied.");
        assert_eq!(malformed, Some(Verdict::Malformed));
        assert_eq!(verdict("warning: something"), None);
        assert!(is_success("Paste code here if prompted > Login successful."));
    }
}
