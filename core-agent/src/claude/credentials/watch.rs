//! Watching the credentials file: the CLI replaces it whenever it signs in, refreshes or signs out.

use super::file::{Credentials, Stamp};
use crate::guard::{Guard, Source};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How soon a change is noticed that nobody announced.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(in crate::claude) struct Watcher {
    path: Arc<PathBuf>,
    guard: Guard,
    seen: Arc<Mutex<Option<Stamp>>>,
    current: watch::Sender<Arc<Credentials>>,
}

impl Watcher {
    /// Reads the file for the first time. The guard knows its values when this returns.
    pub(in crate::claude) fn new(path: PathBuf, guard: Guard) -> Self {
        let watcher = Self {
            path: Arc::new(path),
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

    /// Reads the file now if it has changed: where its state is about to matter.
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
        // Held over the read, so that two looks cannot publish in the wrong order. The file is tiny.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.path);
        if *seen == stamp && !first {
            return;
        }
        *seen = stamp;
        let credentials = Credentials::read(&self.path);
        // First the guard: whoever hears of new values may already be quoting them.
        self.guard.set_live(Source::OAuth, credentials.secrets());
        self.current.send_replace(Arc::new(credentials));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::MASK;

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
        let watcher = Watcher::new(path.clone(), guard.clone());
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
