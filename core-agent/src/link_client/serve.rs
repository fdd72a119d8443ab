//! Serving one connection of a link: every stream that the gateway opens is one HTTP/1.1 request.

use super::dial::Connection;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use link::{Driver, Ended, Inbound, Stream, Timing};
use std::time::Duration;
use tokio::task::JoinSet;

/// The gateway has the whole head before it opens a stream.
const HEAD: Duration = Duration::from_secs(10);

/// Serves until the connection ends. Every request in progress ends with it.
pub(super) async fn serve(connection: Connection, router: Router) -> Ended {
    let (inbound, driver): (Inbound, Driver<_>) = link::server(connection, Timing::default());
    tokio::select! {
        ended = driver.run() => ended,
        () = accept(inbound, router) => Ended::Closed,
    }
}

async fn accept(mut inbound: Inbound, router: Router) {
    // Dropped with the connection, which ends what is still in it.
    let mut requests = JoinSet::new();
    loop {
        tokio::select! {
            stream = inbound.recv() => match stream {
                Some(stream) => {
                    requests.spawn(request(stream, router.clone()));
                }
                None => return,
            },
            Some(ended) = requests.join_next() => {
                if let Err(error) = ended && error.is_panic() {
                    tracing::error!("a request's task panicked");
                }
            }
        }
    }
}

async fn request(stream: Stream, router: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades()
        .await;
    if let Err(error) = served {
        // A stream that the gateway cut (a client left, a Core was revoked) ends so too.
        tracing::debug!(%error, "a stream ended early");
    }
}
