//! A stretch of network between an agent and its gateway, for a test to cut.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

#[derive(Debug)]
pub struct Relay {
    port: u16,
    present: Present,
    _running: DropGuard,
}

/// What the connections that are there now hang on.
type Present = Arc<Mutex<CancellationToken>>;

impl Relay {
    /// Carries connections to a loopback port.
    pub async fn towards(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let ended = CancellationToken::new();
        let present = Present::default();
        let carrying = carry(listener, port, Arc::clone(&present));
        tokio::spawn(ended.clone().run_until_cancelled_owned(carrying));
        Self { port: own, present, _running: ended.drop_guard() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks every connection that is there. Later ones pass.
    pub fn cut(&self) {
        std::mem::take(&mut *self.present.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }
}

async fn carry(listener: TcpListener, port: u16, present: Present) {
    loop {
        let (mut near, _) = listener.accept().await.expect("a listener accepts");
        let cut = present.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(cut.run_until_cancelled_owned(async move {
            let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            // While nobody listens there, whoever dialled is hung up on.
            if let Ok(mut far) = TcpStream::connect(to).await {
                drop(copy_bidirectional(&mut near, &mut far).await);
            }
        }));
    }
}
