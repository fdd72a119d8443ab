//! Which of the vendor's two kinds of account a Core is signed in with.

use serde::Deserialize;
use url::Url;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// A person's plan: the Core gets tokens, and is its owner's.
    #[default]
    ClaudeAi,
    /// An organisation's, billed for use: the CLI has an API key made, with which the Core works from then on.
    Console,
}

impl AccountKind {
    /// What `claude auth login` is told.
    pub(in crate::claude) const fn flag(self) -> &'static str {
        match self {
            Self::ClaudeAi => "--claudeai",
            Self::Console => "--console",
        }
    }

    /// Whether a person may be sent there. It is the one page of each kind that the pinned CLI names; what else may come of
    /// its output is shown to nobody.
    pub(super) fn is_approved_at(self, url: &Url) -> bool {
        let page = match self {
            Self::ClaudeAi => "https://claude.com/cai/oauth/authorize",
            Self::Console => "https://platform.claude.com/oauth/authorize",
        };
        url.as_str().strip_prefix(page).is_some_and(|rest| rest.starts_with('?'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_sent_to_the_page_of_their_kind_of_account_and_nowhere_else() {
        let at = |kind: AccountKind, url: &str| kind.is_approved_at(&url.parse().unwrap());
        let (plan, console) =
            ("https://claude.com/cai/oauth/authorize?state=s", "https://platform.claude.com/oauth/authorize?state=s");
        assert!(at(AccountKind::ClaudeAi, plan) && at(AccountKind::Console, console));
        assert!(!at(AccountKind::ClaudeAi, console) && !at(AccountKind::Console, plan));
        for other in [
            "http://claude.com/cai/oauth/authorize?state=s",
            "https://claude.com.example.org/cai/oauth/authorize?state=s",
            "https://claude.com:8443/cai/oauth/authorize?state=s",
            "https://claude.com@example.org/cai/oauth/authorize?state=s",
            "https://claude.com/cai/oauth/authorize/../../elsewhere?state=s",
            "https://claude.com/cai/oauth/authorized?state=s",
        ] {
            assert!(!at(AccountKind::ClaudeAi, other), "{other}");
        }
    }
}
