//! What this Core proves itself with to servers of repositories, and to whom of this Core it is lent.
//!
//! Clones always have it. git in sessions and terminals finds it in one file of configuration
//! ([`GitFolder::shared`](super::GitFolder::shared)), which their environment includes: it is written anew when there is
//! another credential or the first deploy key, and says nothing where an administrator has it so.

use super::GitFolder;
use super::command::AUTHORITY;
use super::configuration::File;
use super::credentials::{Credential, CredentialError, Credentials};
use super::deploy_key::{DeployKey, DeployKeyError};
use super::proof::Proof;
use crate::config::Config;
use crate::guard::{Guard, Source};
use crate::private_files::{self, PrivateFileError};
use crate::supervise::Supervisor;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Debug)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    key: DeployKey,
    credentials: Credentials,
    guard: Guard,
    proof: Proof,
    /// Who vouches for servers, where the agent's environment says so.
    authority: Option<String>,
    lent: bool,
    /// Held by whoever writes the file.
    writing: Mutex<()>,
}

impl Identity {
    /// That of this Core. Blocking.
    pub fn of(config: &Config, supervisor: &Supervisor, guard: Guard) -> Result<Self, PrivateFileError> {
        let known_hosts = &config.git.known_hosts;
        let proof = Proof {
            folder: GitFolder::open(&config.state_dir)?,
            program: supervisor.lasting_name(),
            known_hosts: (!known_hosts.as_os_str().is_empty()).then(|| known_hosts.clone()),
        };
        Ok(Self::open(proof, std::env::var(AUTHORITY).ok(), config.git.in_workspaces, guard))
    }

    /// Tells the guard and whom it is lent to of what there is.
    fn open(proof: Proof, authority: Option<String>, lent: bool, guard: Guard) -> Self {
        let (key, credentials) = (DeployKey::new(&proof.folder), Credentials::new(&proof.folder, guard.clone()));
        guard.set_live(Source::DeployKey, key.secrets());
        let writing = Mutex::default();
        let identity = Self(Arc::new(Inner { key, credentials, guard, proof, authority, lent, writing }));
        identity.lend();
        identity
    }

    /// The deploy key's public half. The key is made when it is first asked for.
    pub async fn public_key(&self) -> Result<String, DeployKeyError> {
        self.ensure_key().await?;
        self.0.key.public().await
    }

    pub(super) fn proof(&self) -> &Proof {
        &self.0.proof
    }

    pub(super) async fn ensure_key(&self) -> Result<(), DeployKeyError> {
        let was_there = self.0.key.is_there();
        self.0.key.ensure().await?;
        if !was_there {
            self.0.guard.set_live(Source::DeployKey, self.0.key.secrets());
            self.lend();
        }
        Ok(())
    }

    /// The hosts that there are credentials for and the names there, in order. Blocking, as those that follow.
    pub fn credentials(&self) -> Result<Vec<(String, String)>, CredentialError> {
        self.0.credentials.list()
    }

    pub fn put_credential(&self, host: &str, credential: Credential) -> Result<(), CredentialError> {
        self.0.credentials.put(host, credential)?;
        self.lend();
        Ok(())
    }

    pub fn remove_credential(&self, host: &str) -> Result<(), CredentialError> {
        self.0.credentials.remove(host)?;
        self.lend();
        Ok(())
    }

    /// Brings the file up to what there is. Where that fails, clones are as they should be and the next start tries again.
    fn lend(&self) {
        let Inner { proof, writing, .. } = &*self.0;
        let _alone = writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = proof.folder.shared();
        let written = self.configuration().and_then(|text| {
            if private_files::read(&path)?.is_none_or(|there| *there != text.as_bytes()) {
                private_files::write(&path, text.as_bytes())?;
            }
            Ok(())
        });
        if let Err(error) = written {
            tracing::error!(%error, "git in sessions and terminals is not told of this Core's credentials");
        }
    }

    fn configuration(&self) -> Result<String, CredentialError> {
        let Inner { key, credentials, proof, authority, lent, .. } = &*self.0;
        let mut file = File::default();
        if *lent {
            for (host, _) in credentials.list()? {
                // For this host alone, and nobody but us is asked, or told afterwards what has worked.
                let section = file.section("credential", Some(&format!("https://{host}")));
                section.line("helper", "").line("helper", &proof.helper());
            }
            if key.is_there() {
                file.section("core", None).line("sshCommand", &proof.ssh());
            }
            if let Some(authority) = authority {
                file.section("http", None).line("sslCAInfo", authority);
            }
        }
        Ok(file.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::MASK;

    fn identity(folder: &GitFolder, lent: bool, guard: &Guard) -> Identity {
        let proof = Proof { folder: folder.clone(), program: "/core-agent".into(), known_hosts: None };
        Identity::open(proof, Some("/ca.pem".to_owned()), lent, guard.clone())
    }

    fn credential(password: &str) -> Credential {
        Credential { username: "ada".into(), password: password.into() }
    }

    #[tokio::test]
    async fn sessions_and_terminals_are_lent_what_there_is_where_they_are_lent_anything() {
        let state = tempfile::tempdir().unwrap();
        let (folder, guard) = (GitFolder::open(state.path()).unwrap(), Guard::new());
        let shared = || std::fs::read_to_string(folder.shared()).unwrap();
        let lends = identity(&folder, true, &guard);
        assert!(!shared().contains("credential") && !shared().contains("sshCommand"), "{}", shared());
        lends.put_credential("example.com", credential("s3cret-of-git")).unwrap();
        lends.public_key().await.unwrap();
        let told = shared();
        assert!(
            told.contains("[credential \"https://example.com\"]\n\thelper = \"\"\n\thelper = \"!'/core-agent'"),
            "{told}"
        );
        assert!(told.contains("sshCommand = \"ssh -F /dev/null") && told.contains("sslCAInfo = \"/ca.pem\""), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
        let key = std::fs::read_to_string(folder.deploy_key()).unwrap();
        let shown = guard.mask(key.clone());
        assert!(shown.contains(MASK) && !key.lines().skip(2).take(3).any(|line| shown.contains(line)), "{shown}");
        lends.remove_credential("example.com").unwrap();
        assert!(!shared().contains("credential"), "{}", shared());
        drop(lends);
        identity(&folder, false, &guard);
        assert_eq!(shared(), "");
    }

    #[test]
    fn a_password_is_masked_from_before_it_is_kept_and_by_the_next_agent() {
        let state = tempfile::tempdir().unwrap();
        let folder = GitFolder::open(state.path()).unwrap();
        for guard in [Guard::new(), Guard::new()] {
            let identity = identity(&folder, true, &guard);
            if identity.credentials().unwrap().is_empty() {
                identity.put_credential("example.com", credential("s3cret-of-git")).unwrap();
            }
            assert_eq!(guard.mask("it is s3cret-of-git.".into()), format!("it is {MASK}."));
        }
    }
}
