//! Whose sign-in the Core has: keeps the state in step with the CLI's credentials, its word on them and the owner's file.

use super::credentials::{ConsoleKey, Credentials, Watcher};
use super::hands::Hands;
use super::owner::Owner;
use super::process::{Launcher, ProcessError};
use super::settings::Settings;
use super::state::{AuthStatus, Board, Change, replaced};
use protocol::claude::{ClaudeState, ErrorKind, Method};
use protocol::ids::UserId;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::sleep;

/// How soon a CLI that could not be run is tried again.
const CLI_RETRY: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub(super) enum AccountError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("the CLI's answer cannot be understood (exit status {0:?}; 127 is one that could not be started)")]
    Answer(Option<i32>),
    #[error("the CLI says that it is not signed in")]
    NotSignedIn,
    #[error("the owner cannot be written down: {0}")]
    Owner(std::io::Error),
}

#[derive(Debug)]
pub(super) struct Account {
    launcher: Launcher,
    watcher: Watcher,
    board: Board,
    owner_file: PathBuf,
    key: ConsoleKey,
    hands: Hands,
    /// What of the credentials file the state already shows.
    shown: Mutex<Arc<Credentials>>,
    sign_ins: AtomicU64,
    /// Who signed in by a process of ours, until the CLI has said as whom.
    claimed: Mutex<Option<UserId>>,
    /// A sign-out is under way: that the file goes is no news until its outcome is known.
    leaving: AtomicBool,
    /// One question to the CLI at a time, so that answers come in their order.
    asking: tokio::sync::Mutex<()>,
}

