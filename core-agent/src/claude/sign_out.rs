//! Signing the Core out of Claude, and saying honestly how it ended.
//!
//! `claude auth logout` exits 0 and says "Successfully logged out" whether or not the vendor heard of it. The truth is in
//! its debug log alone: it notes there that the revocation failed. So the log is asked for, and "revoked" is only said
//! when the log shows that it was kept up to the end and holds no such note; otherwise "deleted locally".
//!
//! Where the CLI does not delete the credentials, for it hangs or cannot be run, they are deleted here: whoever signs a
//! Core out must be able to rely on it.
//!
//! The key of a sign-in through the console is only deleted: the CLI has no way to end it at the vendor, and tells nobody.
//! What it leaves of it are copies of its state (see [`super::credentials::ConsoleKey`]), which go here, with every
//! sign-out, also of a Core that is not signed in: a logout in a terminal, or a sign-out that was broken off, leaves them.
//!
//! A refresh in flight writes fresh credentials after a logout has succeeded. Callers end every CLI process first, and
//! what comes back nevertheless is seen here and signed out once more.

use super::credentials::{ConsoleKey, Credentials, Watcher};
use super::process::Launcher;
use super::settings::Settings;
use protocol::claude::SignOutOutcome;
use protocol::ids::SignInId;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Logouts at most: one more for credentials that came back.
const ATTEMPTS: u32 = 2;
/// The CLI gives the vendor five seconds; a proxy that says nothing would hold it for longer.
const LOGOUT: Duration = Duration::from_secs(30);
/// How long the credentials must stay gone.
const STAYS_GONE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(100);
/// What the CLI notes when the vendor did not take the revocation.
const NOT_REVOKED: &str = "token revoke failed";
/// What it notes later on in the same logout: the log was being written, and past the revocation.
const AFTERWARDS: &str = "written atomically";
const MAX_LOG: u64 = 4 * 1024 * 1024;

/// Every CLI process of this Core must have ended.
pub(super) async fn run(launcher: &Launcher, watcher: &Watcher, settings: &Settings) -> SignOutOutcome {
    let key = settings.console_key();
    let credentials = watcher.look_now();
    let held = match &*credentials {
        Credentials::Missing => {
            // Where the CLI's state can be looked into, the watcher saw no key in it.
            if let Err(error) = key.delete() {
                tracing::error!(%error, "the CLI's state may hold an API key");
                return SignOutOutcome::Failed;
            }
            return delete_copies(&key);
        }
        // Nothing is left that the vendor would take: the file goes all the same.
        Credentials::Blanked | Credentials::Unusable => Held::Nothing,
        Credentials::Present(tokens) if tokens.refresh.is_none() => Held::Nothing,
        Credentials::Present(_) => Held::Token,
        Credentials::Key(_) => Held::Key,
    };
    let (mut revoked, mut key_deleted) = (true, false);
    for _ in 0..ATTEMPTS {
        revoked &= logout(launcher, &settings.quiet_dir()).await;
        if !matches!(*watcher.look_now(), Credentials::Missing) {
            revoked = false;
            delete(&settings.credentials_file(), &key);
        }
        let copies = delete_copies(&key);
        key_deleted |= copies == SignOutOutcome::KeyDeleted;
        if stays_gone(watcher).await && copies != SignOutOutcome::Failed {
            return match held {
                Held::Nothing if key_deleted => SignOutOutcome::KeyDeleted,
                Held::Nothing => SignOutOutcome::NotSignedIn,
                Held::Key => SignOutOutcome::KeyDeleted,
                Held::Token if revoked => SignOutOutcome::Revoked,
                Held::Token => SignOutOutcome::DeletedLocally,
            };
        }
    }
    SignOutOutcome::Failed
}

/// All that there is to do for a Core that is not signed in.
pub(super) fn delete_copies(key: &ConsoleKey) -> SignOutOutcome {
    match key.delete_copies() {
        Ok(0) => SignOutOutcome::NotSignedIn,
        Ok(_) => SignOutOutcome::KeyDeleted,
        Err(error) => {
            tracing::error!(%error, "copies of the CLI's state may hold an API key and cannot be removed");
            SignOutOutcome::Failed
        }
    }
}

/// What there was to sign out of.
#[derive(Clone, Copy)]
enum Held {
    Nothing,
    Token,
    Key,
}

