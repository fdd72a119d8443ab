//! Names and passwords (tokens, mostly) for https, one per host. They are written and never read back: git alone is given
//! them, by `core-agent git-credential`, over a pipe. They are in no address, argument or environment.

use super::GitFolder;
use crate::guard::{Guard, Source};
use crate::private_files::{self, PrivateFileError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

const MOST: usize = 64;
const LONGEST_HOST: usize = 255;
const LONGEST_NAME: usize = 256;
const LONGEST_PASSWORD: usize = 4_096;
/// What git asks with.
const LONGEST_QUESTION: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error("a host is its name, with its port behind a colon where that is not 443")]
    Host,
    #[error("a name is 1 to {LONGEST_NAME} characters, a password 1 to {LONGEST_PASSWORD}, both without line breaks")]
    Value,
    #[error("this Core has credentials for {MOST} hosts, which is as many as it takes")]
    TooMany,
    #[error("there is no credential for this host")]
    Unknown,
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("{} cannot be understood: {error}", .path.display())]
    Malformed { path: PathBuf, error: serde_json::Error },
}

/// What a host is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    pub username: String,
    #[serde(serialize_with = "expose")]
    pub password: SecretString,
}

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

type ByHost = BTreeMap<String, Credential>;

#[derive(Clone, Debug)]
pub(super) struct Credentials {
    path: PathBuf,
    guard: Guard,
    /// Held by whoever changes the file.
    changing: Arc<Mutex<()>>,
}

impl Credentials {
    /// Tells the guard what there is. Blocking, as all of these.
    pub(super) fn new(folder: &GitFolder, guard: Guard) -> Self {
        let credentials = Self { path: folder.credentials(), guard, changing: Arc::default() };
        match read(&credentials.path) {
            Ok(all) => credentials.tell_guard(&[&all]),
            Err(error) => tracing::error!(%error, "the credentials for repositories cannot be read"),
        }
        credentials
    }

    fn tell_guard(&self, in_use: &[&ByHost]) {
        let credentials = in_use.iter().flat_map(|all| all.values());
        self.guard.set_live(Source::Git, credentials.map(|credential| credential.password.clone()).collect());
    }

    /// The hosts and the names, in order.
    pub(super) fn list(&self) -> Result<Vec<(String, String)>, CredentialError> {
        Ok(read(&self.path)?.into_iter().map(|(host, credential)| (host, credential.username)).collect())
    }

    /// Keeps a credential in place of an older one.
    pub(super) fn put(&self, host: &str, credential: Credential) -> Result<(), CredentialError> {
        check(host, &credential)?;
        self.change(|all| {
            if all.len() >= MOST && !all.contains_key(host) {
                return Err(CredentialError::TooMany);
            }
            all.insert(host.to_owned(), credential);
            Ok(())
        })
    }

    pub(super) fn remove(&self, host: &str) -> Result<(), CredentialError> {
        self.change(|all| all.remove(host).map(drop).ok_or(CredentialError::Unknown))
    }

    fn change(&self, change: impl FnOnce(&mut ByHost) -> Result<(), CredentialError>) -> Result<(), CredentialError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = read(&self.path)?;
        let mut all = before.clone();
        change(&mut all)?;
        let malformed = |error| CredentialError::Malformed { path: self.path.clone(), error };
        let text = Zeroizing::new(serde_json::to_vec(&all).map_err(malformed)?);
        // Before anything can carry them; and where the file is not written, the ones before stay in use.
        self.tell_guard(&[&before, &all]);
        private_files::write(&self.path, &text)?;
        self.tell_guard(&[&all]);
        Ok(())
    }
}

fn check(host: &str, Credential { username, password }: &Credential) -> Result<(), CredentialError> {
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let sound = !name.is_empty() && name.bytes().all(plain) && !name.starts_with(['.', '-']);
    if !sound || host.len() > LONGEST_HOST || host.ends_with(":443") || port.parse::<u16>().is_err() {
        return Err(CredentialError::Host);
    }
    let fits = |text: &str, most| (1..=most).contains(&text.len()) && !text.contains(['\n', '\r', '\0']);
    let fits = fits(username, LONGEST_NAME) && fits(password.expose_secret(), LONGEST_PASSWORD);
    if fits { Ok(()) } else { Err(CredentialError::Value) }
}

fn read(path: &Path) -> Result<ByHost, CredentialError> {
    let Some(text) = private_files::read(path)? else { return Ok(ByHost::new()) };
    serde_json::from_slice(&text).map_err(|error| CredentialError::Malformed { path: path.to_owned(), error })
}

