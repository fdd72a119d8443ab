//! Coming back to a terminal: not a byte is lost, and none is typed.

use super::world;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_comes_back_gets_exactly_the_bytes_that_it_missed() {
    let (world, core) = world().await;
    let (id, mut stays) = core.new_terminal(&world.ada).await;
    let mut leaves = core.terminal(&world.ada, &id, "attach").await.unwrap();
    leaves.ready().await;
    leaves.run("echo first").await;
    let position = leaves.position();
    let had = stays_up_to(&mut stays, position).await;
    leaves.leave().await;
    stays.run("seq 1 2000").await;

    let mut back = core.terminal(&world.ada, &id, &format!("attach?position={position}")).await.unwrap();
    assert_eq!((&back.attached()["replay"], &back.attached()["position"]), (&json!("missing"), &json!(position)));
    let live = back.until_told("live").await["position"].as_u64().unwrap();
    assert_eq!(back.position(), live);
    stays_up_to(&mut stays, live).await;
    assert_eq!(back.bytes(), &stays.bytes()[had..had + back.bytes().len()]);
    assert!(back.text().contains("\n2000\n"), "{}", back.text());
}

/// Reads on up to a position, and returns how many bytes were read up to there.
async fn stays_up_to(terminal: &mut condrix_tests::rig::Terminal, position: u64) -> usize {
    while terminal.position() < position {
        assert!(terminal.step().await.is_some());
    }
    terminal.bytes().len() - usize::try_from(terminal.position() - position).expect("bytes that came")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_knows_nothing_is_shown_the_screen() {
    let (world, core) = world().await;
    let (id, mut first) = core.new_terminal(&world.ada).await;
    first.run("printf '\\033[2J\\033[H\\033[1;31mred\\033[0m'").await;
    for position in ["", "?position=999999999"] {
        let mut second = core.terminal(&world.ada, &id, &format!("attach{position}")).await.unwrap();
        assert_eq!(second.attached()["replay"], "screen");
        second.until_told("live").await;
        assert!(second.screen().contains("red") && second.bytes().is_empty(), "{:?}", second.screen());
        second.ready_again().await;
        assert!(second.run("echo on it goes").await.contains("\non it goes\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_is_kept_is_not_replayed_in_part() {
    let (world, core) = world().await;
    let (id, mut first) = core.new_terminal(&world.ada).await;
    first.run("head -c 4000000 /dev/zero | tr '\\0' x; echo; echo end").await;
    let mut second = core.terminal(&world.ada, &id, "attach?position=1").await.unwrap();
    assert_eq!(second.attached()["replay"], "screen");
    second.until_told("live").await;
    assert!(second.screen().contains("end"), "{}", second.screen());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_types_nothing() {
    let (world, core) = world().await;
    let (id, mut first) = core.new_terminal(&world.ada).await;
    // A program asks the terminal what it is. Nobody answers now.
    first.run("printf '\\033[c\\033[6n'").await;
    let position = first.position();
    let mut back = core.terminal(&world.ada, &id, "attach?position=0").await.unwrap();
    // An emulator that takes the replay in finds the questions, and answers.
    back.keys("\u{1b}[?1;2c").await;
    back.keys("\u{1b}[24;80R").await;
    back.keys("echo typed by a replay\r").await;
    back.ready().await;
    back.keys("").await;
    assert!(!back.run("echo mine").await.contains("typed by a replay"));
    assert!(back.position() > position);
    first.until("mine").await;
    assert!(!first.text().contains("typed by a replay"), "{}", first.text());
}
