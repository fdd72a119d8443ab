//! What the Core says of itself: its sign-in, its CLI, how busy it is.
//!
//! Every change of the sign-in is a [`Change`], and what it makes of the state is decided by [`apply`], a pure function.
//!
//! The owner is who signed the Core in through the gateway. It is kept beside the account that it was, so that a sign-in
//! made on the host by hand, with another account, has no owner: then nobody may operate the Core until it is signed
//! out and in again (see [`crate::policy`]). Which account it is only the CLI can say; until it has, the state is
//! unconfirmed ([`ClaudeState::is_unconfirmed`]), and everybody waits.

use super::credentials::Credentials;
use super::limits;
use super::owner::Owner;
use crate::guard;
use crate::installation::TooOld;
use protocol::claude::{ClaudeState, CoreReport, ErrorKind, LastError, Method, PlanLimit, State};
use protocol::ids::UserId;
use time::OffsetDateTime;
use tokio::sync::watch;

/// What `claude auth status` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthStatus {
    pub(super) logged_in: bool,
    #[serde(default)]
    pub(super) api_key_source: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) org_id: Option<String>,
    #[serde(default)]
    pub(super) org_name: Option<String>,
    #[serde(default)]
    pub(super) subscription_type: Option<String>,
}

#[derive(Debug)]
pub(super) enum Change<'a> {
    /// The Core has an API key: it wins over any sign-in.
    KeyConfigured,
    /// The credentials file was read. `replaced`: its values differ from those before. `owner`: whose a sign-in is that was
    /// not there before, unless the CLI names another account.
    Credentials {
        credentials: &'a Credentials,
        replaced: bool,
        owner: Option<UserId>,
    },
    Status {
        status: &'a AuthStatus,
        owner: Option<&'a Owner>,
    },
    /// The vendor refused the key or the access token.
    Refused {
        detail: String,
    },
    /// The vendor could not be asked for a new access token.
    RefreshFailed {
        kind: ErrorKind,
        detail: String,
    },
    /// The CLI has said which version it is: one that is used, or none.
    Age(Result<(), TooOld>),
    /// The vendor answered a message: what it refused before works again.
    Answered,
    /// The CLI reported one of the plan's limits.
    Limit(&'a PlanLimit),
    SignedOut,
}

