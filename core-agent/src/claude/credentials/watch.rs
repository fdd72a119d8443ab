//! Watching what the CLI is signed in with: it replaces its credentials file whenever it signs in, refreshes or signs out,
//! and its state file all the time, of which only the console's key matters here.

use super::console_key::ConsoleKey;
use super::file::{Credentials, Stamp};
use crate::guard::{Guard, Source, equal};
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How soon a change is noticed that nobody announced.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(in crate::claude) struct Watcher {
    path: Arc<PathBuf>,
    key: Arc<ConsoleKey>,
    guard: Guard,
    seen: Arc<Mutex<Seen>>,
    current: watch::Sender<Arc<Credentials>>,
}

/// The two files as they were when they were last read.
#[derive(Debug, Default)]
struct Seen {
    credentials: Option<Stamp>,
    state: Option<Stamp>,
    key: Option<SecretString>,
}

impl Watcher {
    /// Reads the files for the first time. The guard knows their values when this returns.
    pub(in crate::claude) fn new(path: PathBuf, key: ConsoleKey, guard: Guard) -> Self {
        let watcher = Self {
            path: Arc::new(path),
            key: Arc::new(key),
            guard,
            seen: Arc::default(),
            current: watch::Sender::new(Arc::new(Credentials::Missing)),
        };
        watcher.look(true);
        watcher
    }

    pub(in crate::claude) fn current(&self) -> Arc<Credentials> {
        Arc::clone(&self.current.borrow())
    }

    /// Follows changes. The present value counts as seen.
    pub(in crate::claude) fn follow(&self) -> watch::Receiver<Arc<Credentials>> {
        self.current.subscribe()
    }

    /// Reads what has changed now: where its state is about to matter.
    pub(in crate::claude) fn look_now(&self) -> Arc<Credentials> {
        self.look(false);
        self.current()
    }

    /// Looks again and again, until the future is dropped.
    pub(in crate::claude) async fn run(&self) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look(false);
        }
    }

    fn look(&self, first: bool) {
        // Held over the read, so that two looks cannot publish in the wrong order. The files are small.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (stamp, state) = (Stamp::of(&self.path), Stamp::of(&self.key.file));
        let mut changed = first || seen.credentials != stamp;
        if first || seen.state != state {
            seen.state = state;
            match self.key.read() {
                Ok(key) => {
                    // The rest of it is no news.
                    changed |= !equal(seen.key.as_ref(), key.as_ref());
                    seen.key = key;
                }
                // The key that was there counts as there: nobody can say that it has gone.
                Err(error) => tracing::error!(%error, "the CLI's state cannot be read"),
            }
        }
        if !changed {
            return;
        }
        seen.credentials = stamp;
        let credentials = Credentials::read(&self.path);
        // First the guard: whoever hears of new values may already be quoting them.
        self.guard.set_live(Source::SignIn, credentials.secrets().into_iter().chain(seen.key.clone()).collect());
        self.current.send_replace(Arc::new(credentials.with_key(seen.key.as_ref())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::MASK;

    fn key(folder: &tempfile::TempDir) -> ConsoleKey {
        ConsoleKey::new(folder.path().join("state.json"), folder.path().join("backups"))
    }

    #[test]
    fn a_key_that_comes_and_goes_is_published_masked_and_told_from_what_else_the_state_file_has() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key, guard) = (folder.path().join("credentials"), key(&folder), Guard::new());
        let watcher = Watcher::new(path.clone(), key.clone(), guard.clone());
        let mut changes = watcher.follow();
        let mut told = |state: &str| {
            std::fs::write(&key.file, state).unwrap();
            watcher.look_now();
            std::mem::take(&mut changes.has_changed().unwrap().then(|| changes.mark_unchanged())).is_some()
        };
        assert!(!told(r#"{"startups":1}"#));
        assert!(told(r#"{"startups":2,"primaryApiKey":"sk-ant-api03-console"}"#));
        assert!(matches!(*watcher.current(), Credentials::Key(_)));
        assert_eq!(guard.mask("it is sk-ant-api03-console".into()), format!("it is {MASK}"));
        assert!(!told(r#"{"startups":3,"primaryApiKey":"sk-ant-api03-console","more":true}"#));
        write(&path, "sk-ant-oat01-first");
        assert!(matches!(*watcher.look_now(), Credentials::Present(_)), "the CLI prefers tokens");
        assert_eq!(guard.mask("sk-ant-api03-console".into()), MASK, "both are masked");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(*watcher.look_now(), Credentials::Key(_)));
        std::fs::remove_file(&key.file).unwrap();
        assert!(matches!(*watcher.look_now(), Credentials::Missing));
    }

    fn write(path: &std::path::Path, token: &str) {
        let text = format!(r#"{{"claudeAiOauth":{{"accessToken":"{token}","expiresAt":1}}}}"#);
        let new = path.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, path).unwrap();
    }

    #[test]
    fn a_replaced_file_is_published_and_both_its_values_are_masked() {
        let folder = tempfile::tempdir().unwrap();
        let (path, guard) = (folder.path().join("credentials"), Guard::new());
        write(&path, "sk-ant-oat01-first");
        let watcher = Watcher::new(path.clone(), key(&folder), guard.clone());
        let mut changes = watcher.follow();
        write(&path, "sk-ant-oat01-second");
        watcher.look_now();
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert_eq!(guard.mask("sk-ant-oat01-first sk-ant-oat01-second".into()), format!("{MASK} {MASK}"));
        watcher.look_now();
        assert!(!changes.has_changed().unwrap(), "nothing has changed");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(*watcher.look_now(), Credentials::Missing));
    }
}