fn delete(path: &Path, key: &ConsoleKey) {
    tracing::warn!("the CLI left credentials behind: they are deleted");
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::error!(%error, "the CLI's credentials cannot be deleted");
    }
    if let Err(error) = key.delete() {
        tracing::error!(%error, "the API key cannot be taken out of the CLI's state");
    }
}

/// Whether the CLI's own log shows that the vendor was told.
async fn logout(launcher: &Launcher, folder: &Path) -> bool {
    let log = Log(folder.join(format!("logout-{}.log", SignInId::new())));
    let path = log.0.to_string_lossy().into_owned();
    let arguments = ["--debug-file", path.as_str(), "auth", "logout"];
    match timeout(LOGOUT, launcher.command(&arguments, false)).await {
        Ok(Ok(output)) => {
            let told = output.exit.code == Some(0) && shows_revocation(&log.read());
            tracing::info!(exit = output.exit.code, told, "claude auth logout has ended");
            told
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "claude auth logout cannot be run");
            false
        }
        Err(_) => {
            tracing::warn!("claude auth logout did not end in time and was ended");
            false
        }
    }
}

fn shows_revocation(log: &str) -> bool {
    log.contains(AFTERWARDS) && !log.contains(NOT_REVOKED)
}

async fn stays_gone(watcher: &Watcher) -> bool {
    let until = Instant::now() + STAYS_GONE;
    while Instant::now() < until {
        match &*watcher.look_now() {
            Credentials::Missing => sleep(LOOK).await,
            Credentials::Blanked | Credentials::Unusable | Credentials::Present(_) | Credentials::Key(_) => {
                return false;
            }
        }
    }
    true
}

/// The debug log of one logout, removed when done with.
struct Log(PathBuf);

impl Log {
    fn read(&self) -> String {
        use std::io::Read as _;
        let mut text = Vec::new();
        let read = std::fs::File::open(&self.0).and_then(|file| file.take(MAX_LOG).read_to_end(&mut text));
        // A log that cannot be read shows nothing, and so no revocation.
        if let Err(error) = read {
            tracing::warn!(%error, "the log of a logout cannot be read");
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.0.display(), "the log of a logout cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::guard::Guard;
    use crate::supervise::Supervisor;
    use std::sync::Arc;

    #[tokio::test]
    async fn where_there_is_no_sign_in_the_copies_of_a_key_go_and_what_cannot_be_looked_into_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { state_dir: folder.path().join("state"), ..Config::default() };
        config.claude.home = Some(folder.path().join("home"));
        let settings = Arc::new(Settings::new(&config).unwrap());
        let launcher = Launcher::new(Arc::clone(&settings), Supervisor::at("/nonexistent/core-agent"));
        let watcher = Watcher::new(settings.credentials_file(), settings.console_key(), Guard::new());
        let sign_out = async || run(&launcher, &watcher, &settings).await;
        assert_eq!(sign_out().await, SignOutOutcome::NotSignedIn);
        let backups = settings.claude_dir().join("backups");
        std::fs::create_dir(&backups).unwrap();
        let copy = backups.join(".claude.json.backup.1");
        std::fs::write(&copy, r#"{"primaryApiKey":"sk-ant-api03-x"}"#).unwrap();
        assert_eq!(sign_out().await, SignOutOutcome::KeyDeleted);
        assert!(!copy.exists());
        assert_eq!(sign_out().await, SignOutOutcome::NotSignedIn);
        for unreadable in [copy, settings.home.join(".claude.json")] {
            std::fs::File::create(&unreadable).unwrap().set_len(64 * 1024 * 1024).unwrap();
            assert_eq!(sign_out().await, SignOutOutcome::Failed, "{}", unreadable.display());
            std::fs::remove_file(&unreadable).unwrap();
        }
    }

    #[test]
    fn a_revocation_is_only_believed_when_the_log_was_kept_and_holds_no_failure() {
        let after = "2026 [DEBUG] File /home/x/.claude.json written atomically\n";
        assert!(shows_revocation(after));
        assert!(!shows_revocation(""), "no log is no evidence");
        assert!(!shows_revocation("2026 [DEBUG] something\n"), "the log may have ended too early");
        let failed = "2026 [DEBUG] OAuth token revoke failed (status=network); continuing with local logout.\n";
        assert!(!shows_revocation(&format!("{failed}{after}")));
    }
}
