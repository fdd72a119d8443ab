//! Who may do what on this Core: pure decisions over what the gateway says of the caller and what the Core knows of its
//! own sign-in.
//!
//! The owner rule: a plan belongs to a person, so a Core that is signed in by OAuth is operated and administered by its
//! owner alone, whatever the grants say. Others may observe; an administrator may sign it out. The gateway decides the
//! same before it forwards; this is the second lock.
//!
//! A key is nobody's plan, whether the Core was set up with it or a sign-in through the vendor's console made it: that
//! key, too, is the organisation's, is billed to it, and outlives the sign-in that asked for it. So the rule binds
//! neither, and whoever has the grant operates.

use protocol::claude::{ClaudeState, Method, State};
use protocol::event::Visibility;
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
    /// Take a session away with all its history.
    RemoveSessions,
    /// See what was removed, by whom and when.
    ReadRemovals,
    /// Open, use and close terminals, whoever may do that being the Core's operating-system user; and see what they show or
    /// have shown, which may be anything that this user can read.
    UseTerminals,
    /// Let a session run without asking, a workspace's own settings take effect, or an MCP server run.
    Entrust,
    /// See and say what this Core proves itself with to servers of repositories.
    SetUpGit,
    SignIn,
    SignOut,
}

impl Command {
    const fn needs(self) -> Grant {
        match self {
            Self::Observe => Grant::Observe,
            Self::Operate | Self::RemoveSessions => Grant::Operate,
            Self::ReadRemovals | Self::UseTerminals | Self::Entrust | Self::SetUpGit | Self::SignIn | Self::SignOut => {
                Grant::Administer
            }
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
        Command::Operate | Command::UseTerminals | Command::Entrust | Command::SetUpGit | Command::SignIn
            if plan && !owner =>
        {
            Err(ProblemType::OwnerOnly)
        }
        Command::Operate | Command::UseTerminals | Command::Entrust | Command::SetUpGit | Command::SignIn
            if granted && claude.is_unconfirmed() =>
        {
            Err(ProblemType::SignInUnconfirmed)
        }
        // To remove is not to use: whoever administers the Core may, as they may sign it out.
        Command::RemoveSessions if plan && !owner && grant < Grant::Administer => Err(ProblemType::OwnerOnly),
        Command::Observe
        | Command::Operate
        | Command::RemoveSessions
        | Command::ReadRemovals
        | Command::UseTerminals
        | Command::Entrust
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
        | Command::RemoveSessions
        | Command::ReadRemovals
        | Command::UseTerminals
        | Command::Entrust
        | Command::SetUpGit
        | Command::SignIn
        | Command::SignOut => Err(ProblemType::Forbidden),
    }
}

/// What a caller wants of one session, within what they may do on the Core ([`decide`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// See that it is there; read, follow, find and export its history.
    See,
    /// Take part: write, answer, interrupt, change, fork.
    Write,
    /// Put it aside or take it back, or close it for good.
    PutAside,
    /// Say for whom it is there.
    Share,
    Remove,
}

/// Allows or refuses. A private session is its owner's: for others it does not exist, but for those who see all of them
/// ([`sees_all_sessions`]): they may also put it aside, take it away or share it, and never speak in it. A shared session is
/// everybody's to use, and its owner's to end: one that is closed takes no more, and one in the archive is the first to go
/// where room is wanted. That is to take something from its owner, so that it is theirs to do, and that of whoever
/// administers the Core.
pub fn decide_session(
    user: UserId,
    grant: Grant,
    want: Use,
    owner: UserId,
    visibility: Visibility,
    claude: &ClaudeState,
) -> Result<(), ProblemType> {
    match (visibility, want) {
        _ if user == owner => Ok(()),
        (Visibility::Private, _) if !sees_all_sessions(user, grant, claude) => Err(ProblemType::NotFound),
        (Visibility::Shared, Use::See | Use::Write) => Ok(()),
        (Visibility::Private | Visibility::Shared, Use::See | Use::PutAside | Use::Share | Use::Remove)
            if grant >= Grant::Administer =>
        {
            Ok(())
        }
        (
            Visibility::Private | Visibility::Shared,
            Use::See | Use::Write | Use::PutAside | Use::Share | Use::Remove,
        ) => Err(ProblemType::Forbidden),
    }
}

/// Whether this caller sees all sessions, other people's private ones among them: whoever can read what the Core's user can
/// read sees them anyway. That is whoever may use its terminals, so that on a plan it is the plan's owner alone.
pub fn sees_all_sessions(user: UserId, grant: Grant, claude: &ClaudeState) -> bool {
    grant >= Grant::Administer && !belongs_to_another(user, claude)
}

