//! This Core's key for ssh. It is made here and never leaves; its public half is what an administrator gives to a server.

use super::GitFolder;
use crate::private_files;
use secrecy::SecretString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum DeployKeyError {
    #[error("ssh-keygen cannot be run: {0}")]
    Run(#[from] io::Error),
    #[error("ssh-keygen takes too long")]
    Timeout,
    #[error("ssh-keygen fails: {0}")]
    Failed(String),
}

/// The key, made when it is first asked for.
#[derive(Clone, Debug)]
pub(super) struct DeployKey {
    path: PathBuf,
    /// Held by whoever makes it.
    making: Arc<Mutex<()>>,
}

impl DeployKey {
    pub(super) fn new(folder: &GitFolder) -> Self {
        Self { path: folder.deploy_key(), making: Arc::default() }
    }

    /// The public half, as servers take it.
    pub(super) async fn public(&self) -> Result<String, DeployKeyError> {
        let line = keygen(|command| command.arg("-y").arg("-f").arg(&self.path)).await?;
        // ssh-keygen names it after who made it, which tells others of this host.
        let key: Vec<&str> = line.split_whitespace().take(2).collect();
        Ok(format!("{} condrix-core", key.join(" ")))
    }

    /// Whether it was made. Blocking.
    pub(super) fn is_there(&self) -> bool {
        // What cannot be looked at is of no use either.
        self.path.try_exists().unwrap_or(false)
    }

    /// What of its private half is its own, line by line: the first is the same for all keys of its kind. Blocking.
    pub(super) fn secrets(&self) -> Vec<SecretString> {
        // One that others could read is not ours to hide any more; one that cannot be read says nothing.
        let Ok(Some(text)) = private_files::read(&self.path) else { return Vec::new() };
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        lines.skip(1).map(SecretString::from).collect()
    }

    /// That there is a key.
    pub(super) async fn ensure(&self) -> Result<(), DeployKeyError> {
        let _alone = self.making.lock().await;
        if self.path.try_exists()? {
            return Ok(());
        }
        let unfinished = self.path.with_extension("new");
        for left in [unfinished.clone(), unfinished.with_extension("new.pub")] {
            remove(&left)?;
        }
        keygen(|command| command.args(["-q", "-t", "ed25519", "-N", "", "-C", "condrix-core", "-f"]).arg(&unfinished))
            .await?;
        // Its public half can be had from it at any time.
        remove(&unfinished.with_extension("new.pub"))?;
        Ok(std::fs::rename(&unfinished, &self.path)?)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn keygen(arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<String, DeployKeyError> {
    let mut command = Command::new("ssh-keygen");
    command.env_clear().stdin(Stdio::null()).kill_on_drop(true);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = timeout(PATIENCE, arguments(&mut command).output()).await.map_err(|_| DeployKeyError::Timeout)??;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(DeployKeyError::Failed(super::progress::reason(&String::from_utf8_lossy(&output.stderr))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[tokio::test]
    async fn a_key_is_made_once_and_only_its_public_half_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let git = GitFolder::open(folder.path()).unwrap();
        let key = DeployKey::new(&git);
        assert!(!key.is_there());
        let (one, other) = tokio::join!(key.ensure(), key.ensure());
        one.and(other).unwrap();
        assert!(key.is_there());
        let public = key.public().await.unwrap();
        assert_eq!(DeployKey::new(&git).public().await.unwrap(), public);
        assert!(public.starts_with("ssh-ed25519 AAAA") && public.ends_with(" condrix-core"), "{public}");
        assert_eq!(git.deploy_key().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let files = std::fs::read_dir(git.deploy_key().parent().unwrap()).unwrap();
        let files = files.filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_file());
        assert_eq!(files.count(), 1, "nothing is left beside it");
    }
}