/// What a change makes of the state.
fn apply(state: &mut ClaudeState, change: Change<'_>, now: OffsetDateTime) {
    let error = |kind, detail: &str| Some(LastError { kind, detail: detail.to_owned(), at: now });
    match change {
        Change::KeyConfigured => {
            *state = ClaudeState { method: Method::ApiKey, state: State::SignedIn, ..ClaudeState::default() };
        }
        Change::Credentials { .. } if state.method == Method::ApiKey => {}
        // A key has no owner, no plan and no expiry.
        Change::Credentials { credentials: Credentials::Key(_), replaced, .. } => {
            if replaced || state.method != Method::Console {
                *state = ClaudeState { method: Method::Console, state: State::SignedIn, ..ClaudeState::default() };
            }
        }
        Change::Credentials { credentials: Credentials::Present(tokens), replaced, owner } => {
            let first = state.method != Method::OAuth;
            // There were none before: it may be anybody's.
            if state.expires_at.is_none() {
                (state.owner, state.account, state.organisation, state.checked_at) = (owner, None, None, None);
                state.limits.clear();
                state.billing = None;
            }
            state.method = Method::OAuth;
            state.expires_at = Some(tokens.expires_at);
            state.scopes.clone_from(&tokens.scopes);
            state.plan.clone_from(&tokens.plan);
            if replaced {
                state.state = State::SignedIn;
                state.last_error = None;
                if !first {
                    state.last_refresh_at = Some(now);
                }
            }
        }
        Change::Credentials { credentials: Credentials::Blanked, owner, .. } => {
            if state.method != Method::OAuth {
                *state = ClaudeState { owner, ..ClaudeState::default() };
            }
            state.method = Method::OAuth;
            state.state = State::Expired;
            state.expires_at = None;
            state.last_error = error(ErrorKind::RefreshRefused, "the vendor no longer accepts the refresh token");
        }
        Change::Credentials { credentials: Credentials::Missing | Credentials::Unusable, .. } => {
            let gone = match state.method {
                Method::OAuth => "the CLI's credentials file has gone",
                Method::Console => "the key of the sign-in has gone from the CLI's state",
                Method::None | Method::ApiKey => return,
            };
            if state.state != State::SignedOut {
                state.state = State::Expired;
                state.expires_at = None;
                state.last_error = error(ErrorKind::CredentialsMissing, gone);
            }
        }
        Change::Status { status, owner } => {
            state.checked_at = Some(now);
            if matches!(state.method, Method::ApiKey | Method::Console) {
                let source = status.api_key_source.as_deref().unwrap_or("API key");
                state.billing = Some(format!("API ({source})"));
                if state.method == Method::Console && status.logged_in {
                    state.account.clone_from(&status.email);
                    state.organisation.clone_from(&status.org_name);
                }
            } else if state.method == Method::OAuth {
                state.owner = owner.map(|owner| owner.user);
                // A sign-in that has ended says nothing of its account: what was known stays.
                if status.logged_in {
                    state.account.clone_from(&status.email);
                    state.organisation.clone_from(&status.org_name);
                    if state.plan.is_none() {
                        state.plan.clone_from(&status.subscription_type);
                    }
                    state.billing = state.plan.as_ref().map(|plan| format!("plan ({plan})"));
                }
            }
        }
        Change::Refused { detail } => {
            state.state = State::Expired;
            state.last_error = error(ErrorKind::CredentialsRefused, &detail);
        }
        Change::RefreshFailed { kind, detail } => state.last_error = error(kind, &detail),
        Change::Age(Err(too_old)) => state.last_error = error(ErrorKind::CliTooOld, &too_old.to_string()),
        Change::Age(Ok(())) => {
            state.last_error.take_if(|error| error.kind == ErrorKind::CliTooOld);
        }
        Change::Answered => {
            let refused = |error: &LastError| error.kind == ErrorKind::CredentialsRefused;
            let was = state.last_error.as_ref().is_some_and(refused);
            if was && state.state == State::Expired {
                state.state = State::SignedIn;
            }
            if was || state.last_error.as_ref().is_some_and(|error| error.kind == ErrorKind::Network) {
                state.last_error = None;
            }
        }
        Change::Limit(limit) => limits::note(&mut state.limits, limit.clone()),
        Change::SignedOut => {
            *state = ClaudeState { checked_at: Some(now), ..ClaudeState::default() };
        }
    }
}

/// The report that the gateway follows. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Board {
    report: watch::Sender<CoreReport>,
}

impl Board {
    pub(super) fn new() -> Self {
        let report = CoreReport {
            hostname: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            ..CoreReport::default()
        };
        Self { report: watch::Sender::new(report) }
    }

    pub(super) fn follow(&self) -> watch::Receiver<CoreReport> {
        self.report.subscribe()
    }

    pub(super) fn claude(&self) -> ClaudeState {
        self.report.borrow().claude.clone()
    }

    /// Counts the changes of the sign-in.
    pub(super) fn revision(&self) -> u64 {
        self.report.borrow().revision
    }

    pub(super) fn cli_version(&self) -> Option<String> {
        self.report.borrow().cli_version.clone()
    }

    pub(super) fn change(&self, change: Change<'_>) {
        self.report.send_if_modified(|report| {
            let before = report.claude.clone();
            apply(&mut report.claude, change, OffsetDateTime::now_utc());
            if (before.state, before.method) != (report.claude.state, report.claude.method) {
                let reason = report.claude.last_error.as_ref().map(|error| error.kind);
                tracing::info!(
                    method = report.claude.method.as_str(),
                    state = report.claude.state.as_str(),
                    ?reason,
                    "the sign-in's state has changed"
                );
            }
            let changed = before != report.claude;
            report.revision += u64::from(changed);
            changed
        });
    }

    pub(super) fn set_cli_version(&self, version: Option<String>) {
        self.report.send_if_modified(|report| {
            let changed = report.cli_version != version;
            report.cli_version = version;
            changed
        });
    }

    /// Counts a turn in progress until the guard is dropped.
    pub(super) fn working(&self) -> Counted {
        self.count(|report| &mut report.working_sessions)
    }

    /// Counts an approval that waits until the guard is dropped.
    pub(super) fn waiting(&self) -> Counted {
        self.count(|report| &mut report.waiting_approvals)
    }

