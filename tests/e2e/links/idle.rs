//! A link on which nothing happens.

use link::{Inbound, Stream, Timing, opener, server};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, duplex, split};
use tokio::time::{Instant, sleep_until};

/// Sends back what comes, one stream after the other.
async fn echo(mut inbound: Inbound) {
    while let Some(stream) = inbound.recv().await {
        let (mut read, mut write) = split(stream);
        copy(&mut read, &mut write).await.expect("a stream is copied");
    }
}

async fn answers(stream: &mut Stream) {
    stream.write_all(b"there?").await.expect("the stream takes bytes");
    let mut back = [0; 6];
    stream.read_exact(&mut back).await.expect("they come back");
    assert_eq!(&back, b"there?");
}

// yamux looks at the real clock: this takes as long as it says, and stands here so that others run meanwhile.
#[tokio::test]
async fn an_idle_peer_that_answers_is_never_taken_for_dead() {
    let (near, far) = duplex(64 * 1024);
    let (opener, gateway) = opener(near, Timing::default());
    let (inbound, agent) = server(far, Timing::default());
    let began = Instant::now();
    let idles = async {
        let mut stream = opener.open().await.unwrap();
        // Traffic that makes yamux ask, each time shortly before an interval of fifteen seconds would look.
        for at in [12.0, 22.5, 45.0] {
            sleep_until(began + Duration::from_secs_f64(at)).await;
            answers(&mut stream).await;
        }
    };
    tokio::select! {
        ended = gateway.run() => panic!("{ended:?} after {:?}", began.elapsed()),
        ended = agent.run() => panic!("{ended:?} after {:?}", began.elapsed()),
        () = echo(inbound) => panic!("no stream comes any more, after {:?}", began.elapsed()),
        () = idles => {}
    }
}
