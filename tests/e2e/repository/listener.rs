//! Somebody else's server, which keeps every byte that it is sent.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::task::AbortOnDropHandle;

pub(crate) struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<u8>>>,
    _listening: AbortOnDropHandle<()>,
}

impl Listener {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let kept = Arc::clone(&heard);
        let listening = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("connections come");
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut part = vec![0; 64 * 1024];
                    while let Ok(count @ 1..) = stream.read(&mut part).await {
                        kept.lock().expect("nobody panics with it").extend_from_slice(&part[..count]);
                        // Whoever hung up does not want an answer.
                        let refusal = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
                        let _ = stream.write_all(refusal).await;
                    }
                });
            }
        });
        Self { url, heard, _listening: AbortOnDropHandle::new(listening) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("nobody panics with it")).into_owned()
    }
}