    fn count(&self, of: fn(&mut CoreReport) -> &mut u32) -> Counted {
        self.report.send_modify(|report| *of(report) = of(report).saturating_add(1));
        Counted { report: self.report.clone(), of }
    }
}

/// One of something that the report counts.
#[derive(Debug)]
pub(super) struct Counted {
    report: watch::Sender<CoreReport>,
    of: fn(&mut CoreReport) -> &mut u32,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let of = self.of;
        self.report.send_modify(|report| *of(report) = of(report).saturating_sub(1));
    }
}

/// Whether two readings hold different values.
pub(super) fn replaced(before: &Credentials, after: &Credentials) -> bool {
    !guard::equal(before.shown(), after.shown())
}

#[cfg(test)]
mod tests {
    use super::super::credentials::Tokens;
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn present(token: &str) -> Credentials {
        Credentials::Present(Tokens {
            access: token.into(),
            refresh: Some("r".into()),
            expires_at: NOW,
            scopes: vec!["user:inference".into()],
            plan: Some("max".into()),
        })
    }

    fn signed_in() -> ClaudeState {
        let mut state = ClaudeState::default();
        apply(&mut state, Change::Credentials { credentials: &present("a"), replaced: true, owner: None }, NOW);
        state
    }

    fn kind(state: &ClaudeState) -> Option<ErrorKind> {
        state.last_error.as_ref().map(|error| error.kind)
    }

    #[test]
    fn credentials_sign_a_core_in_and_their_replacement_is_a_refresh() {
        let mut state = signed_in();
        assert_eq!((state.method, state.state, state.last_refresh_at), (Method::OAuth, State::SignedIn, None));
        assert_eq!(state.plan.as_deref(), Some("max"));
        apply(&mut state, Change::Credentials { credentials: &present("b"), replaced: true, owner: None }, NOW);
        assert_eq!(state.last_refresh_at, Some(NOW));
    }

    #[test]
    fn a_blanked_file_is_an_expired_sign_in_and_keeps_its_owner() {
        let mut state = signed_in();
        state.owner = Some(UserId::new());
        let owner = state.owner;
        apply(&mut state, Change::Credentials { credentials: &Credentials::Blanked, replaced: true, owner: None }, NOW);
        assert_eq!((state.state, kind(&state), state.owner), (State::Expired, Some(ErrorKind::RefreshRefused), owner));
    }

    #[test]
    fn a_sign_in_that_appears_is_unconfirmed_and_a_refresh_leaves_it_confirmed() {
        let (mut state, owner) = (ClaudeState::default(), UserId::new());
        let now = |token| (present(token), Some(owner));
        let (first, expected) = now("a");
        apply(&mut state, Change::Credentials { credentials: &first, replaced: true, owner: expected }, NOW);
        assert_eq!((state.owner, state.is_unconfirmed()), (Some(owner), true));
        let status = AuthStatus { logged_in: true, email: Some("ada@example.com".into()), ..AuthStatus::default() };
        let named = Owner::new(owner, &status);
        apply(&mut state, Change::Status { status: &status, owner: Some(&named) }, NOW);
        assert_eq!((state.owner, state.is_unconfirmed()), (Some(owner), false));
        apply(&mut state, Change::Credentials { credentials: &present("b"), replaced: true, owner: None }, NOW);
        assert_eq!((state.owner, state.is_unconfirmed()), (Some(owner), false), "a refresh changes no owner");
        apply(&mut state, Change::Credentials { credentials: &Credentials::Missing, replaced: true, owner: None }, NOW);
        apply(&mut state, Change::Credentials { credentials: &present("c"), replaced: true, owner: None }, NOW);
        assert_eq!((state.owner, &state.account, state.is_unconfirmed()), (None, &None, true));
    }

    #[test]
    fn a_file_that_goes_away_is_told_and_one_that_never_was_is_not() {
        let mut state = signed_in();
        let missing = || Change::Credentials { credentials: &Credentials::Missing, replaced: true, owner: None };
        apply(&mut state, missing(), NOW);
        assert_eq!((state.state, kind(&state)), (State::Expired, Some(ErrorKind::CredentialsMissing)));
        let mut fresh = ClaudeState::default();
        apply(&mut fresh, missing(), NOW);
        assert_eq!(fresh, ClaudeState::default());
    }

