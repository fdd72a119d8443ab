//! Refreshing the access token before it lapses, without spending inference.
//!
//! The CLI refreshes when it starts and five minutes or less remain, so that a process which is started and asked for
//! nothing does it. That process is kept until the credentials file has changed: one that ended in the middle would lose
//! the sign-in. Among several processes the CLI's own lock makes one request of it; among our own attempts it is this
//! one task.
//!
//! ```text
//!  waiting ──lead before expiry──► attempt ──file changed──► waiting
//!     ▲                               ├── file blanked: the sign-in has ended, nothing is due
//!     └── back-off with jitter ◄──────┘ nothing changed: the vendor could not be reached
//! ```

use super::file::Credentials;
use super::watch::Watcher;
use crate::claude::process::{Chat, Conversation, Launcher, ProcessError};
use crate::claude::session::Gate;
use crate::claude::settings::Settings;
use crate::claude::stream::outgoing;
use crate::supervise::Supervised;
use protocol::event::PermissionMode;
use protocol::secret::random_bytes;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

/// A silent vendor keeps the CLI for about two minutes.
const LONGEST: Duration = Duration::from_secs(150);
/// After the CLI's lock has gone, or its answer came without a lock, a change must be there.
const SETTLE: Duration = Duration::from_secs(5);
/// A CLI that has not begun by then, its start included, sees no reason to.
const BEGIN: Duration = Duration::from_secs(30);
/// The lock is held for tens of milliseconds at least.
const LOCK_INTERVAL: Duration = Duration::from_millis(20);
const FIRST_BACKOFF: Duration = Duration::from_secs(15);
const LONGEST_BACKOFF: Duration = Duration::from_mins(5);
/// A timer sleeps no longer than this, so that a changed clock is noticed.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// How an attempt ended.
#[derive(Debug)]
pub(in crate::claude) enum Attempt {
    /// The file was replaced, by good values or by blank ones: what it says now is known to all who watch it.
    Changed,
    /// The CLI tried and the file is as it was.
    Unreachable,
    /// Sessions and refreshes are being ended.
    GivenUp,
    Cli(ProcessError),
}

#[derive(Debug)]
pub(in crate::claude) struct Refresher {
    launcher: Launcher,
    watcher: Watcher,
    quiet_dir: PathBuf,
    lock_dir: PathBuf,
    lead: Duration,
}

/// How the attempts at the present token have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claude) enum Past {
    Untried,
    Succeeded,
    /// So often in a row.
    Failed(u32),
}

impl Past {
    pub(in crate::claude) const fn failed_again(self) -> Self {
        match self {
            Self::Untried | Self::Succeeded => Self::Failed(1),
            Self::Failed(times) => Self::Failed(times.saturating_add(1)),
        }
    }

    /// How long the CLI is left alone after the last attempt. After a success, too: a token may be issued for less than
    /// the lead.
    fn pause(self, spread: f64) -> Duration {
        match self {
            Self::Untried => Duration::ZERO,
            Self::Succeeded => FIRST_BACKOFF,
            Self::Failed(times) => {
                let doubled = FIRST_BACKOFF.saturating_mul(1 << times.saturating_sub(1).min(10));
                doubled.min(LONGEST_BACKOFF).mul_f64(0.5 + spread / 2.0)
            }
        }
    }
}

/// When the next attempt is due, as a wait from now. None when nothing is there to refresh.
fn due(credentials: &Credentials, now: OffsetDateTime, lead: Duration) -> Option<Duration> {
    let tokens = credentials.tokens()?;
    tokens.refresh.as_ref()?;
    let remaining = Duration::try_from(tokens.expires_at - now).unwrap_or_default();
    Some(remaining.saturating_sub(lead))
}

fn spread() -> f64 {
    f64::from(u16::from_be_bytes(random_bytes())) / f64::from(u16::MAX)
}

impl Refresher {
    pub(in crate::claude) fn new(launcher: Launcher, watcher: Watcher, settings: &Settings) -> Self {
        let lock_dir = settings.claude_dir().join(".oauth_refresh.lock");
        Self { launcher, watcher, quiet_dir: settings.quiet_dir(), lock_dir, lead: settings.refresh_lead }
    }

