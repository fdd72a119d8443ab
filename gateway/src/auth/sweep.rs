//! What time does to logins: they lapse, with all that hangs on them, and are remembered as seen.

use super::{Auth, lock};
use crate::registry::{RegistryError, api_tokens, login_sessions};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::error;

/// A login's streams outlive it by this at most.
const LAPSE: Duration = Duration::from_secs(1);
/// How much of "last seen" a crash may lose.
const WRITE_BACK: u32 = 60;

impl Auth {
    /// Ends lapsed logins and writes back who was seen, until `shutdown` fires.
    pub async fn sweep(&self, shutdown: CancellationToken) {
        let mut ticks = interval(LAPSE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut until_write_back = WRITE_BACK;
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(reason) = self.lapse(OffsetDateTime::now_utc()).await {
                // They are gone from memory, which is what counts now; a restart judges them by their times again.
                error!(%reason, "lapsed logins could not be removed from the registry");
            }
            until_write_back -= 1;
            if until_write_back == 0 {
                until_write_back = WRITE_BACK;
                self.forget_attempts(OffsetDateTime::now_utc());
                self.write_back_or_log().await;
            }
        }
        self.write_back_or_log().await;
    }

    /// Ends the logins whose time is over. It waits for no turn: time passes also while the registry cannot be used, and
    /// a login that somebody ends at this very moment is gone either way.
    pub(super) async fn lapse(&self, now: OffsetDateTime) -> Result<(), RegistryError> {
        let lapsed = self.view().lapse(now);
        if lapsed.is_empty() { Ok(()) } else { login_sessions::delete_lapsed(&self.registry, &lapsed).await }
    }

    fn forget_attempts(&self, now: OffsetDateTime) {
        lock(&self.logins).forget(now);
        lock(&self.guesses).forget(now);
    }

    async fn write_back_or_log(&self) {
        if let Err(reason) = self.write_back().await {
            error!(%reason, "the registry could not be told who was seen");
        }
    }

    pub(super) async fn write_back(&self) -> Result<(), RegistryError> {
        let seen = self.view().take_seen();
        if !seen.sessions.is_empty() {
            login_sessions::touch(&self.registry, &seen.sessions).await?;
        }
        if !seen.api_tokens.is_empty() {
            api_tokens::touch(&self.registry, &seen.api_tokens).await?;
        }
        Ok(())
    }
}
