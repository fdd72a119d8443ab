//! Whose shell runs in a terminal, and what it is told of where it is.

use super::spec::About;
use crate::git::{self, GitFolder};
use protocol::ids::CoreId;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

const FALLBACK_SHELL: &str = "/bin/sh";
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// This process's user, as the operating system knows it.
#[derive(Debug)]
pub(super) struct Login {
    name: Option<String>,
    home: PathBuf,
    pub(super) shell: PathBuf,
}

/// `shell` is the configured one; the user's own where that is empty.
pub(super) fn look_up(shell: &Path, home: &Path) -> Login {
    let uid = rustix::process::getuid().as_raw();
    // A user that the file does not know has no name here and gets the plainest shell.
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let (name, own) = entry(&users, uid).unzip();
    let configured = (!shell.as_os_str().is_empty()).then(|| shell.to_owned());
    let shell = configured.or(own.flatten()).unwrap_or_else(|| FALLBACK_SHELL.into());
    Login { name, home: home.to_owned(), shell }
}

/// A user's name and shell: `name:password:uid:gid:comment:home:shell`. A shell that lets nobody in is none.
fn entry(users: &str, uid: u32) -> Option<(String, Option<PathBuf>)> {
    users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, id, _, _, _, shell] = fields[..] else { return None };
        if id.parse() != Ok(uid) {
            return None;
        }
        let lets_in = !shell.is_empty() && !matches!(shell.rsplit('/').next(), Some("nologin" | "false"));
        Some((name.to_owned(), lets_in.then(|| shell.into())))
    })
}

impl Login {
    /// All that a shell's environment holds. The agent's own variables are not in it, but for those that are passed on
    /// to every process of the CLI.
    pub(super) fn environment(
        &self,
        passed: &[(String, String)],
        core: CoreId,
        config: Option<&Path>,
        about: &About,
        git: &GitFolder,
    ) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut environment: Vec<(&str, String)> = vec![
            ("HOME", text(&self.home)),
            ("SHELL", text(&self.shell)),
            ("TERM", "xterm-256color".to_owned()),
            ("COLORTERM", "truecolor".to_owned()),
            (super::cli::CORE, core.to_string()),
            (super::left_behind::TERMINAL, about.id.to_string()),
        ];
        if let Some(name) = &self.name {
            environment.extend([("USER", name.clone()), ("LOGNAME", name.clone())]);
        }
        if let Some(workspace) = &about.workspace {
            environment.push(("CONDRIX_WORKSPACE", workspace.clone()));
        }
        if let Some(config) = config {
            environment.push(("CONDRIX_CORE_CONFIG", text(config)));
        }
        let path = passed.iter().find(|(name, _)| name == "PATH").map_or(DEFAULT_PATH, |(_, path)| path);
        environment.push(("PATH", path.to_owned()));
        let own = |name: &str| environment.iter().any(|(own, _)| *own == name);
        let is_inherited = |name: &str| !own(name) && !git::is_variable(name);
        let mut all: Vec<_> = passed.iter().filter(|(name, _)| is_inherited(name)).cloned().collect();
        all.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        // Neither file need be there: each is looked for whenever git starts.
        let included = [git.shared(), git.author(about.created_by.user)];
        all.extend(git::variables(included.iter().map(|file| ("include.path", text(file)))));
        all
    }
}

/// What a shell is started with, its own name first. It is a login shell. Such a shell sets the PATH by the host's
/// profiles, whatever it was given: where there are `tools` to be found behind that, it is one that only reads the
/// profiles and then becomes an interactive shell.
pub(super) fn arguments(shell: &Path, tools: &[PathBuf]) -> Vec<OsString> {
    let name = shell.file_name().unwrap_or_default();
    let tools = (!tools.is_empty()).then(|| tools.iter().map(|tools| tools.to_str()).collect::<Option<Vec<_>>>());
    let behind = tools.flatten().map(|tools| tools.join(":")).zip(shell.to_str());
    // All of these read the command alike; within single quotes only one letter is special.
    let known = matches!(name.to_str(), Some("sh" | "dash" | "bash" | "ksh" | "zsh" | "fish"));
    let quotable = behind.filter(|(tools, shell)| known && !tools.contains('\'') && !shell.contains('\''));
    if let Some((tools, shell)) = quotable {
        let then = format!("exec env PATH=\"$PATH\":'{tools}' '{shell}' -i");
        return vec![name.to_owned(), "-l".into(), "-c".into(), then.into()];
    }
    let mut login = OsString::from("-");
    login.push(name);
    vec![login]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_a_login_shell_and_finds_the_tools_where_it_can_be_told_of_them() {
        let tools = ["/opt/claude/bin", "/opt/agent"].map(PathBuf::from);
        let told = arguments(Path::new("/bin/bash"), &tools);
        assert_eq!(told, ["bash", "-l", "-c", "exec env PATH=\"$PATH\":'/opt/claude/bin:/opt/agent' '/bin/bash' -i"]);
        assert_eq!(arguments(Path::new("/bin/bash"), &[]), ["-bash"]);
        assert_eq!(arguments(Path::new("/bin/tcsh"), &tools), ["-tcsh"]);
        assert_eq!(arguments(Path::new("/bin/bash"), &["/it's".into()]), ["-bash"]);
    }

    #[test]
    fn a_user_has_the_shell_that_the_system_says_unless_it_lets_nobody_in() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\nbad line\ncore:x:7:7::/home/core:/usr/sbin/nologin\nada:x:8:8::/h:";
        assert_eq!(entry(users, 0), Some(("root".into(), Some("/bin/bash".into()))));
        assert_eq!(entry(users, 7), Some(("core".into(), None)));
        assert_eq!(entry(users, 8), Some(("ada".into(), None)));
        assert_eq!(entry(users, 9), None);
    }
}