impl Account {
    pub(super) fn new(launcher: Launcher, watcher: Watcher, board: Board, settings: &Settings, hands: Hands) -> Self {
        let shown = Mutex::new(Arc::new(Credentials::Missing));
        Self {
            launcher,
            watcher,
            board,
            owner_file: settings.owner_file(),
            key: settings.console_key(),
            hands,
            shown,
            sign_ins: AtomicU64::new(0),
            claimed: Mutex::default(),
            leaving: AtomicBool::new(false),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// Shows in the state what the credentials file says now. Returns whether it is news.
    pub(super) fn show(&self) -> bool {
        let credentials = self.watcher.look_now();
        if self.leaving.load(Ordering::Acquire) {
            return false;
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&shown, &credentials) {
            return false;
        }
        let replaced = replaced(&shown, &credentials);
        if matches!((&**shown, &*credentials), (Credentials::Missing | Credentials::Key(_), Credentials::Present(_))) {
            self.claim_for_hands();
        }
        let owner = self.claimed().or_else(|| Owner::read(&self.owner_file).map(|owner| owner.user));
        self.board.change(Change::Credentials { credentials: &credentials, replaced, owner });
        let of_a_plan = credentials.tokens().is_some();
        *shown = credentials;
        drop(shown);
        if of_a_plan && self.board.claude().method == Method::OAuth {
            self.delete_key_copies();
        }
        true
    }

    /// A plan has taken the place of a key, or may have: the CLI takes the key out of its state and leaves it in copies, of
    /// which it makes one more by that.
    fn delete_key_copies(&self) {
        if let Err(error) = self.key.delete_copies() {
            tracing::error!(%error, "copies of the CLI's state may hold an API key and cannot be removed");
        }
    }

    /// Keeps the state as it is until the guard is dropped.
    pub(super) fn leaving(&self) -> Leaving<'_> {
        self.leaving.store(true, Ordering::Release);
        Leaving(self)
    }

    /// How many sign-ins there have been: a CLI process that was started under another one is not to be used.
    pub(super) fn sign_ins(&self) -> u64 {
        self.sign_ins.load(Ordering::Acquire)
    }

    pub(super) fn credentials(&self) -> Arc<Credentials> {
        self.watcher.current()
    }

    /// As the file is now.
    pub(super) fn look_now(&self) -> Arc<Credentials> {
        self.watcher.look_now()
    }

    /// The vendor refused a message for want of authentication. `before`: the credentials that the turn began with.
    pub(super) fn refused(&self, before: &Arc<Credentials>, status: Option<u16>, detail: &str) {
        self.show();
        let now = self.watcher.current();
        let detail = detail.to_owned();
        if self.board.claude().method == Method::ApiKey {
            // Whatever lies beside it: the key was what was refused.
            self.board.change(Change::Refused { detail });
            return;
        }
        match &*now {
            // The file tells it all, and the state shows it.
            Credentials::Missing | Credentials::Blanked | Credentials::Unusable => {}
            // Refused was the one before.
            Credentials::Key(_) if replaced(before, &now) => {}
            Credentials::Key(_) => self.board.change(Change::Refused { detail }),
            // A fresh access token was refused too, there can be no fresh one, or the account may not do this.
            Credentials::Present(tokens)
                if status == Some(403) || tokens.refresh.is_none() || replaced(before, &now) =>
            {
                self.board.change(Change::Refused { detail });
            }
            // The CLI could not get a fresh one: the vendor may be out of reach for a while.
            Credentials::Present(_) => {
                self.board.change(Change::RefreshFailed { kind: ErrorKind::Network, detail });
            }
        }
    }

    /// Asks the CLI which version it is and whom it is signed in as.
    pub(super) async fn check(&self) -> Result<AuthStatus, AccountError> {
        let _one = self.asking.lock().await;
        // A key is nobody's: who had a plan here before has none here any more. That is so whatever the CLI says of it.
        if self.board.claude().method == Method::Console {
            self.claim(None);
            Owner::remove(&self.owner_file).map_err(AccountError::Owner)?;
        }
        if self.board.cli_version().is_none() || self.launcher.check_age().is_err() {
            let output = self.launcher.command(&["--version"], false).await?;
            let version = output.stdout.split_whitespace().next().map(str::to_owned);
            let version = version.filter(|_| output.exit.code == Some(0));
            self.launcher.learn_version(version.as_deref());
            self.board.set_cli_version(version);
            self.board.change(Change::Age(self.launcher.check_age()));
        }
        let output = self.launcher.command(&["auth", "status"], true).await?;
        let Ok(status) = serde_json::from_str::<AuthStatus>(&output.stdout) else {
            return Err(AccountError::Answer(output.exit.code));
        };
        if let Some(by) = self.claimed() {
            // A key may have come meanwhile.
            if status.logged_in && self.board.claude().method != Method::Console {
                Owner::new(by, &status).write(&self.owner_file).map_err(AccountError::Owner)?;
            }
            self.claim(None);
        }
        let owner = Owner::read(&self.owner_file).filter(|owner| !status.logged_in || owner.owns(&status));
        self.board.change(Change::Status { status: &status, owner: owner.as_ref() });
        Ok(status)
    }

    /// A plan's sign-in has appeared where there was none. Unless it is being made through the gateway, it was made on the host:
    /// by whoever sits at the Core's terminals, if that is one person. What a refresh or another login writes over a
    /// sign-in is nobody else's by that.
    fn claim_for_hands(&self) {
        let exchanging = self.asking.try_lock().is_err();
        let with_key = self.board.claude().method == Method::ApiKey;
        if !exchanging && !with_key && self.claimed().is_none() && Owner::read(&self.owner_file).is_none() {
            self.claim(self.hands.sole());
        }
    }

    fn claimed(&self) -> Option<UserId> {
        *self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, by: Option<UserId>) {
        *self.claimed.lock().unwrap_or_else(PoisonError::into_inner) = by;
    }

    /// Until the guard is dropped, the CLI is not asked whose a sign-in is: a code is being exchanged, and the credentials
    /// that appear are nobody's before [`Self::signed_in`].
    pub(super) async fn undecided(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.asking.lock().await
    }

    /// A sign-in through the gateway has succeeded: verifies it, and writes down whose it is. Where it cannot be verified
    /// now, it is this user's all the same as soon as it can be ([`Self::run`] goes on trying).
    pub(super) async fn signed_in(
        &self,
        by: UserId,
        undecided: tokio::sync::MutexGuard<'_, ()>,
    ) -> Result<ClaudeState, AccountError> {
        let of_a_key = matches!(*self.watcher.look_now(), Credentials::Key(_));
        self.claim((!of_a_key).then_some(by));
        drop(undecided);
        self.show();
        self.sign_ins.fetch_add(1, Ordering::AcqRel);
        if !self.check().await?.logged_in {
            return Err(AccountError::NotSignedIn);
        }
        Ok(self.board.claude())
    }

    /// The Core has been signed out: nobody owns it.
    pub(super) fn signed_out(&self) -> std::io::Result<()> {
        self.claim(None);
        // That the file has gone is no news of its own.
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = self.watcher.look_now();
        self.board.change(Change::SignedOut);
        Owner::remove(&self.owner_file)
    }

    /// Whether there is something to ask the CLI for, whoever has failed to.
    fn is_unchecked(&self) -> bool {
        self.board.claude().checked_at.is_none() || self.claimed().is_some()
    }

    /// Follows the credentials file until the future is dropped.
    pub(super) async fn run(&self) {
        let mut changes = self.watcher.follow();
        // The check at the agent's start may have failed, or taken too long.
        let mut unchecked = self.board.claude().checked_at.is_none() || self.launcher.check_age().is_err();
        loop {
            if self.show() || unchecked || self.is_unchecked() {
                unchecked = match self.check().await {
                    // One that is too old may be replaced at any time.
                    Ok(_) => self.launcher.check_age().is_err(),
                    Err(error) => {
                        tracing::warn!(%error, "the CLI could not be asked for its sign-in");
                        true
                    }
                };
            }
            tokio::select! {
                seen = changes.changed() => if seen.is_err() { return },
                () = sleep(CLI_RETRY), if unchecked => {}
            }
        }
    }
}

/// See [`Account::leaving`].
#[derive(Debug)]
pub(super) struct Leaving<'a>(&'a Account);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.leaving.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::guard::Guard;
    use crate::supervise::Supervisor;

    const KEY: &str = r#"{"primaryApiKey":"sk-ant-api03-x"}"#;
    const PLAN: &str = r#"{"claudeAiOauth":{"accessToken":"sk-ant-oat01-x","refreshToken":"sk-ant-ort01-y"}}"#;

    struct Host {
        folder: tempfile::TempDir,
        settings: Settings,
        hands: Hands,
        account: Account,
    }

    impl Host {
        /// With a CLI that never answers.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let mut config = Config { state_dir: folder.path().join("state"), ..Config::default() };
            config.claude.home = Some(folder.path().join("home"));
            let settings = Settings::new(&config).unwrap();
            let launcher = Launcher::new(Arc::new(settings.clone()), Supervisor::at("/nonexistent/core-agent"));
            let watcher = Watcher::new(settings.credentials_file(), settings.console_key(), Guard::new());
            let hands = Hands::default();
            let account = Account::new(launcher, watcher, Board::new(), &settings, hands.clone());
            Self { folder, settings, hands, account }
        }

        fn owned_by(&self, user: UserId) {
            let status = AuthStatus { logged_in: true, ..AuthStatus::default() };
            Owner::new(user, &status).write(&self.settings.owner_file()).unwrap();
        }

        /// The CLI has taken the one in place of the other.
        fn has_key(&self) {
            std::fs::write(self.state_file(), KEY).unwrap();
            Owner::remove(&self.settings.credentials_file()).unwrap();
        }

        fn has_plan(&self) {
            std::fs::write(self.settings.credentials_file(), PLAN).unwrap();
            std::fs::write(self.state_file(), "{}").unwrap();
        }

        fn state_file(&self) -> PathBuf {
            self.folder.path().join("home/.claude.json")
        }
    }

    #[tokio::test]
    async fn a_key_is_nobodys_although_the_cli_cannot_be_asked_and_the_next_plan_is_that_of_whoever_signs_in() {
        let (host, ada, ben) = (Host::new(), UserId::new(), UserId::new());
        let account = &host.account;
        host.owned_by(ada);
        host.has_key();
        let signed_in = account.signed_in(ada, account.undecided().await).await;
        assert!(matches!(signed_in, Err(AccountError::Process(_))), "{signed_in:?}");
        assert_eq!((account.claimed(), Owner::read(&host.settings.owner_file())), (None, None));
        assert!(account.is_unchecked(), "it is asked again");
        let _ben = host.hands.of(ben);
        host.has_plan();
        assert!(account.show());
        assert_eq!((account.claimed(), account.board.claude().owner), (Some(ben), Some(ben)));
    }

    #[tokio::test]
    async fn a_key_that_is_made_in_a_terminal_takes_the_plan_from_its_owner() {
        let (host, ada, ben) = (Host::new(), UserId::new(), UserId::new());
        let account = &host.account;
        host.owned_by(ada);
        host.has_plan();
        account.show();
        host.has_key();
        account.show();
        assert!(account.check().await.is_err());
        assert_eq!(Owner::read(&host.settings.owner_file()), None);
        let _ben = host.hands.of(ben);
        host.has_plan();
        account.show();
        assert_eq!(account.claimed(), Some(ben));
        assert!(account.check().await.is_err() && account.is_unchecked(), "a claim waits until it is written down");
    }

    #[tokio::test]
    async fn a_plan_in_the_place_of_a_key_leaves_no_copy_of_it() {
        let host = Host::new();
        let backups = host.settings.claude_dir().join("backups");
        std::fs::create_dir(&backups).unwrap();
        let copy = backups.join(".claude.json.backup.1");
        std::fs::write(&copy, KEY).unwrap();
        host.has_key();
        host.account.show();
        assert!(copy.exists(), "it goes with the key");
        host.has_plan();
        host.account.show();
        assert!(!copy.exists());
    }
}
