//! How git is run: with a configuration of ours alone, and an environment that is complete.

use super::GitFolder;
use super::address::{Address, Branch, Transport};
use crate::supervise::Spec;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a clone lies, beneath its own folder, until it is whole.
pub(super) const TREE: &str = "tree";
/// The agent's variables that git gets: how to reach others, and whom to trust.
const PASSED: [&str; 6] = ["PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"];
/// git has nothing to lose that a clone does not lose anyway.
const GRACE: Duration = Duration::ZERO;

/// What git is run with on this Core.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub(super) command: PathBuf,
    pub(super) folder: GitFolder,
    /// The agent's own program, which git asks for credentials.
    pub(super) helper: PathBuf,
    /// The hosts whose keys an administrator vouches for. None: a host's first key is believed and kept.
    pub(super) known_hosts: Option<PathBuf>,
    pub(super) environment: Vec<(String, String)>,
}

/// What of the agent's environment git gets.
pub(super) fn passed(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut passed = Vec::new();
    for (name, value) in variables {
        if PASSED.contains(&name.as_str()) {
            passed.push((name, value));
        } else if name == "SSL_CERT_FILE" {
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
            env: self.environment(address.transport(), folder),
            cwd: folder.to_owned(),
            api_key: None,
            refreshes_in: None,
            alone: Some(alone),
            grace: GRACE,
        }
    }

    fn environment(&self, transport: Transport, folder: &Path) -> Vec<(String, String)> {
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
        set("GIT_SSH_COMMAND", self.ssh());
        if transport == Transport::Https {
            set(super::credentials::FILE_VARIABLE, self.folder.credentials().display().to_string());
        }
        let configuration = self.configuration();
        set("GIT_CONFIG_COUNT", configuration.len().to_string());
        for (number, (key, value)) in configuration.into_iter().enumerate() {
            set(&format!("GIT_CONFIG_KEY_{number}"), key.to_owned());
            set(&format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        environment
    }

    /// As with `git -c`: it holds for this run and is written into no repository.
    fn configuration(&self) -> Vec<(&'static str, String)> {
        let helper = format!("!{} git-credential", quoted(&self.helper));
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
        fixed.chain([("credential.helper", helper)]).collect()
    }

    /// The deploy key and nothing else that this user may have; a host's key that has changed is refused.
    fn ssh(&self) -> String {
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

    fn git(known_hosts: Option<PathBuf>) -> Git {
        Git {
            command: "git".into(),
            folder: GitFolder("/state dir/git".into()),
            helper: "/opt/it's/core-agent".into(),
            known_hosts,
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
        let spec = git(None).clone(&address, Some(&branch), Path::new("/clone"), "/lock".into());
        let [.., branch, dashes, address, tree] = &spec.argv[..] else { panic!("{:?}", spec.argv) };
        assert_eq!([branch, dashes, address, tree], ["--branch=main", "--", "https://example.com/a", "tree"]);
    }

    #[test]
    fn the_environment_is_ours_and_what_steers_git_is_not_inherited() {
        let address = "git@example.com:a".parse().unwrap();
        let spec = git(None).clone(&address, None, Path::new("/clone"), "/lock".into());
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
        assert_eq!(all[count - 1], ("credential.helper", r"!'/opt/it'\''s/core-agent' git-credential"));
        assert_eq!(value("CONDRIX_GIT_CREDENTIALS"), None, "ssh has no use for passwords");
    }

    #[test]
    fn a_hosts_key_is_learnt_once_or_vouched_for() {
        let learnt = git(None).ssh();
        assert!(learnt.contains("StrictHostKeyChecking=accept-new"), "{learnt}");
        assert!(learnt.contains(r#"'UserKnownHostsFile="/state dir/git/known_hosts"'"#), "{learnt}");
        let vouched = git(Some("/etc/condrix/known_hosts".into())).ssh();
        assert!(vouched.contains("StrictHostKeyChecking=yes"), "{vouched}");
        assert!(vouched.contains(r#"'UserKnownHostsFile="/etc/condrix/known_hosts"'"#), "{vouched}");
    }
}