/// `core-agent git-credential FILE OPERATION`: git asks on stdin, as gitcredentials(7) says, and is answered on stdout. It
/// would also have the helper keep or forget what has worked or not; that is for an administrator.
pub fn answer(file: &Path, operation: &str) -> Result<(), CredentialError> {
    if operation != "get" {
        return Ok(());
    }
    let mut out = io::stdout();
    if let Some(credential) = asked_for(io::stdin(), &read(file)?) {
        let password = credential.password.expose_secret();
        let text = Zeroizing::new(format!("username={}\npassword={password}\n", credential.username));
        // git has gone away: nobody needs the answer.
        drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }
    Ok(())
}

fn asked_for(question: impl io::Read, all: &ByHost) -> Option<Credential> {
    let (mut protocol, mut host) = (None, None);
    for line in io::BufReader::new(question.take(LONGEST_QUESTION)).lines() {
        let line = line.ok()?;
        match line.split_once('=') {
            Some(("protocol", value)) => protocol = Some(value.to_owned()),
            Some(("host", value)) => host = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
    let host = host.filter(|_| protocol.as_deref() == Some("https"))?;
    all.get(host.strip_suffix(":443").unwrap_or(&host)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn credential(password: &str) -> Credential {
        Credential { username: "ada".into(), password: password.to_owned().into() }
    }

    #[test]
    fn a_host_is_answered_with_its_own_credential_over_https_alone() {
        let all = ByHost::from([
            ("example.com".to_owned(), credential("one")),
            ("example.com:8443".to_owned(), credential("two")),
        ]);
        let asked = |text: &str| {
            let found = asked_for(text.as_bytes(), &all)?;
            Some(found.password.expose_secret().to_owned())
        };
        assert_eq!(asked("protocol=https\nhost=example.com\n\n").as_deref(), Some("one"));
        assert_eq!(asked("protocol=https\nhost=Example.com:443\n").as_deref(), Some("one"));
        assert_eq!(asked("protocol=https\nhost=example.com:8443\npath=a\n").as_deref(), Some("two"));
        for other in
            ["protocol=http\nhost=example.com\n", "protocol=https\nhost=evil.example.com\n", "host=example.com\n"]
        {
            assert_eq!(asked(other), None, "{other:?}");
        }
    }

    #[test]
    fn credentials_are_kept_privately_replaced_and_removed_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::new(&GitFolder::open(folder.path()).unwrap(), Guard::new());
        credentials.put("example.com", credential("s3cret")).unwrap();
        credentials.put("example.com", credential("newer")).unwrap();
        assert_eq!(credentials.list().unwrap(), [("example.com".to_owned(), "ada".to_owned())]);
        assert_eq!(credentials.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{:?}", credential("s3cret")).contains("s3cret"));
        credentials.remove("example.com").unwrap();
        assert!(matches!(credentials.remove("example.com"), Err(CredentialError::Unknown)));
        assert_eq!(credentials.list().unwrap(), []);
    }

    #[test]
    fn a_password_stays_masked_for_as_long_as_it_is_in_use_although_it_was_to_be_another_one() {
        let (folder, guard) = (tempfile::tempdir().unwrap(), Guard::new());
        let credentials = Credentials::new(&GitFolder::open(folder.path()).unwrap(), guard.clone());
        credentials.put("example.com", credential("first-password")).unwrap();
        // In the way of what is written.
        let unfinished = credentials.path.with_extension("new");
        std::fs::create_dir(&unfinished).unwrap();
        let is_live = |password: &str| guard.is_live(&password.to_owned().into());
        for change in [credentials.put("example.com", credential("second-password")), credentials.remove("example.com")]
        {
            assert!(matches!(change, Err(CredentialError::File(_))), "{change:?}");
            assert!(is_live("first-password"));
        }
        std::fs::remove_dir(&unfinished).unwrap();
        credentials.put("example.com", credential("second-password")).unwrap();
        assert!(is_live("second-password") && !is_live("first-password"));
    }

    #[test]
    fn what_would_break_gits_protocol_or_name_another_host_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = Credentials::new(&GitFolder::open(folder.path()).unwrap(), Guard::new());
        for host in ["", "https://example.com", "example.com/a", "Example.com", "a:b", "a:443", "a\nhost=b", "-a", "*"]
        {
            assert!(matches!(credentials.put(host, credential("x")), Err(CredentialError::Host)), "{host:?}");
        }
        for password in ["", "a\nb", "a\0b", &"x".repeat(LONGEST_PASSWORD + 1)] {
            assert!(matches!(credentials.put("example.com", credential(password)), Err(CredentialError::Value)));
        }
        for number in 0..MOST {
            credentials.put(&format!("h{number}"), credential("x")).unwrap();
        }
        assert!(matches!(credentials.put("another", credential("x")), Err(CredentialError::TooMany)));
    }
}
