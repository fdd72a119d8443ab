//! Who may do what on this Core: pure decisions over what the gateway says of the caller and what the Core knows of its
//! own sign-in.
//!
//! The owner rule: a plan belongs to a person, so a Core that is signed in by OAuth is operated and administered by its
//! owner alone, whatever the grants say. Others may observe; an administrator may sign it out. The gateway decides the
//! same before it forwards; this is the second lock.

use protocol::claude::{ClaudeState, Method, State};
use protocol::headers::Grant;
use protocol::ids::UserId;
use protocol::problem::ProblemType;

/// What a caller wants. Every route of the API is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// See the Claude state, workspaces, sessions, events and approvals.
    Observe,
    /// Make workspaces and sessions, send messages, interrupt, answer approvals, change a session's settings.
    Operate,
    /// Open, use and close terminals: whoever may do that is the Core's operating-system user.
    UseTerminals,
    /// See and say what this Core proves itself with to servers of repositories.
    SetUpGit,
    SignIn,
    SignOut,
}

impl Command {
    const fn needs(self) -> Grant {
        match self {
            Self::Observe => Grant::Observe,
            Self::Operate => Grant::Operate,
            Self::UseTerminals | Self::SetUpGit | Self::SignIn | Self::SignOut => Grant::Administer,
        }
    }
}

/// Allows or refuses. As long as the CLI has not said whose the sign-in is, its owner is asked to wait. A sign-in that has lapsed still belongs to its owner; one that was made on the host by hand has no
/// owner here, so that nobody operates it through a gateway until it is signed out.
pub fn decide(user: UserId, grant: Grant, command: Command, claude: &ClaudeState) -> Result<(), ProblemType> {
    let plan = claude.method == Method::OAuth && claude.state != State::SignedOut;
    let owner = plan && claude.owner == Some(user);
    let granted = grant >= command.needs();
    match command {
        Command::Operate | Command::UseTerminals | Command::SetUpGit | Command::SignIn if plan && !owner => {
            Err(ProblemType::OwnerOnly)
        }
        Command::Operate | Command::UseTerminals | Command::SetUpGit | Command::SignIn
            if granted && claude.is_unconfirmed() =>
        {
            Err(ProblemType::SignInUnconfirmed)
        }
        Command::Observe
        | Command::Operate
        | Command::UseTerminals
        | Command::SetUpGit
        | Command::SignIn
        | Command::SignOut
            if granted =>
        {
            Ok(())
        }
        Command::SignOut if owner && claude.is_unconfirmed() => Err(ProblemType::SignInUnconfirmed),
        Command::SignOut if owner => Ok(()),
        Command::Observe
        | Command::Operate
        | Command::UseTerminals
        | Command::SetUpGit
        | Command::SignIn
        | Command::SignOut => Err(ProblemType::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMANDS: [Command; 6] = [
        Command::Observe,
        Command::Operate,
        Command::UseTerminals,
        Command::SetUpGit,
        Command::SignIn,
        Command::SignOut,
    ];

    fn signed_in(method: Method, state: State, owner: Option<UserId>) -> ClaudeState {
        let checked_at = Some(time::OffsetDateTime::UNIX_EPOCH);
        ClaudeState { method, state, owner, checked_at, ..ClaudeState::default() }
    }

    #[test]
    fn nobody_operates_a_plan_before_it_is_known_whose_it_is() {
        let (owner, other) = (UserId::new(), UserId::new());
        let claude = ClaudeState { checked_at: None, ..signed_in(Method::OAuth, State::SignedIn, Some(owner)) };
        for command in [Command::Operate, Command::SignIn] {
            let decide = |user, grant| decide(user, grant, command, &claude);
            assert_eq!(decide(owner, Grant::Administer), Err(ProblemType::SignInUnconfirmed));
            assert_eq!(decide(owner, Grant::Observe), Err(ProblemType::Forbidden));
            assert_eq!(decide(other, Grant::Administer), Err(ProblemType::OwnerOnly));
        }
        let sign_out = |user, grant| decide(user, grant, Command::SignOut, &claude);
        assert_eq!(sign_out(owner, Grant::Operate), Err(ProblemType::SignInUnconfirmed));
        assert_eq!(sign_out(other, Grant::Administer), Ok(()));
        let key = ClaudeState { checked_at: None, ..signed_in(Method::ApiKey, State::SignedIn, None) };
        assert_eq!(decide(other, Grant::Operate, Command::Operate, &key), Ok(()));
    }

    #[test]
    fn an_oauth_core_is_operated_by_its_owner_only() {
        let (owner, other) = (UserId::new(), UserId::new());
        for state in [State::SignedIn, State::Expired] {
            let claude = signed_in(Method::OAuth, state, Some(owner));
            for command in [Command::Operate, Command::UseTerminals, Command::SetUpGit, Command::SignIn] {
                assert_eq!(decide(owner, Grant::Administer, command, &claude), Ok(()));
                assert_eq!(decide(other, Grant::Administer, command, &claude), Err(ProblemType::OwnerOnly));
            }
            assert_eq!(decide(other, Grant::Observe, Command::Observe, &claude), Ok(()));
        }
    }

    #[test]
    fn an_administrator_may_sign_a_core_out_and_so_may_its_owner() {
        let (owner, other) = (UserId::new(), UserId::new());
        let claude = signed_in(Method::OAuth, State::SignedIn, Some(owner));
        assert_eq!(decide(other, Grant::Administer, Command::SignOut, &claude), Ok(()));
        assert_eq!(decide(other, Grant::Operate, Command::SignOut, &claude), Err(ProblemType::Forbidden));
        assert_eq!(decide(owner, Grant::Operate, Command::SignOut, &claude), Ok(()));
    }

    #[test]
    fn a_sign_in_made_on_the_host_is_operated_by_nobody_until_it_is_signed_out() {
        let claude = signed_in(Method::OAuth, State::SignedIn, None);
        let anybody = UserId::new();
        assert_eq!(decide(anybody, Grant::Administer, Command::Operate, &claude), Err(ProblemType::OwnerOnly));
        assert_eq!(decide(anybody, Grant::Administer, Command::SignOut, &claude), Ok(()));
    }

    #[test]
    fn several_people_operate_a_core_with_an_api_key() {
        let claude = signed_in(Method::ApiKey, State::SignedIn, None);
        for _ in 0..2 {
            assert_eq!(decide(UserId::new(), Grant::Operate, Command::Operate, &claude), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn a_larger_grant_never_loses_and_an_observer_never_acts(
            command in 0..COMMANDS.len(), method in 0..3_usize, state in 0..3_usize, owned in 0..3_usize,
        ) {
            let command = COMMANDS[command];
            let (user, other) = (UserId::new(), UserId::new());
            let claude = signed_in(
                [Method::None, Method::OAuth, Method::ApiKey][method],
                [State::SignedOut, State::SignedIn, State::Expired][state],
                [None, Some(user), Some(other)][owned],
            );
            let allowed = |grant| decide(user, grant, command, &claude).is_ok();
            prop_assert!(!allowed(Grant::Observe) || allowed(Grant::Operate));
            prop_assert!(!allowed(Grant::Operate) || allowed(Grant::Administer));
            prop_assert!(allowed(Grant::Observe) == (command == Command::Observe)
                || (command == Command::SignOut && claude.owner == Some(user)));
        }
    }
}
