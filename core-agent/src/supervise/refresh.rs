//! Whether ending the CLI now could lose its sign-in.
//!
//! The vendor rotates refresh tokens: a CLI that ends between sending the old one and writing the new one leaves a
//! credentials file that is worth nothing. While it refreshes it holds the lock directory `.oauth_refresh.lock`, and
//! touches it every five seconds. At times, on a busy host, it makes the lock and forgets it: then nobody touches it.

use serde::Deserialize;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A lock that nobody has touched for this long was left behind: by a process that was killed, or that went on without it.
const STALE: Duration = Duration::from_secs(30);
/// A CLI that starts or gets a message this long before the expiry begins to refresh (it does at five minutes).
const NEAR: Duration = Duration::from_secs(5 * 60 + 30);
/// How long a refresh may take: the CLI itself gives up after 30 to 122 seconds.
const LONGEST: Duration = Duration::from_secs(130);
/// How long to wait for a refresh that may be about to begin.
const SETTLE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    InFlight,
    /// The access token is about to lapse: a refresh may begin at any moment.
    Near,
    Away,
}

#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "claudeAiOauth")]
    oauth: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "expiresAt")]
    expires_at: Option<u64>,
}

/// Whether a process of the CLI that keeps its configuration in this directory is refreshing.
pub fn in_flight(directory: &Path, now: SystemTime) -> bool {
    let locked = std::fs::metadata(directory.join(".oauth_refresh.lock")).and_then(|lock| lock.modified());
    // A lock from the future is a clock that was set back: it counts as fresh.
    locked.is_ok_and(|touched| now.duration_since(touched).unwrap_or_default() < STALE)
}

/// Looks into the CLI's configuration directory. What cannot be read or understood is no sign-in to lose.
pub(super) fn observe(directory: &Path, now: SystemTime) -> Refresh {
    if in_flight(directory, now) {
        return Refresh::InFlight;
    }
    let credentials = std::fs::read(directory.join(".credentials.json")).ok();
    let expiry = credentials
        .and_then(|text| serde_json::from_slice::<Credentials>(&text).ok())
        .and_then(|credentials| credentials.oauth?.expires_at)
        .filter(|millis| *millis > 0)
        .and_then(|millis| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    match expiry {
        Some(expiry) if expiry.duration_since(now).unwrap_or_default() < NEAR => Refresh::Near,
        Some(_) | None => Refresh::Away,
    }
}

/// Whether to go on waiting, this long after the end was asked for.
pub(super) const fn hold(refresh: Refresh, waited: Duration) -> bool {
    match refresh {
        Refresh::InFlight => waited.as_millis() < LONGEST.as_millis(),
        Refresh::Near => waited.as_millis() < SETTLE.as_millis(),
        Refresh::Away => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_counts_while_its_holder_touches_it() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        assert_eq!(observe(folder.path(), now), Refresh::Away);
        std::fs::create_dir(folder.path().join(".oauth_refresh.lock")).unwrap();
        assert_eq!(observe(folder.path(), SystemTime::now()), Refresh::InFlight);
        assert_eq!(observe(folder.path(), now + STALE + Duration::from_secs(1)), Refresh::Away);
    }

    #[test]
    fn a_token_that_is_about_to_lapse_gives_its_refresh_time_to_begin() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        let with_expiry = |at: SystemTime| {
            let millis = at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
            let text = format!(r#"{{"claudeAiOauth":{{"accessToken":"a","refreshToken":"r","expiresAt":{millis}}}}}"#);
            std::fs::write(folder.path().join(".credentials.json"), text).unwrap();
            observe(folder.path(), now)
        };
        assert_eq!(with_expiry(now + Duration::from_hours(1)), Refresh::Away);
        assert_eq!(with_expiry(now + Duration::from_mins(1)), Refresh::Near);
        assert_eq!(with_expiry(now - Duration::from_mins(1)), Refresh::Near);
        for other in ["", "{}", "[]", "null", r#"{"claudeAiOauth":{"expiresAt":0}}"#] {
            std::fs::write(folder.path().join(".credentials.json"), other).unwrap();
            assert_eq!(observe(folder.path(), now), Refresh::Away, "{other}");
        }
    }

    #[test]
    fn waiting_is_bounded() {
        assert!(hold(Refresh::InFlight, Duration::from_secs(129)) && !hold(Refresh::InFlight, LONGEST));
        assert!(hold(Refresh::Near, Duration::from_secs(2)) && !hold(Refresh::Near, SETTLE));
        assert!(!hold(Refresh::Away, Duration::ZERO));
    }
}
