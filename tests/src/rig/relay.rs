//! A stretch of network between an agent and its gateway, for a test to cut or to make deaf.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

#[derive(Debug)]
pub struct Relay {
    port: u16,
    ways: Arc<Mutex<Ways>>,
    _running: DropGuard,
}

#[derive(Debug, Default)]
struct Ways {
    /// What the connections that come now hang on.
    present: Way,
    /// Those that were deaf at some time.
    frozen: Vec<Way>,
}

/// What some connections share: whether they are there, and whether anything that is said on them arrives.
#[derive(Clone, Debug, Default)]
struct Way {
    cut: CancellationToken,
    deaf: watch::Sender<bool>,
}

impl Relay {
    /// Carries connections to a loopback port.
    pub async fn towards(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let ended = CancellationToken::new();
        let ways = Arc::<Mutex<Ways>>::default();
        tokio::spawn(ended.clone().run_until_cancelled_owned(carry(listener, port, Arc::clone(&ways))));
        Self { port: own, ways, _running: ended.drop_guard() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks every connection that is there. Later ones pass.
    pub fn cut(&self) {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut ways.present).cut.cancel();
        ways.frozen.drain(..).for_each(|way| way.cut.cancel());
    }

    /// From now on nothing that is said on the connections that are there arrives, their ends included, and neither side is
    /// told. Later connections pass.
    pub fn freeze(&self) {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let way = std::mem::take(&mut ways.present);
        way.deaf.send_replace(true);
        ways.frozen.push(way);
    }

    /// What is said from now on arrives again. What was said meanwhile is lost.
    pub fn thaw(&self) {
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        for way in &ways.frozen {
            way.deaf.send_replace(false);
        }
    }
}

async fn carry(listener: TcpListener, port: u16, ways: Arc<Mutex<Ways>>) {
    loop {
        let (near, _) = listener.accept().await.expect("a listener accepts");
        let way = ways.lock().unwrap_or_else(PoisonError::into_inner).present.clone();
        let deaf = way.deaf.subscribe();
        tokio::spawn(way.cut.run_until_cancelled_owned(async move {
            let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            // While nobody listens there, whoever dialled is hung up on.
            if let Ok(far) = TcpStream::connect(to).await {
                let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                let both = tokio::try_join!(one_way(from_near, to_far, &deaf), one_way(from_far, to_near, &deaf));
                // However it ended, both ends are dropped here.
                drop(both);
            }
        }));
    }
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, deaf: &watch::Receiver<bool>) -> std::io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).await;
        if *deaf.borrow() {
            if !matches!(read, Ok(1..)) {
                // That one side is gone is what the other one does not hear either.
                return std::future::pending().await;
            }
        } else {
            match read? {
                0 => return to.shutdown().await,
                read => to.write_all(&bytes[..read]).await?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::within;

    async fn stretch() -> (Relay, TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let relay = Relay::towards(listener.local_addr().unwrap().port()).await;
        let near = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).await.unwrap();
        let (far, _) = within("it is carried", listener.accept()).await.unwrap();
        (relay, near, far)
    }

    async fn heard(at: &mut TcpStream) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        let read = within("something is heard", at.read(&mut bytes)).await.unwrap_or(0);
        bytes.truncate(read);
        bytes
    }

    #[tokio::test]
    async fn what_is_said_on_a_frozen_stretch_is_lost_and_what_is_said_after_it_thaws_arrives() {
        let (relay, mut near, mut far) = stretch().await;
        near.write_all(b"before").await.unwrap();
        assert_eq!(heard(&mut far).await, b"before");
        relay.freeze();
        near.write_all(b"lost").await.unwrap();
        let mut later = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).await.unwrap();
        let silent = tokio::time::timeout(std::time::Duration::from_millis(100), far.readable()).await;
        assert!(silent.is_err(), "a frozen stretch carries something");
        relay.thaw();
        near.write_all(b"after").await.unwrap();
        assert_eq!(heard(&mut far).await, b"after");
        relay.cut();
        assert_eq!(heard(&mut far).await, b"");
        assert_eq!(heard(&mut later).await, b"");
    }
}
