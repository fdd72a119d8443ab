//! A turn in progress, and how it ends.

use super::approvals::Approvals;
use crate::claude::credentials::Credentials;
use crate::claude::state::{Board, Counted};
use crate::claude::stream::TurnEnd;
use protocol::claude::{ClaudeState, ErrorKind, Method, State};
use protocol::event::{Actor, Event, InterruptReason, TurnError};
use protocol::ids::{TurnId, UserId};
use std::sync::Arc;
use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Turn {
    pub(super) id: TurnId,
    pub(super) approvals: Approvals,
    /// The CLI was told to stop, and why.
    pub(super) stop: Option<Stop>,
    /// When a CLI that does not stop is ended.
    pub(super) until: Option<Instant>,
    /// The sign-in as the turn found it.
    pub(super) credentials: Arc<Credentials>,
    _working: Counted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    By(Actor),
    /// The vendor refuses the key or every access token. The CLI would try for three minutes.
    Refused(Method),
}

impl Turn {
    pub(super) fn new(id: TurnId, credentials: Arc<Credentials>, board: &Board) -> Self {
        let working = board.working();
        Self { id, approvals: Approvals::default(), stop: None, until: None, credentials, _working: working }
    }
}

/// The event that a turn ends with.
pub(super) fn conclude(turn: TurnId, stop: Option<Stop>, end: TurnEnd) -> Event {
    let interrupted =
        |by, usage| Event::TurnInterrupted { turn, reason: InterruptReason::User, by, usage: Some(usage) };
    match (stop, end) {
        // It was faster than the interruption.
        (_, TurnEnd::Completed { usage }) => Event::TurnCompleted { turn, usage },
        (Some(Stop::By(by)), TurnEnd::Aborted { usage } | TurnEnd::Failed { usage, .. }) => {
            interrupted(Some(by), usage)
        }
        (Some(Stop::Refused(method)), TurnEnd::Aborted { usage } | TurnEnd::Failed { usage, .. }) => {
            Event::TurnFailed {
                turn,
                error: TurnError::AuthenticationFailed,
                status: Some(401),
                detail: refusal(method).to_owned(),
                usage: Some(usage),
            }
        }
        (None, TurnEnd::Aborted { usage }) => interrupted(None, usage),
        (None, TurnEnd::Failed { error, status, detail, usage }) => {
            Event::TurnFailed { turn, error, status, detail, usage: Some(usage) }
        }
    }
}

/// The event of a turn whose process has ended under it.
pub(super) fn cut_off(turn: TurnId, stop: Option<Stop>) -> Event {
    match stop {
        Some(Stop::By(by)) => Event::TurnInterrupted { turn, reason: InterruptReason::User, by: Some(by), usage: None },
        Some(Stop::Refused(method)) => Event::TurnFailed {
            turn,
            error: TurnError::AuthenticationFailed,
            status: Some(401),
            detail: refusal(method).to_owned(),
            usage: None,
        },
        None => Event::TurnInterrupted { turn, reason: InterruptReason::ProcessEnded, by: None, usage: None },
    }
}

pub(super) const fn refusal(method: Method) -> &'static str {
    match method {
        Method::ApiKey | Method::Console => "the vendor refused the API key",
        Method::OAuth | Method::None => "the vendor refused the sign-in's access token",
    }
}

