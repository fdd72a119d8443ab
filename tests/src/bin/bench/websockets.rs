//! Opening WebSockets through the gateway, on a Core's events: is one ever lost?

use super::{Figure, millis, percentile};
use condrix_tests::rig::World;
use futures::future::join_all;
use std::time::Instant;

const OPENS: usize = 10_000;
const AT_ONCE: usize = 16;

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    let core = world.core_with_key("one", "sk-ant-api03-bench").await;
    let session = core.converse(&world.ada, "sockets").await.path("events");
    let workers = (0..AT_ONCE).map(|_| {
        let (client, session) = (world.ada.clone(), session.clone());
        tokio::spawn(async move {
            let (mut lost, mut took) = (0_u32, Vec::new());
            for _ in 0..OPENS / AT_ONCE {
                let started = Instant::now();
                // Opened is what has said its first word.
                let first = match client.socket(&session).await {
                    Ok(mut socket) => {
                        let first = socket.next().await;
                        socket.close().await;
                        while socket.next().await.is_some() {}
                        first
                    }
                    Err(_refused) => None,
                };
                if first.is_some() {
                    took.push(millis(started.elapsed()));
                } else {
                    lost += 1;
                }
            }
            (lost, took)
        })
    });
    let (mut lost, mut took) = (0, Vec::new());
    for worker in join_all(workers).await {
        let (its_lost, its_took) = worker.expect("a worker ends");
        lost += its_lost;
        took.extend(its_took);
    }
    let detail = format!(
        "{OPENS} opens, {AT_ONCE} at once, each with TLS handshake and first event: p50 {:.1} ms, p99 {:.1} ms",
        percentile(&mut took, 0.5),
        percentile(&mut took, 0.99)
    );
    vec![Figure { name: "ws_opens_lost", value: f64::from(lost), unit: "opens", detail }]
}
