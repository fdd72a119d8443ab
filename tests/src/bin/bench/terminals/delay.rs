//! A stretch of network that takes its time: bytes come out as they went in, later.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

/// Pieces on their way, of 16 KiB each.
const UNDERWAY: usize = 256;

#[derive(Debug)]
pub(super) struct Delay {
    pub(super) port: u16,
    _running: AbortOnDropHandle<()>,
}

impl Delay {
    /// To a loopback port, which is `each_way` far.
    pub(super) async fn towards(port: u16, each_way: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let running = tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.expect("a listener accepts");
                let far = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
                let far = far.expect("what is measured listens");
                // The delay is all that it adds.
                for end in [&near, &far] {
                    end.set_nodelay(true).expect("the option is known");
                }
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(near_in, far_out, each_way));
                tokio::spawn(carry(far_in, near_out, each_way));
            }
        });
        Self { port: own, _running: AbortOnDropHandle::new(running) }
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, delay: Duration) {
    let (sender, mut underway) = mpsc::channel::<(Instant, Vec<u8>)>(UNDERWAY);
    let read = async move {
        let mut piece = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            if sender.send((Instant::now() + delay, piece[..count].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, bytes)) = underway.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}
