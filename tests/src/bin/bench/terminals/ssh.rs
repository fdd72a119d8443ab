//! What a terminal is held against: OpenSSH on loopback, with keys and configuration of its own in a temporary folder.

use condrix_tests::rig::{Folder, eventually, port};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const SSHD: &str = "/usr/sbin/sshd";

pub(super) struct Server {
    folder: Folder,
    pub(super) port: u16,
    _running: Child,
}

/// A shell on a PTY elsewhere, through a client's pipes.
pub(super) struct Shell {
    input: ChildStdin,
    output: ChildStdout,
    _client: Child,
}

impl Server {
    pub(super) async fn start() -> Self {
        let folder = Folder::new("ssh");
        for name in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"])
                .arg(folder.join(name))
                .status();
            assert!(made.await.expect("ssh-keygen runs").success());
        }
        let text = |path: &Path| path.to_str().expect("a path of ASCII").to_owned();
        let port = port::free();
        let settings = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nUsePAM no\n\
             PrintMotd no\nPrintLastLog no\n",
            text(&folder.join("host")),
            text(&folder.join("user.pub")),
        );
        let config = folder.file("sshd_config", &settings);
        let log = std::fs::File::create(folder.join("sshd.log")).expect("a log is begun");
        let running = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(config)
            .stdin(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("sshd starts; `make bench` installs it");
        eventually("sshd listens", async || TcpStream::connect(("127.0.0.1", port)).await.ok()).await;
        Self { folder, port, _running: running }
    }

    /// Runs a command on a PTY there, over this port.
    pub(super) async fn shell(&self, port: u16, command: &str) -> Shell {
        let user = Command::new("id").arg("-un").output().await.expect("id runs").stdout;
        let mut client = Command::new("ssh");
        client
            .args(["-tt", "-F", "none", "-q", "-e", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
            .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-l", String::from_utf8_lossy(&user).trim(), "-p", &port.to_string(), "-i"])
            .arg(self.folder.join("user"))
            .args(["127.0.0.1", command])
            .env_remove("SSH_AUTH_SOCK")
            .env("TERM", "xterm-256color");
        Shell::of(client)
    }
}

impl Shell {
    /// What a client's pipes lead to.
    pub(super) fn of(mut client: Command) -> Self {
        let client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let mut client = client.expect("the client runs");
        let (input, output) = (client.stdin.take(), client.stdout.take());
        Self { input: input.expect("it is piped"), output: output.expect("it is piped"), _client: client }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).await.expect("ssh takes keys");
        self.input.flush().await.expect("ssh takes keys");
    }

    /// None: it is over.
    pub(super) async fn receive(&mut self) -> Option<Vec<u8>> {
        let mut piece = vec![0; 64 * 1024];
        let count = self.output.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        piece.truncate(count);
        Some(piece)
    }
}
