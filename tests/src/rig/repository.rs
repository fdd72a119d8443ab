//! Repositories of servers, which no Core has anything to do with.

use super::Folder;
use std::path::Path;
use tokio::process::Command;

/// git with nobody's configuration.
pub(super) fn git(cwd: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear().current_dir(cwd).kill_on_drop(true);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", cwd).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "rig").env(format!("GIT_{who}_EMAIL"), "rig@example.com");
    }
    command
}

async fn run(cwd: &Path, arguments: &[&str]) -> String {
    let ended = git(cwd).args(arguments).output().await.expect("git is installed");
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

/// Makes a bare repository with these files on `main`, and one more file on `other`.
pub(super) async fn make(folder: &Folder, bare: &Path, files: &[(&str, &[u8])]) {
    let source = folder.join("source");
    std::fs::create_dir(&source).expect("a folder is made");
    run(&source, &["init", "--quiet", "--initial-branch=main"]).await;
    for (path, content) in files {
        let path = source.join(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder is made");
        std::fs::write(path, content).expect("a file is written");
    }
    run(&source, &["add", "--all"]).await;
    run(&source, &["commit", "--quiet", "--message=one"]).await;
    run(&source, &["checkout", "--quiet", "-b", "other"]).await;
    std::fs::write(source.join("other.txt"), "other").expect("a file is written");
    run(&source, &["add", "--all"]).await;
    run(&source, &["commit", "--quiet", "--message=two"]).await;
    run(&source, &["checkout", "--quiet", "main"]).await;
    run(&source, &["clone", "--quiet", "--bare", ".", bare.to_str().expect("a path of ASCII")]).await;
    std::fs::remove_dir_all(&source).expect("a folder is removed");
}

/// Who has committed what on `main`, newest first: `name <email>: subject`. Nobody here commits for others.
pub(super) async fn log(bare: &Path) -> Vec<String> {
    let log = run(bare, &["log", "--format=%an <%ae>|%cn <%ce>|%s", "main"]).await;
    let told = log.lines().map(|line| {
        let [author, committer, subject] = line.splitn(3, '|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert_eq!(author, committer, "{subject}");
        format!("{author}: {subject}")
    });
    told.collect()
}
