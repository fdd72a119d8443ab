//! The commands by which git proves this Core to servers: in clones and in workspaces the same.

use super::GitFolder;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub(super) folder: GitFolder,
    /// The agent's own program, which git asks for credentials.
    pub(super) program: PathBuf,
    /// The hosts whose keys an administrator vouches for. None: a host's first key is believed and kept.
    pub(super) known_hosts: Option<PathBuf>,
}

impl Proof {
    /// git's `credential.helper`. Where the credentials lie is no secret; what they are goes over a pipe.
    pub(super) fn helper(&self) -> String {
        format!("!{} git-credential {}", quoted(&self.program), quoted(&self.folder.credentials()))
    }

    /// git's `core.sshCommand`: the deploy key and nothing else that this user may have; a host's key that has changed is
    /// refused.
    pub(super) fn ssh(&self) -> String {
        let (known, checking) = match &self.known_hosts {
            Some(file) => (file.clone(), "yes"),
            None => (self.folder.known_hosts(), "accept-new"),
        };
        let option = |name: &str, file: &Path| format!("-o {}", quoted(Path::new(&ssh_value(name, file))));
        [
            "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o ForwardAgent=no",
            "-o ClearAllForwardings=yes -o PermitLocalCommand=no -o ConnectTimeout=20 -o ServerAliveInterval=15",
            "-o HashKnownHosts=no -o GlobalKnownHostsFile=/dev/null",
            &format!("-o StrictHostKeyChecking={checking}"),
            &option("IdentityFile", &self.folder.deploy_key()),
            &option("UserKnownHostsFile", &known),
        ]
        .join(" ")
    }
}

/// As ssh reads a file's name in an option: in quotes, with its own signs doubled.
fn ssh_value(name: &str, file: &Path) -> String {
    let file = file.to_string_lossy().replace('%', "%%").replace('\\', "\\\\").replace('"', "\\\"");
    format!("{name}=\"{file}\"")
}

/// As a shell reads it: git hands both commands to one.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(known_hosts: Option<PathBuf>) -> Proof {
        Proof { folder: GitFolder("/state dir/git".into()), program: "/opt/it's/core-agent".into(), known_hosts }
    }

    #[test]
    fn a_hosts_key_is_learnt_once_or_vouched_for() {
        let learnt = proof(None).ssh();
        assert!(learnt.contains("StrictHostKeyChecking=accept-new"), "{learnt}");
        assert!(learnt.contains(r#"'UserKnownHostsFile="/state dir/git/known_hosts"'"#), "{learnt}");
        let vouched = proof(Some("/etc/condrix/known_hosts".into())).ssh();
        assert!(vouched.contains("StrictHostKeyChecking=yes"), "{vouched}");
        assert!(vouched.contains(r#"'UserKnownHostsFile="/etc/condrix/known_hosts"'"#), "{vouched}");
    }

    #[test]
    fn paths_reach_the_helper_whatever_is_in_them() {
        let helper = proof(None).helper();
        assert_eq!(helper, r"!'/opt/it'\''s/core-agent' git-credential '/state dir/git/credentials.json'");
    }
}