    #[test]
    fn a_temporary_fault_does_not_end_a_sign_in() {
        let mut state = signed_in();
        apply(&mut state, Change::RefreshFailed { kind: ErrorKind::Network, detail: String::new() }, NOW);
        assert_eq!((state.state, kind(&state)), (State::SignedIn, Some(ErrorKind::Network)));
        apply(&mut state, Change::Credentials { credentials: &present("b"), replaced: true, owner: None }, NOW);
        assert_eq!(kind(&state), None);
    }

    #[test]
    fn a_refused_key_is_expired_until_the_vendor_answers_again() {
        let mut state = ClaudeState::default();
        apply(&mut state, Change::KeyConfigured, NOW);
        apply(&mut state, Change::Refused { detail: "401".into() }, NOW);
        assert_eq!((state.state, kind(&state)), (State::Expired, Some(ErrorKind::CredentialsRefused)));
        apply(&mut state, Change::Answered, NOW);
        assert_eq!((state.state, kind(&state)), (State::SignedIn, None));
    }

    #[test]
    fn an_answer_does_not_revive_a_sign_in_whose_refresh_was_refused() {
        let mut state = signed_in();
        apply(&mut state, Change::Credentials { credentials: &Credentials::Blanked, replaced: true, owner: None }, NOW);
        apply(&mut state, Change::Answered, NOW);
        assert_eq!(state.state, State::Expired);
    }

    #[test]
    fn an_api_key_wins_over_credentials_on_the_host() {
        let mut state = ClaudeState::default();
        apply(&mut state, Change::KeyConfigured, NOW);
        apply(&mut state, Change::Credentials { credentials: &present("a"), replaced: true, owner: None }, NOW);
        assert_eq!((state.method, state.expires_at), (Method::ApiKey, None));
        let status = AuthStatus { api_key_source: Some("ANTHROPIC_API_KEY".into()), ..AuthStatus::default() };
        apply(&mut state, Change::Status { status: &status, owner: None }, NOW);
        assert_eq!(state.billing.as_deref(), Some("API (ANTHROPIC_API_KEY)"));
    }

    #[test]
    fn a_key_of_the_console_is_a_sign_in_of_its_own_until_it_goes_or_a_plan_takes_its_place() {
        let mut state = signed_in();
        let status = AuthStatus {
            logged_in: true,
            email: Some("dev@example.org".into()),
            api_key_source: Some("/login managed key".into()),
            ..AuthStatus::default()
        };
        state.owner = Some(UserId::new());
        let key = Credentials::Key("sk-ant-api03-k".into());
        let seen = |replaced| Change::Credentials { credentials: &key, replaced, owner: None };
        apply(&mut state, seen(true), NOW);
        apply(&mut state, Change::Status { status: &status, owner: None }, NOW);
        assert_eq!((state.method, state.state, state.owner), (Method::Console, State::SignedIn, None));
        assert_eq!((&state.plan, state.expires_at, state.is_unconfirmed()), (&None, None, false));
        assert_eq!(state.billing.as_deref(), Some("API (/login managed key)"));
        apply(&mut state, Change::Refused { detail: "401".into() }, NOW);
        apply(&mut state, seen(false), NOW);
        assert_eq!((state.state, state.account.as_deref()), (State::Expired, Some("dev@example.org")));
        let mut gone = state.clone();
        let missing = Change::Credentials { credentials: &Credentials::Missing, replaced: true, owner: None };
        apply(&mut gone, missing, NOW);
        assert_eq!((gone.method, gone.state), (Method::Console, State::Expired));
        assert_eq!(kind(&gone), Some(ErrorKind::CredentialsMissing));
        apply(&mut state, Change::Credentials { credentials: &present("a"), replaced: true, owner: None }, NOW);
        assert_eq!((state.method, state.is_unconfirmed(), state.last_refresh_at), (Method::OAuth, true, None));
        assert_eq!((state.account, state.billing), (None, None));
    }

    #[test]
    fn counts_end_with_their_guards() {
        let board = Board::new();
        let (one, two) = (board.working(), board.working());
        assert_eq!(board.follow().borrow().working_sessions, 2);
        drop(one);
        assert_eq!(board.follow().borrow().working_sessions, 1);
        drop(two);
        assert_eq!(board.follow().borrow().working_sessions, 0);
    }
}
