//! What a terminal far away is held against besides ssh: mosh, which speaks over UDP and guesses what a key will show.

use super::ssh::Shell;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

/// A server that hears nothing for so many seconds ends by itself, whatever has become of the client.
const ALONE: &str = "60";
/// The keys that make a client end its session.
const QUIT: &[u8] = b"\x1e.";

/// Whether a key is shown before the server has said what it does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Prediction {
    Never,
    /// As mosh does unasked.
    Adaptive,
}

pub(super) struct Mosh {
    shell: Shell,
    _between: AbortOnDropHandle<()>,
}

impl Mosh {
    /// Runs a command in a server of its own, `each_way` far.
    pub(super) async fn start(command: &str, each_way: Duration, prediction: Prediction) -> Self {
        let server = Command::new("mosh-server")
            .args(["new", "-i", "127.0.0.1", "--", "sh", "-c", command])
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .env("MOSH_SERVER_NETWORK_TMOUT", ALONE)
            .env("MOSH_SERVER_SIGNAL_TMOUT", ALONE)
            .stdin(Stdio::null())
            .output();
        let said = server.await.expect("mosh-server runs; `make bench` installs it").stdout;
        let said = String::from_utf8_lossy(&said);
        let words = said.lines().find_map(|line| line.trim().strip_prefix("MOSH CONNECT "));
        let (port, key) = words.and_then(|words| words.split_once(' ')).expect("the server says where it is");
        let (near, between) = delay(port.parse().expect("a port is a number"), each_way).await;
        let predict = match prediction {
            Prediction::Never => "never",
            Prediction::Adaptive => "adaptive",
        };
        // A client wants a terminal of some size, which script(1) gives it.
        let attach = format!("stty rows 24 columns 80; exec mosh-client 127.0.0.1 {near}");
        let mut client = Command::new("script");
        client
            .args(["--quiet", "--flush", "--command", &attach, "/dev/null"])
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm-256color")
            .env("MOSH_KEY", key)
            .env("MOSH_PREDICTION_DISPLAY", predict);
        Self { shell: Shell::of(client), _between: between }
    }

    pub(super) async fn send(&mut self, keys: &[u8]) {
        self.shell.send(keys).await;
    }

    /// Reads on until it shows this letter again.
    pub(super) async fn until_shown(&mut self, letter: u8) {
        while !self.shell.receive().await.expect("mosh goes on").contains(&letter) {}
    }

    pub(super) async fn quit(mut self) {
        self.send(QUIT).await;
        while self.shell.receive().await.is_some() {}
    }
}

/// A UDP port from which packets come to another one later, and back.
async fn delay(port: u16, each_way: Duration) -> (u16, AbortOnDropHandle<()>) {
    let bind = async || Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port"));
    let (near, far) = (bind().await, bind().await);
    far.connect((Ipv4Addr::LOCALHOST, port)).await.expect("a UDP socket is connected at once");
    let own = near.local_addr().expect("a bound socket has an address").port();
    let client = Arc::new(Mutex::new(None));
    let running = tokio::spawn(async move {
        let (mut out, mut back) = ([0; 2048], [0; 2048]);
        loop {
            tokio::select! {
                Ok((count, from)) = near.recv_from(&mut out) => {
                    *client.lock().await = Some(from);
                    let (far, packet) = (Arc::clone(&far), out[..count].to_vec());
                    tokio::spawn(async move {
                        tokio::time::sleep(each_way).await;
                        // Packets may be lost; whoever sends them knows.
                        drop(far.send(&packet).await);
                    });
                }
                Ok(count) = far.recv(&mut back) => {
                    let (near, packet, client) = (Arc::clone(&near), back[..count].to_vec(), Arc::clone(&client));
                    tokio::spawn(async move {
                        tokio::time::sleep(each_way).await;
                        if let Some(client) = *client.lock().await {
                            drop(near.send_to(&packet, client).await);
                        }
                    });
                }
            }
        }
    });
    (own, AbortOnDropHandle::new(running))
}
