//! How git is run: with a configuration of ours alone, and an environment that is complete.

use super::address::{Address, Branch};
use super::configuration::variables;
use super::proof::Proof;
use crate::supervise::Spec;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a clone lies, beneath its own folder, until it is whole.
pub(super) const TREE: &str = "tree";
/// The agent's variables that git gets: how to reach others, and whom to trust.
const PASSED: [&str; 6] = ["PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"];
/// Who vouches for servers.
pub(super) const AUTHORITY: &str = "SSL_CERT_FILE";
/// git has nothing to lose that a clone does not lose anyway.
const GRACE: Duration = Duration::ZERO;

/// What git is run with on this Core.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub(super) command: PathBuf,
    pub(super) proof: Proof,
    pub(super) environment: Vec<(String, String)>,
}

/// What of the agent's environment git gets.
pub(super) fn passed(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut passed = Vec::new();
    for (name, value) in variables {
        if PASSED.contains(&name.as_str()) {
            passed.push((name, value));
        } else if name == AUTHORITY {
            // Debian's git does not look at that one.
            passed.push(("GIT_SSL_CAINFO".to_owned(), value));
        }
    }
    passed
}

impl Git {
    /// A clone into `tree` beneath `folder`, which is its own.
    pub(super) fn clone(&self, address: &Address, branch: Option<&Branch>, folder: &Path, alone: PathBuf) -> Spec {
        let mut argv: Vec<String> = vec![self.command.to_string_lossy().into_owned(), "clone".to_owned()];
        let options = ["--progress", "--no-recurse-submodules", "--template=", "--origin=origin"];
        argv.extend(options.map(str::to_owned));
        argv.extend(branch.map(|branch| format!("--branch={}", branch.as_str())));
        argv.extend(["--".to_owned(), address.as_str().to_owned(), TREE.to_owned()]);
        Spec {
            argv,
            env: self.environment(folder),
            cwd: folder.to_owned(),
            api_key: None,
            refreshes_in: None,
            alone: Some(alone),
            grace: GRACE,
        }
    }

    fn environment(&self, folder: &Path) -> Vec<(String, String)> {
        let mut environment = self.environment.clone();
        let mut set = |name: &str, value: String| environment.push((name.to_owned(), value));
        // Progress and failures are read by us.
        set("LC_ALL", "C.UTF-8".to_owned());
        set("HOME", folder.display().to_string());
        set("GIT_CONFIG_NOSYSTEM", "1".to_owned());
        set("GIT_CONFIG_GLOBAL", "/dev/null".to_owned());
        set("GIT_TERMINAL_PROMPT", "0".to_owned());
        set("GIT_ASKPASS", "/bin/false".to_owned());
        set("SSH_ASKPASS_REQUIRE", "never".to_owned());
        set("GIT_LFS_SKIP_SMUDGE", "1".to_owned());
        set("GIT_SSH_VARIANT", "ssh".to_owned());
        set("GIT_SSH_COMMAND", self.proof.ssh());
        environment.extend(variables(self.configuration()));
        environment
    }

    /// As with `git -c`: it holds for this run and is written into no repository.
    fn configuration(&self) -> Vec<(&'static str, String)> {
        let fixed = [
            ("protocol.allow", "never"),
            ("protocol.https.allow", "always"),
            ("protocol.ssh.allow", "always"),
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.askPass", "/bin/false"),
            ("submodule.recurse", "false"),
            // A server that hangs is none.
            ("http.lowSpeedLimit", "1"),
            ("http.lowSpeedTime", "60"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("advice.detachedHead", "false"),
            // Whatever helpers there were before this line are forgotten.
            ("credential.helper", ""),
        ];
        let fixed = fixed.into_iter().map(|(key, value)| (key, value.to_owned()));
        fixed.chain([("credential.helper", self.proof.helper())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::GitFolder;
    use super::*;

    fn git() -> Git {
        let folder = GitFolder("/state dir/git".into());
        Git {
            command: "git".into(),
            proof: Proof { folder, program: "/opt/it's/core-agent".into(), known_hosts: None },
            environment: passed([
                ("PATH".to_owned(), "/usr/bin".to_owned()),
                ("GIT_DIR".to_owned(), "/elsewhere".to_owned()),
                ("SSL_CERT_FILE".to_owned(), "/ca.pem".to_owned()),
            ]),
        }
    }

    #[test]
    fn an_address_is_never_an_option() {
        let (address, branch) = ("https://example.com/a".parse().unwrap(), "main".parse().unwrap());
        let spec = git().clone(&address, Some(&branch), Path::new("/clone"), "/lock".into());
        let [.., branch, dashes, address, tree] = &spec.argv[..] else { panic!("{:?}", spec.argv) };
        assert_eq!([branch, dashes, address, tree], ["--branch=main", "--", "https://example.com/a", "tree"]);
    }

    #[test]
    fn the_environment_is_ours_and_what_steers_git_is_not_inherited() {
        let address = "git@example.com:a".parse().unwrap();
        let spec = git().clone(&address, None, Path::new("/clone"), "/lock".into());
        let value = |name: &str| {
            let found: Vec<_> = spec.env.iter().filter(|(key, _)| key == name).collect();
            assert!(found.len() < 2, "{found:?}");
            found.first().map(|(_, value)| value.as_str())
        };
        assert_eq!((value("PATH"), value("GIT_DIR")), (Some("/usr/bin"), None));
        assert_eq!((value("GIT_SSL_CAINFO"), value("HOME")), (Some("/ca.pem"), Some("/clone")));
        assert_eq!(value("GIT_TERMINAL_PROMPT"), Some("0"));
        let count: usize = value("GIT_CONFIG_COUNT").unwrap().parse().unwrap();
        let all: Vec<_> = (0..count)
            .map(|number| {
                let part = |part: &str| value(&format!("GIT_CONFIG_{part}_{number}")).unwrap();
                (part("KEY"), part("VALUE"))
            })
            .collect();
        assert!(all.contains(&("protocol.allow", "never")) && all.contains(&("core.hooksPath", "/dev/null")));
        assert_eq!(all[count - 2..], [("credential.helper", ""), ("credential.helper", &*git().proof.helper())]);
    }
}