/// How often the vendor may refuse before a turn is given up. An access token that has lapsed is refused once; the CLI
/// then gets a fresh one.
pub(super) const fn refusals(method: Method) -> u32 {
    match method {
        Method::ApiKey | Method::Console => 1,
        Method::OAuth | Method::None => 3,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Now,
    /// It is not known yet whose the sign-in is.
    Later,
    Never(String),
}

/// Whether a message may be put to the CLI now: on a plan, only its owner's. It may have been accepted under another
/// sign-in.
pub(super) fn admit(claude: &ClaudeState, author: UserId) -> Admission {
    let never = |why: &str| Admission::Never(why.to_owned());
    match (claude.method, claude.state) {
        (Method::None, _) | (_, State::SignedOut) => never("the Core is not signed in to Claude"),
        (Method::OAuth, _) if claude.is_unconfirmed() => Admission::Later,
        (Method::OAuth, _) if claude.owner != Some(author) => never("the Core is signed in to Claude by somebody else"),
        (Method::OAuth, State::Expired) => match &claude.last_error {
            Some(error) if error.kind != ErrorKind::CredentialsRefused => {
                Admission::Never(format!("the Core's sign-in to Claude has ended: {}", error.detail))
            }
            Some(_) | None => Admission::Now,
        },
        // An expired key may be accepted again: asking is the only way to know.
        (Method::Console, State::Expired) if lacks_key(claude) => never("the Core's sign-in to Claude has ended"),
        (Method::OAuth, State::SignedIn) | (Method::ApiKey | Method::Console, State::SignedIn | State::Expired) => {
            Admission::Now
        }
    }
}

/// Somebody signed out on the host.
fn lacks_key(claude: &ClaudeState) -> bool {
    claude.last_error.as_ref().is_some_and(|error| error.kind == ErrorKind::CredentialsMissing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::claude::LastError;
    use protocol::event::Usage;
    use time::OffsetDateTime;

    fn actor() -> Actor {
        Actor { user: UserId::new(), name: "Ada".into() }
    }

    fn failed() -> TurnEnd {
        TurnEnd::Failed { error: TurnError::Unknown, status: None, detail: String::new(), usage: Usage::default() }
    }

    #[test]
    fn a_turn_ends_as_it_was_stopped_unless_it_was_faster() {
        let (turn, by) = (TurnId::new(), actor());
        let completed = TurnEnd::Completed { usage: Usage::default() };
        let aborted = || TurnEnd::Aborted { usage: Usage::default() };
        assert!(matches!(conclude(turn, Some(Stop::By(by.clone())), completed), Event::TurnCompleted { .. }));
        for end in [aborted(), failed()] {
            let event = conclude(turn, Some(Stop::By(by.clone())), end);
            assert!(matches!(event, Event::TurnInterrupted { reason: InterruptReason::User, by: Some(_), .. }));
        }
        for end in [aborted(), failed()] {
            let event = conclude(turn, Some(Stop::Refused(Method::ApiKey)), end);
            assert!(matches!(event, Event::TurnFailed { error: TurnError::AuthenticationFailed, .. }));
        }
        assert!(matches!(conclude(turn, None, failed()), Event::TurnFailed { error: TurnError::Unknown, .. }));
    }

    #[test]
    fn a_turn_whose_process_died_is_interrupted_and_never_silently_short() {
        let event = cut_off(TurnId::new(), None);
        assert!(matches!(event, Event::TurnInterrupted { reason: InterruptReason::ProcessEnded, .. }));
    }

    #[test]
    fn on_a_plan_only_its_owners_messages_are_put_to_the_cli() {
        let (owner, other) = (UserId::new(), UserId::new());
        let never = |claude: &ClaudeState, author| matches!(admit(claude, author), Admission::Never(_));
        let mut claude = ClaudeState {
            method: Method::OAuth,
            state: State::SignedIn,
            owner: Some(owner),
            checked_at: Some(OffsetDateTime::UNIX_EPOCH),
            ..ClaudeState::default()
        };
        assert_eq!(admit(&claude, owner), Admission::Now);
        assert!(never(&claude, other));
        claude.owner = None;
        assert!(never(&claude, owner));
        for method in [Method::ApiKey, Method::Console] {
            claude.method = method;
            assert_eq!(admit(&claude, other), Admission::Now);
        }
        assert!(never(&ClaudeState::default(), owner));
    }

    #[test]
    fn no_message_is_given_up_before_it_is_known_whose_the_sign_in_is() {
        for owner in [None, Some(UserId::new())] {
            for state in [State::SignedIn, State::Expired] {
                let claude = ClaudeState { method: Method::OAuth, state, owner, ..ClaudeState::default() };
                assert_eq!(admit(&claude, UserId::new()), Admission::Later);
            }
        }
    }

    #[test]
    fn an_ended_sign_in_is_told_at_once_and_a_refused_one_is_tried_again() {
        let owner = UserId::new();
        let expired = |kind| ClaudeState {
            method: Method::OAuth,
            state: State::Expired,
            owner: Some(owner),
            checked_at: Some(OffsetDateTime::UNIX_EPOCH),
            last_error: Some(LastError { kind, detail: "why".into(), at: OffsetDateTime::UNIX_EPOCH }),
            ..ClaudeState::default()
        };
        let refused = admit(&expired(ErrorKind::RefreshRefused), owner);
        assert!(matches!(&refused, Admission::Never(detail) if detail.contains("why")), "{refused:?}");
        assert_eq!(admit(&expired(ErrorKind::CredentialsRefused), owner), Admission::Now);
    }
}
