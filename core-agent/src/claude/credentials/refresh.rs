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
use crate::claude::state::replaced;
use crate::claude::stream::{CliLine, outgoing};
use crate::disk;
use crate::supervise::{Exit, Supervised, in_flight};
use protocol::event::PermissionMode;
use protocol::secret::random_bytes;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// A silent vendor keeps the CLI for about two minutes.
const LONGEST: Duration = Duration::from_secs(150);
/// After the CLI's lock has gone, or its answer came without a lock, a change must be there.
const SETTLE: Duration = Duration::from_secs(5);
/// A CLI that has not begun by then, its start included, sees no reason to.
const BEGIN: Duration = Duration::from_secs(30);
/// Free space below which no refresh is begun: the CLI writes its credentials and its own state anew.
const NEEDED: u64 = 8 * 1024 * 1024;
/// A CLI answers `initialize` within two seconds; a busy host may take longer.
const ANSWER: Duration = Duration::from_mins(1);
/// The lock is held for tens of milliseconds at least.
const LOCK_INTERVAL: Duration = Duration::from_millis(20);
const FIRST_BACKOFF: Duration = Duration::from_secs(15);
const LONGEST_BACKOFF: Duration = Duration::from_mins(5);
/// A timer sleeps no longer than this, so that a changed clock is noticed.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// How an attempt ended.
#[derive(Debug)]
pub(in crate::claude) enum Attempt {
    /// The file holds other values: they are known to all who watch it.
    Refreshed,
    /// The CLI has taken the values out, or the file is gone: the vendor refused the refresh token, or somebody signed out.
    Ended,
    /// The CLI tried and the file is as it was.
    Unreachable,
    /// Sessions and refreshes are being ended.
    GivenUp,
    Cli(ProcessError),
    /// None was made: what the vendor would grant could not be written, and the old refresh token would be spent.
    DiskFull,
}

#[derive(Debug)]
pub(in crate::claude) struct Refresher {
    launcher: Launcher,
    watcher: Watcher,
    quiet_dir: PathBuf,
    claude_dir: PathBuf,
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

/// Why an attempt is not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// The file has changed, or the CLI has had its time.
    Settled,
    /// The CLI has ended by itself, which it does not do while somebody may still ask it something.
    Exit,
    GateClosed,
}

/// What came of an attempt.
fn conclude(before: &Credentials, after: &Credentials, seen: Seen, exit: Exit) -> Attempt {
    match (after, seen) {
        (Credentials::Present(_), _) if replaced(before, after) => Attempt::Refreshed,
        (Credentials::Missing | Credentials::Unusable | Credentials::Blanked | Credentials::Key(_), _) => {
            Attempt::Ended
        }
        (Credentials::Present(_), Seen::GateClosed) => Attempt::GivenUp,
        (Credentials::Present(_), Seen::Exit) => Attempt::Cli(ProcessError::Ended(exit.code)),
        (Credentials::Present(_), Seen::Settled) => Attempt::Unreachable,
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
        let claude_dir = settings.claude_dir();
        Self { launcher, watcher, quiet_dir: settings.quiet_dir(), claude_dir, lead: settings.refresh_lead }
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
        if self.disk_full() {
            return Attempt::DiskFull;
        }
        let mut changes = self.watcher.follow();
        changes.mark_unchanged();
        let chat = Chat {
            cwd: &self.quiet_dir,
            conversation: Conversation::None,
            model: None,
            mode: PermissionMode::Default,
            trusted: false,
            mcp: None,
            signature: None,
        };
        let mut process = match self.launcher.chat(&chat).await {
            Ok(process) => process,
            Err(error) => return Attempt::Cli(error),
        };
        if let Err(error) = process.write_line(outgoing::initialize(None).line).await {
            return Attempt::Cli(error.into());
        }
        let before = self.watcher.current();
        let seen = tokio::select! {
            seen = self.watch(&mut process, &mut changes) => seen,
            _ = gate.wait_for(|gate| *gate == Gate::Closed) => Seen::GateClosed,
        };
        let exit = process.end().await;
        // The end may have waited for a refresh that was still in flight.
        conclude(&before, &self.watcher.look_now(), seen, exit)
    }

    fn disk_full(&self) -> bool {
        match disk::free(&self.claude_dir) {
            Ok(free) => free < NEEDED,
            Err(error) => {
                // The CLI will say what is wrong there.
                tracing::warn!(%error, "the free space for the CLI's credentials is not known");
                false
            }
        }
    }

    /// Until the file has changed, or will not.
    async fn watch(&self, process: &mut Supervised, changes: &mut watch::Receiver<Arc<Credentials>>) -> Seen {
        tokio::select! {
            _ = changes.changed() => Seen::Settled,
            () = async { while process.next_line().await.is_some() {} } => Seen::Exit,
            () = came_and_went(&self.claude_dir) => {
                // The CLI writes the file before it gives up the lock.
                self.watcher.look_now();
                if !changes.has_changed().unwrap_or(false) {
                    // What comes of it is looked at afterwards.
                    let _ = timeout_at(Instant::now() + SETTLE, changes.changed()).await;
                }
                Seen::Settled
            }
        }
    }

    /// Asks the CLI what it offers: the answer to `initialize`.
    pub(in crate::claude) async fn initialize(&self) -> Result<Value, ProcessError> {
        let chat = Chat {
            cwd: &self.quiet_dir,
            conversation: Conversation::None,
            model: None,
            mode: PermissionMode::Default,
            trusted: false,
            mcp: None,
            signature: None,
        };
        let mut process = self.launcher.chat(&chat).await?;
        let initialize = outgoing::initialize(None);
        process.write_line(initialize.line).await?;
        let answer = async {
            while let Some(line) = process.next_line().await {
                if let CliLine::ControlAnswer(answer) = CliLine::parse(&line?)
                    && answer.request_id == initialize.id
                {
                    return Ok::<_, ProcessError>(answer.outcome.ok());
                }
            }
            Ok(None)
        };
        let answer = timeout(ANSWER, answer).await;
        // In order, also where it has not answered: it may have begun to refresh.
        let exit = process.end().await;
        answer.map_err(|_| ProcessError::Timeout)??.ok_or(ProcessError::Ended(exit.code))
    }
}

