//! The CONNECT proxy: the only door of the stand-in.

use super::record::{Outcome, Request};
use super::{World, route};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const MAX_HEAD: usize = 16 << 10;

pub(crate) async fn run(listener: TcpListener, world: Arc<World>) {
    let ended = world.ended.clone();
    while let Some(accepted) = ended.run_until_cancelled(listener.accept()).await {
        // A connection that failed before it was accepted is nobody's.
        let Ok((stream, _)) = accepted else { continue };
        let world = Arc::clone(&world);
        let ended = ended.clone();
        tokio::spawn(async move { ended.run_until_cancelled(serve(stream, world)).await });
    }
}

async fn serve(mut stream: TcpStream, world: Arc<World>) {
    let Some(head) = read_head(&mut stream).await else { return };
    let Some(host) = connect_host(&head) else {
        refuse_plain(&mut stream, &world, &head).await;
        return;
    };
    let Some(config) = world.authority.server_config(&host) else { return };
    // Small writes are the point of a streamed answer.
    let _ = stream.set_nodelay(true);
    if stream.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n").await.is_err() {
        return;
    }
    // A client that does not trust the authority ends here; it tells its own story.
    let Ok(tls) = TlsAcceptor::from(config).accept(stream).await else { return };
    let host: Arc<str> = host.into();
    let service = service_fn(move |request| route::answer(Arc::clone(&world), Arc::clone(&host), request));
    // An error here is a client that went away or an answer that was broken off on purpose; the record has it.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(tls), service).await;
}

/// Everything up to the empty line. Nothing follows it before our answer, so byte-wise reading loses nothing.
async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

fn connect_host(head: &str) -> Option<String> {
    let authority = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let (host, port) = authority.rsplit_once(':')?;
    (port == "443").then(|| host.to_ascii_lowercase())
}

/// Plain HTTP through the proxy, or another port: nobody the stand-in plays is there.
async fn refuse_plain(stream: &mut TcpStream, world: &World, head: &str) {
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let method = first.next().unwrap_or_default().to_owned();
    let path = first.next().unwrap_or_default().to_owned();
    let outcome = Outcome::Pending { status: None };
    let request = Request { seq: 0, host: "(plain)".to_owned(), method, path, headers, body: String::new(), outcome };
    let mut mark = world.record.enter(request);
    mark.answering(404);
    let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    if stream.write_all(answer).await.is_ok() {
        mark.finish();
    }
}
