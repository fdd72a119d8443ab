//! Three clients of one terminal, each cut off again and again, and the gateway killed in between: each has every byte.

use super::world;
use condrix_tests::rig::{Client, Core, Terminal, eventually, within};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::Notify;

/// Less than is kept for those who come back.
const LENGTH: usize = 700_000;
const PIECES: usize = 100;
const BEGIN: &[u8] = b"here-it-begins";
/// Of each client.
const DROPS: usize = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_clients_have_every_byte_after_twenty_drops_and_a_killed_gateway() {
    let (mut world, core) = world().await;
    let mut source = vec![0; LENGTH];
    SystemRandom::new().fill(&mut source).unwrap();
    std::fs::write(core.home().join("source"), &source).unwrap();
    let (id, mut first) = core.new_terminal(&world.ada).await;
    let piece = LENGTH / PIECES;
    first
        .keys(&format!(
            "stty -opost; printf %s-it-begins here; for i in $(seq 0 {}); do \
             dd if=source bs={piece} skip=$i count=1 status=none; read -t 0.02; done; stty sane\r",
            PIECES - 1
        ))
        .await;
    first.until("here-it-begins").await;
    first.leave().await;

    let half = Notify::new();
    let ada = world.ada.clone();
    let clients = [0, 1, 2].map(|number| client(&core, &ada, &id, number, &half));
    let gateway = async {
        half.notified().await;
        world.gateway.program().kill().await;
        world.gateway.start_again().await;
    };
    let (clients, ()) = within(
        "every client has it all",
        Box::pin(async { tokio::join!(futures::future::join_all(clients), gateway) }),
    )
    .await;
    let expected = digest(&SHA256, &source);
    for bytes in clients {
        let begin = bytes.windows(BEGIN.len()).position(|window| window == BEGIN).expect("it has begun") + BEGIN.len();
        assert_eq!(digest(&SHA256, &bytes[begin..begin + LENGTH]).as_ref(), expected.as_ref());
    }
}

/// Reads it all, over one visit more than it is cut off.
async fn client(core: &Core, ada: &Client, id: &str, number: usize, half: &Notify) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut cuts: Vec<usize> = (0..DROPS).map(|_| below(LENGTH)).collect();
    cuts.sort_unstable();
    cuts.push(usize::MAX);
    let mut told = false;
    for cut in cuts {
        // The gateway's death is a drop that nobody chose: then there is more than one visit until the next.
        loop {
            let how = format!("attach?position={}", bytes.len());
            let attached = async || core.terminal(ada, id, &how).await.ok();
            let mut visit: Terminal = eventually("the terminal can be reached", attached).await;
            assert_eq!(visit.attached()["replay"], "missing");
            let has = |visit: &Terminal| bytes.len() + visit.bytes().len();
            while !is_whole(&bytes, visit.bytes()) && has(&visit) < cut {
                if number == 0 && !told && has(&visit) > LENGTH / 2 {
                    told = true;
                    half.notify_one();
                }
                if visit.step().await.is_none() {
                    break;
                }
            }
            bytes.extend_from_slice(visit.bytes());
            // Without a word of farewell.
            drop(visit);
            if bytes.len() >= cut || is_whole(&bytes, &[]) {
                break;
            }
        }
    }
    bytes
}

/// Whether these bytes have the source and what stands before it.
fn is_whole(bytes: &[u8], more: &[u8]) -> bool {
    // The prompt and the command's echo.
    let before: Vec<u8> = bytes.iter().chain(more).take(2_000).copied().collect();
    let begin = before.windows(BEGIN.len()).position(|window| window == BEGIN);
    begin.is_some_and(|begin| bytes.len() + more.len() >= begin + BEGIN.len() + LENGTH)
}

fn below(end: usize) -> usize {
    let mut number = [0; 8];
    SystemRandom::new().fill(&mut number).expect("the system has randomness");
    usize::try_from(u64::from_ne_bytes(number) % end as u64).expect("it is below a length")
}