    /// Waits until an attempt is due. Returns what the past counts for by then: whatever a session's process or a new
    /// sign-in has written since is a token of its own.
    pub(in crate::claude) async fn until_due(&self, mut past: Past) -> Past {
        let mut changes = self.watcher.follow();
        let (mut credentials, since, spread) = (changes.borrow_and_update().clone(), Instant::now(), spread());
        loop {
            let pause = past.pause(spread).saturating_sub(since.elapsed());
            let wait = due(&credentials, OffsetDateTime::now_utc(), self.lead).map(|wait| wait.max(pause));
            if wait.is_some_and(|wait| wait.is_zero()) {
                return past;
            }
            let timer = sleep(wait.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP));
            tokio::select! {
                () = timer => {}
                seen = changes.changed() => {
                    if seen.is_err() {
                        return std::future::pending().await;
                    }
                    past = Past::Untried;
                }
            }
            credentials = changes.borrow_and_update().clone();
        }
    }

    /// Lets a CLI process refresh. When the gate closes the process is ended, which waits for a refresh in flight.
    pub(in crate::claude) async fn attempt(&self, mut gate: watch::Receiver<Gate>) -> Attempt {
        let mut changes = self.watcher.follow();
        changes.mark_unchanged();
        let chat =
            Chat { cwd: &self.quiet_dir, conversation: Conversation::None, model: None, mode: PermissionMode::Default };
        let mut process = match self.launcher.chat(&chat).await {
            Ok(process) => process,
            Err(error) => return Attempt::Cli(error),
        };
        if let Err(error) = process.write_line(outgoing::initialize(None).line).await {
            return Attempt::Cli(error.into());
        }
        let (replaced, given_up) = tokio::select! {
            replaced = self.watch(&mut process, &mut changes) => (replaced, false),
            _ = gate.wait_for(|gate| *gate == Gate::Closed) => (false, true),
        };
        process.end().await;
        // The end may have waited for a refresh that was still in flight.
        self.watcher.look_now();
        match (replaced || changes.has_changed().unwrap_or(false), given_up) {
            (true, _) => Attempt::Changed,
            (false, true) => Attempt::GivenUp,
            (false, false) => Attempt::Unreachable,
        }
    }

    /// Whether the file changed while the process lived.
    async fn watch(&self, process: &mut Supervised, changes: &mut watch::Receiver<Arc<Credentials>>) -> bool {
        tokio::select! {
            seen = changes.changed() => seen.is_ok(),
            () = async { while process.next_line().await.is_some() {} } => false,
            () = self.lock_came_and_went() => {
                // The CLI writes the file before it gives up the lock.
                self.watcher.look_now();
                changes.has_changed().unwrap_or(false)
                    || timeout_at(Instant::now() + SETTLE, changes.changed()).await.is_ok()
            }
        }
    }

    /// Returns when a refresh has ended, or when there will be none.
    async fn lock_came_and_went(&self) {
        let (begun, mut seen) = (Instant::now(), false);
        while begun.elapsed() < if seen { LONGEST } else { BEGIN } {
            let held = self.lock_dir.exists();
            if seen && !held {
                return;
            }
            seen |= held;
            sleep(LOCK_INTERVAL).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::Tokens;
    use super::*;

    fn lapses_in(now: OffsetDateTime, seconds: i64) -> Credentials {
        Credentials::Present(Tokens {
            access: "a".into(),
            refresh: Some("r".into()),
            expires_at: now + time::Duration::seconds(seconds),
            scopes: Vec::new(),
            plan: None,
        })
    }

    #[test]
    fn a_refresh_is_due_its_lead_before_the_expiry_and_at_once_when_lapsed() {
        let (now, lead) = (OffsetDateTime::UNIX_EPOCH, Duration::from_secs(270));
        let wait = |credentials: &Credentials| due(credentials, now, lead);
        assert_eq!(wait(&lapses_in(now, 1000)), Some(Duration::from_secs(730)));
        assert_eq!(wait(&lapses_in(now, 200)), Some(Duration::ZERO));
        assert_eq!(wait(&lapses_in(now, -50)), Some(Duration::ZERO));
        for nothing in [Credentials::Missing, Credentials::Blanked, Credentials::Unusable] {
            assert_eq!(wait(&nothing), None);
        }
    }

    #[test]
    fn failures_are_repeated_ever_more_slowly_and_never_in_step() {
        let pause = |failures, spread| Past::Failed(failures).pause(spread);
        assert_eq!(pause(1, 1.0), Duration::from_secs(15));
        assert_eq!(pause(1, 0.0), Duration::from_millis(7500));
        assert_eq!(pause(3, 1.0), Duration::from_mins(1));
        assert_eq!(pause(40, 1.0), LONGEST_BACKOFF);
        assert_eq!(Past::Untried.failed_again().failed_again(), Past::Failed(2));
        assert_eq!(Past::Succeeded.failed_again(), Past::Failed(1));
    }

    #[test]
    fn tokens_that_are_issued_for_less_than_the_lead_are_not_refreshed_without_pause() {
        assert_eq!(Past::Untried.pause(0.0), Duration::ZERO);
        assert_eq!(Past::Succeeded.pause(0.0), FIRST_BACKOFF);
    }

    #[test]
    fn without_a_refresh_token_nothing_is_due() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let Credentials::Present(mut tokens) = lapses_in(now, 0) else { panic!() };
        tokens.refresh = None;
        assert_eq!(due(&Credentials::Present(tokens), now, Duration::ZERO), None);
    }
}
