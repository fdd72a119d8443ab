//! Several clients at one terminal.

use super::{world, world_with};
use condrix_tests::rig::tree::proportional_kib;
use condrix_tests::rig::{Terminal, eventually};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;
use toml::toml;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_the_same_and_the_size_follows_who_writes() {
    let (world, core) = world().await;
    let (id, mut one) = core.new_terminal(&world.ada).await;
    one.say(&json!({ "type": "resize", "size": { "rows": 30, "columns": 100 } })).await;
    let resized = one.run("stty size").await;
    assert!(resized.contains("\n30 100\n"), "{resized:?}");
    let mut two = core.terminal(&world.ada, &id, "attach?rows=20&columns=60").await.unwrap();
    two.ready().await;
    // It has come and typed nothing: nothing changes for the first.
    assert!(one.run("stty size").await.contains("\n30 100\n"));
    let resized = two.run("stty size").await;
    assert!(resized.contains("\n20 60\n"), "{resized:?}");
    assert_eq!(one.until_told("resized").await["size"], json!({ "rows": 20, "columns": 60 }));
    // The keeper tells the agent behind what it tells its clients.
    eventually("both are counted", async || {
        let shown = world.ada.get(&core.path(&format!("terminals/{id}"))).await.expect(200);
        ((&shown["writers"], &shown["observers"]) == (&json!(2), &json!(0))).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_pauses_stalls_nobody_and_goes_on_with_the_screen() {
    let (world, core) = world().await;
    let (id, mut reads) = core.new_terminal(&world.ada).await;
    let mut sleeps = core.terminal(&world.ada, &id, "attach").await.unwrap();
    sleeps.say(&json!({ "type": "pause" })).await;
    let said = reads.run("head -c 6000000 /dev/zero | tr '\\0' x; echo; echo over").await;
    assert!(said.len() > 6_000_000, "{}", said.len());
    sleeps.say(&json!({ "type": "resume" })).await;
    let skipped = sleeps.until_told("skipped").await;
    assert!(skipped["position"].as_u64() > Some(4_000_000), "{skipped}");
    sleeps.until_screen("over").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_takes_nothing_from_its_connection_stalls_nobody_and_grows_nothing() {
    const KIB: u32 = 8 * 1024;
    let (mut world, mut core) = world().await;
    let (id, mut reads) = core.new_terminal(&world.ada).await;
    // It is not read from again: what comes stays in sockets and queues, as far as they take it.
    let stuck = core.terminal(&world.ada, &id, "attach").await.unwrap();
    reads.run("head -c 3000000 /dev/zero | tr '\\0' x").await;
    let pids = [world.gateway.program().pid(), core.program().pid()].map(|pid| pid.expect("it runs"));
    let size = || pids.map(proportional_kib);
    let before = size();
    let said = reads.run("head -c 24000000 /dev/zero | tr '\\0' x; echo; echo over").await;
    assert!(said.len() > 24_000_000, "{}", said.len());
    let after = size();
    assert!(before.iter().zip(after).all(|(before, after)| after < before + KIB), "{before:?} {after:?}");
    drop(stuck);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_terminal_that_was_asked_answers() {
    let (world, core) = world().await;
    let (id, mut one) = core.new_terminal(&world.ada).await;
    let mut two = core.terminal(&world.ada, &id, "attach").await.unwrap();
    two.ready().await;
    one.keys("stty raw -echo; echo asked; head -c 3 | od -An -c; stty sane\r").await;
    one.until("asked\n").await;
    // The program asks; both emulators answer.
    two.keys("\u{1b}[0n").await;
    one.keys("abc").await;
    one.until("a   b   c").await;
}

/// How many bytes it says in the next second, while somebody types without end into the other one, if there is one.
async fn said_in_a_second(floods: &mut Terminal, types: Option<&mut Terminal>) -> u64 {
    let before = floods.position();
    let read = async {
        while floods.step().await.is_some() {}
        panic!("it never stops");
    };
    let keys = async {
        if let Some(terminal) = types {
            loop {
                terminal.keys("x").await;
                terminal.step().await.expect("it echoes");
            }
        }
        std::future::pending::<()>().await;
    };
    let forever = async { tokio::join!(read, keys) };
    timeout(Duration::from_secs(1), forever).await.expect_err("it goes on");
    floods.position() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_much_makes_room_while_somebody_types_elsewhere_and_only_then() {
    const RATE: u64 = 512 * 1024;
    let (world, core) = world_with(toml! { shared_output_rate = 524_288 }).await;
    let (_, mut floods) = core.new_terminal(&world.ada).await;
    let (_, mut types) = core.new_terminal(&world.ada).await;
    floods.keys("yes\r").await;
    let much = 3 * RATE;
    eventually("it says much", async || (said_in_a_second(&mut floods, None).await > much).then_some(())).await;
    // What is on its way already comes first.
    eventually("it makes room", async || {
        (said_in_a_second(&mut floods, Some(&mut types)).await < 2 * RATE).then_some(())
    })
    .await;
    eventually("it says much again", async || (said_in_a_second(&mut floods, None).await > much).then_some(())).await;
    assert!(floods.told().iter().all(|told| told["type"] != "skipped"), "it has every line");
}
