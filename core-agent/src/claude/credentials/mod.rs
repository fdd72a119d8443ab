//! The CLI's credentials file: read for its expiry, scopes and plan and to know what the guard must mask; watched for
//! change; refreshed ahead of its expiry. The values themselves go nowhere but into the guard.

mod file;
mod refresh;
mod watch;

pub(super) use file::Credentials;
#[cfg(test)]
pub(super) use file::Tokens;
pub(super) use refresh::{Attempt, Past, Refresher};
pub(super) use watch::Watcher;
