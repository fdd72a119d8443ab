//! Who signed this Core in, on disk: the account alone does not say which user of the gateway it is.

use super::state::AuthStatus;
use protocol::ids::UserId;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

const MAX_FILE: u64 = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Owner {
    pub(super) user: UserId,
    /// The account that it was: another one on the host is not this user's.
    account: Option<String>,
    organisation: Option<String>,
}

impl Owner {
    pub(super) fn new(user: UserId, status: &AuthStatus) -> Self {
        Self { user, account: status.email.clone(), organisation: status.org_id.clone() }
    }

    /// Whether this is still the sign-in on the host.
    pub(super) fn owns(&self, status: &AuthStatus) -> bool {
        self.account == status.email && self.organisation == status.org_id
    }

    /// None where there is no owner, or none that can be understood: nobody then.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        match File::open(path).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text)) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "the owner's file cannot be read");
                return None;
            }
        }
        let owner = serde_json::from_str(&text);
        owner.inspect_err(|error| tracing::error!(%error, path = %path.display(), "the owner's file is damaged")).ok()
    }

    /// Replaces the file as a whole.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        let new = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(serde_json::to_string(self)?.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    pub(super) fn remove(path: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn status(email: &str) -> AuthStatus {
        AuthStatus { logged_in: true, email: Some(email.into()), ..AuthStatus::default() }
    }

    #[test]
    fn an_owner_is_remembered_privately_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("owner.json");
        assert_eq!(Owner::read(&path), None);
        let owner = Owner::new(UserId::new(), &status("ada@example.com"));
        owner.write(&path).unwrap();
        assert_eq!(Owner::read(&path), Some(owner));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        Owner::remove(&path).unwrap();
        Owner::remove(&path).unwrap();
        assert_eq!(Owner::read(&path), None);
    }

    #[test]
    fn another_account_on_the_host_has_no_owner() {
        let owner = Owner::new(UserId::new(), &status("ada@example.com"));
        assert!(owner.owns(&status("ada@example.com")));
        assert!(!owner.owns(&status("ben@example.com")));
    }

    #[test]
    fn a_damaged_file_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("owner.json");
        for text in ["", "{}", r#"{"user":"x"}"#, "[]"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Owner::read(&path), None, "{text}");
        }
    }
}
