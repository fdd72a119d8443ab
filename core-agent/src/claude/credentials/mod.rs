//! The CLI's credentials: read for their expiry, scopes and plan and to know what the guard must mask; watched for change;
//! refreshed ahead of their expiry. The values themselves go nowhere but into the guard.

mod console_key;
mod file;
mod refresh;
mod watch;

pub(super) use console_key::ConsoleKey;
pub(super) use file::Credentials;
#[cfg(test)]
pub(super) use file::Tokens;
pub(super) use refresh::{Attempt, Past, Refresher};
pub(super) use watch::Watcher;