/// Returns when a refresh has ended, or when there will be none. One that the CLI has forgotten counts as ended: another
/// process takes its lock away.
async fn came_and_went(claude_dir: &Path) {
    let (begun, mut seen) = (Instant::now(), false);
    while begun.elapsed() < if seen { LONGEST } else { BEGIN } {
        let held = in_flight(claude_dir, SystemTime::now());
        if seen && !held {
            return;
        }
        seen |= held;
        sleep(LOCK_INTERVAL).await;
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
        let key = Credentials::Key("sk-ant-api03-k".into());
        for nothing in [Credentials::Missing, Credentials::Blanked, Credentials::Unusable, key] {
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
    fn a_refresh_an_end_a_vendor_out_of_reach_and_a_cli_that_does_not_run_are_told_apart() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let (before, mut fresh) = (lapses_in(now, 10), lapses_in(now, 1000));
        if let Credentials::Present(tokens) = &mut fresh {
            tokens.access = "b".into();
        }
        let conclude = |after: &Credentials, seen, code| conclude(&before, after, seen, Exit { code });
        for seen in [Seen::Settled, Seen::Exit, Seen::GateClosed] {
            assert!(matches!(conclude(&fresh, seen, Some(0)), Attempt::Refreshed));
            assert!(matches!(conclude(&Credentials::Blanked, seen, Some(0)), Attempt::Ended));
        }
        assert!(matches!(conclude(&before, Seen::Settled, Some(0)), Attempt::Unreachable));
        assert!(matches!(conclude(&before, Seen::GateClosed, Some(143)), Attempt::GivenUp));
        for code in [Some(127), Some(1), Some(0), None] {
            assert!(matches!(conclude(&before, Seen::Exit, code), Attempt::Cli(ProcessError::Ended(of)) if of == code));
        }
    }

    #[test]
    fn without_a_refresh_token_nothing_is_due() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let Credentials::Present(mut tokens) = lapses_in(now, 0) else { panic!() };
        tokens.refresh = None;
        assert_eq!(due(&Credentials::Present(tokens), now, Duration::ZERO), None);
    }

    #[tokio::test]
    async fn a_refresh_has_ended_when_its_lock_has_gone_and_when_nobody_touches_it_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join(".oauth_refresh.lock");
        let (go, touched_last) = (std::fs::remove_dir, |lock: &Path| {
            let long_ago = SystemTime::now().checked_sub(Duration::from_mins(1)).unwrap();
            std::fs::File::open(lock)?.set_modified(long_ago)
        });
        for end in [go as fn(_) -> _, touched_last] {
            std::fs::create_dir(&lock).unwrap();
            let mut over = std::pin::pin!(came_and_went(folder.path()));
            assert!(timeout(LOCK_INTERVAL * 3, &mut over).await.is_err(), "it is held");
            end(&lock).unwrap();
            timeout(Duration::from_secs(10), over).await.expect("it has ended");
            let _ = std::fs::remove_dir(&lock);
        }
    }
}
