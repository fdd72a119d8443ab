//! An HTTP proxy on loopback that knows CONNECT and one name with a password.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

const MAX_HEAD: usize = 16 << 10;
/// `agent:s3cret`, as a client writes it.
const BASIC: &str = "proxy-authorization: Basic YWdlbnQ6czNjcmV0";

#[derive(Debug)]
pub struct ConnectProxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    _running: DropGuard,
}

impl ConnectProxy {
    pub const PASSWORD: &str = "s3cret";

    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let (ended, asked) = (CancellationToken::new(), Arc::<Mutex<Vec<String>>>::default());
        tokio::spawn({
            let (ended, asked) = (ended.clone(), Arc::clone(&asked));
            ended.clone().run_until_cancelled_owned(async move {
                loop {
                    let (stream, _) = listener.accept().await.expect("a listener accepts");
                    // Whoever leaves or is refused is hung up on.
                    tokio::spawn(ended.clone().run_until_cancelled_owned(serve(stream, Arc::clone(&asked))));
                }
            })
        });
        Self { port, asked, _running: ended.drop_guard() }
    }

    /// What goes into `HTTPS_PROXY`.
    pub fn url(&self) -> String {
        format!("http://agent:{}@127.0.0.1:{}", Self::PASSWORD, self.port)
    }

    /// Which addresses it has connected somebody to, in this order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(mut near: TcpStream, asked: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // Nothing follows it before the answer, so byte-wise reading loses nothing.
        head.push(near.read_u8().await.ok().filter(|_| head.len() < MAX_HEAD)?);
    }
    let head = String::from_utf8(head).ok()?;
    let authority = head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    let known = head.lines().any(|line| line.eq_ignore_ascii_case(BASIC));
    let far = if known { TcpStream::connect(&authority).await.ok() } else { None };
    let Some(mut far) = far else {
        return near.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await.ok();
    };
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(authority);
    near.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n").await.ok()?;
    copy_bidirectional(&mut near, &mut far).await.ok().map(drop)
}