/// Whether the Core works on a plan that is not this user's.
fn belongs_to_another(user: UserId, claude: &ClaudeState) -> bool {
    claude.method == Method::OAuth && claude.state != State::SignedOut && claude.owner != Some(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMANDS: [Command; 9] = [
        Command::Observe,
        Command::Operate,
        Command::RemoveSessions,
        Command::ReadRemovals,
        Command::UseTerminals,
        Command::Entrust,
        Command::SetUpGit,
        Command::SignIn,
        Command::SignOut,
    ];
    const GRANTS: [Grant; 3] = [Grant::Observe, Grant::Operate, Grant::Administer];
    const USES: [Use; 5] = [Use::See, Use::Write, Use::PutAside, Use::Share, Use::Remove];

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
            for command in
                [Command::Operate, Command::UseTerminals, Command::Entrust, Command::SetUpGit, Command::SignIn]
            {
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
        for method in [Method::ApiKey, Method::Console] {
            let claude = signed_in(method, State::SignedIn, None);
            for _ in 0..2 {
                assert_eq!(decide(UserId::new(), Grant::Operate, Command::Operate, &claude), Ok(()));
            }
        }
    }

    #[test]
    fn on_a_plan_sessions_are_removed_by_its_owner_and_by_whoever_administers_the_core() {
        let (owner, other) = (UserId::new(), UserId::new());
        let claude = signed_in(Method::OAuth, State::SignedIn, Some(owner));
        let decide = |user, grant| decide(user, grant, Command::RemoveSessions, &claude);
        assert_eq!(decide(owner, Grant::Operate), Ok(()));
        assert_eq!(decide(other, Grant::Operate), Err(ProblemType::OwnerOnly));
        assert_eq!(decide(other, Grant::Administer), Ok(()));
    }

    #[test]
    fn a_private_session_is_its_owners_alone_and_an_administrator_reads_and_removes_it() {
        let (owner, other, key) = (UserId::new(), UserId::new(), signed_in(Method::ApiKey, State::SignedIn, None));
        for want in USES {
            let decide = |user, grant| decide_session(user, grant, want, owner, Visibility::Private, &key);
            assert!(GRANTS.iter().all(|grant| decide(owner, *grant).is_ok()));
            assert_eq!(decide(other, Grant::Observe), Err(ProblemType::NotFound));
            assert_eq!(decide(other, Grant::Operate), Err(ProblemType::NotFound));
            let administrator = if want == Use::Write { Err(ProblemType::Forbidden) } else { Ok(()) };
            assert_eq!(decide(other, Grant::Administer), administrator, "{want:?}");
        }
    }

    #[test]
    fn on_a_plan_other_peoples_private_sessions_are_there_for_its_owner_alone() {
        let [plans, sessions, other] = [UserId::new(), UserId::new(), UserId::new()];
        for state in [State::SignedIn, State::Expired] {
            let claude = signed_in(Method::OAuth, state, Some(plans));
            for want in USES {
                let decide =
                    |user| decide_session(user, Grant::Administer, want, sessions, Visibility::Private, &claude);
                assert_eq!(decide(other), Err(ProblemType::NotFound), "{want:?}");
                assert_eq!(decide(plans).is_ok(), want != Use::Write, "{want:?}");
                assert_eq!(decide(sessions), Ok(()));
            }
            assert!(!sees_all_sessions(plans, Grant::Operate, &claude));
        }
        let signed_out = signed_in(Method::None, State::SignedOut, None);
        assert!(sees_all_sessions(other, Grant::Administer, &signed_out), "terminals are theirs to use again");
    }

    #[test]
    fn a_shared_session_is_used_by_all_and_put_aside_and_taken_away_by_its_owner() {
        let (owner, other, key) = (UserId::new(), UserId::new(), signed_in(Method::ApiKey, State::SignedIn, None));
        for (want, others) in
            [(Use::See, true), (Use::Write, true), (Use::PutAside, false), (Use::Share, false), (Use::Remove, false)]
        {
            let decide = |user, grant| decide_session(user, grant, want, owner, Visibility::Shared, &key).is_ok();
            assert!(decide(owner, Grant::Operate) && decide(other, Grant::Administer));
            assert_eq!(decide(other, Grant::Operate), others, "{want:?}");
        }
    }

    proptest! {
        #[test]
        fn a_larger_grant_never_loses_and_an_observer_never_acts(
            command in 0..COMMANDS.len(), method in 0..4_usize, state in 0..3_usize, owned in 0..3_usize,
        ) {
            let command = COMMANDS[command];
            let (user, other) = (UserId::new(), UserId::new());
            let claude = signed_in(
                [Method::None, Method::OAuth, Method::ApiKey, Method::Console][method],
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
