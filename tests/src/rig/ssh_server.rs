//! A server of repositories that is reached by ssh: OpenSSH on loopback, with keys and configuration of its own.

use super::{Folder, eventually, port, repository};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

const SSHD: &str = "/usr/sbin/sshd";

#[derive(Debug)]
pub struct SshServer {
    port: u16,
    /// Who logs in: sshd of an ordinary user lets in nobody else.
    user: String,
    running: Child,
    folder: Folder,
}

impl SshServer {
    pub async fn start() -> Self {
        let user = Command::new("id").arg("-un").output().await.expect("id runs").stdout;
        let user = String::from_utf8_lossy(&user).trim().to_owned();
        let folder = Folder::new("ssh");
        folder.file("authorized_keys", "");
        let port = port::free();
        make_host_key(&folder).await;
        let running = run(&folder, port).await;
        Self { port, user, running, folder }
    }

    pub fn url(&self, repository: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", self.user, self.port, self.bare(repository).display())
    }

    /// Makes a repository as an HTTPS server has it.
    pub async fn make(&self, repository: &str, files: &[(&str, &[u8])]) {
        repository::make(&self.folder, &self.bare(repository), files).await;
    }

    /// Who has committed what on `main`, newest first.
    pub async fn log(&self, repository: &str) -> Vec<String> {
        repository::log(&self.bare(repository)).await
    }

    /// Lets in whoever has this key, for git and for nothing else; before this, and with another key, nobody.
    pub fn authorize(&self, key: &str) {
        let git = format!("env -i PATH=/usr/local/bin:/usr/bin:/bin HOME={}", self.folder.path().display());
        let forced = format!("{git} git shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"");
        self.folder.file("authorized_keys", &format!("command=\"{forced}\",restrict {key}\n"));
    }

    /// Comes back with another host key, as somebody in its place would.
    pub async fn change_host_key(&mut self) {
        self.running.kill().await.expect("sshd is ended");
        make_host_key(&self.folder).await;
        self.running = run(&self.folder, self.port).await;
    }

    /// The host key's public half.
    pub fn host_key(&self) -> String {
        let key = std::fs::read_to_string(self.folder.join("host.pub")).expect("there is a host key");
        key.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    fn bare(&self, repository: &str) -> PathBuf {
        self.folder.join("served").join(repository)
    }
}

async fn make_host_key(folder: &Folder) {
    for old in ["host", "host.pub"] {
        // At first there is none.
        let _ = std::fs::remove_file(folder.join(old));
    }
    let mut made = Command::new("ssh-keygen");
    let made = made.args(["-q", "-t", "ed25519", "-N", "", "-C", "rig", "-f"]).arg(folder.join("host")).status();
    assert!(made.await.expect("ssh-keygen runs").success());
}

async fn run(folder: &Folder, port: u16) -> Child {
    let text = |path: &Path| path.to_str().expect("a path of ASCII").to_owned();
    let settings = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nUsePAM no\n\
         PrintMotd no\nPrintLastLog no\n",
        text(&folder.join("host")),
        text(&folder.join("authorized_keys")),
    );
    let config = folder.file("sshd_config", &settings);
    let log = std::fs::File::create(folder.join("sshd.log")).expect("a log is begun");
    let mut command = Command::new(SSHD);
    command.args(["-D", "-e", "-f"]).arg(config).stdin(Stdio::null()).stderr(log).kill_on_drop(true);
    let running = command.spawn().expect("sshd is installed: `scripts/prepare` sees to it");
    let listens = async || TcpStream::connect(("127.0.0.1", port)).await.ok();
    eventually("sshd listens; the package is openssh-server", listens).await;
    running
}
