//! How long a new session's first message waits for its first word: with a process that must start, and with one that was
//! started ahead; and beside it the genuine CLI by itself, started then or ahead.

use super::first_token::{alone_once, through_once};
use super::pair::{KEY, MESSAGE, alone};
use super::{Figure, millis, percentile};
use condrix_tests::rig::tree::Process;
use condrix_tests::rig::{Core, CoreOptions, World};
use serde_json::json;
use std::time::{Duration, Instant};
use toml::Table;

const ROUNDS: usize = 10;
/// Between two sessions: a spare gets ready meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let mut figures = Vec::new();
    for (name, core, spares) in [("first_message_cold_ms", "cold", 0), ("first_message_warm_ms", "warm", 1)] {
        let claude: Table = [("warm_spares".to_owned(), spares.into())].into_iter().collect();
        let settings = [("claude".to_owned(), claude.into())].into_iter().collect();
        let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
        let core = world.core_with(core, &options).await;
        let mut first = core.converse(&world.ada, "bench").await;
        first.turn(MESSAGE).await;
        let process = core.cli_processes().into_iter().next().expect("the session has its process");
        world.ada.delete(&first.path("")).await;
        let (mut throughs, mut alones) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
        for _ in 0..ROUNDS {
            throughs.push(through(&world, &core, spares > 0).await);
            alones.push(by_itself(&world, &process, spares > 0).await);
        }
        let (of_through, of_alone) = (percentile(&mut throughs, 0.5), percentile(&mut alones, 0.5));
        let detail = format!(
            "p50 of {ROUNDS} new sessions in turn with the CLI by itself, which took {of_alone:.0} ms: {:+.0} ms; p90 \
             {:.0} and {:.0} ms",
            of_through - of_alone,
            percentile(&mut throughs, 0.9),
            percentile(&mut alones, 0.9),
        );
        figures.push(Figure { name, value: of_through, unit: "ms", detail });
    }
    figures
}

async fn through(world: &World, core: &Core, ahead: bool) -> f64 {
    tokio::time::sleep(PAUSE).await;
    let mut chat = core.begin_session(&world.ada, &json!({ "workspace": "bench" })).await;
    let id = chat.path("").rsplit('/').next().expect("a path has an end").to_owned();
    let is_there = core.cli_processes().iter().any(|process| process.arguments.contains(&id));
    assert_eq!(is_there, ahead, "a process that was started ahead has the session's id");
    let took = through_once(&mut chat).await;
    world.ada.delete(&chat.path("")).await;
    took
}

/// A process like the Core's, whose start counts, or has been given as much time as a spare gets.
async fn by_itself(world: &World, process: &Process, ahead: bool) -> f64 {
    let started = Instant::now();
    let mut chat = alone(world, process);
    chat.initialize().await;
    let start = millis(started.elapsed());
    if ahead {
        tokio::time::sleep(PAUSE).await;
    }
    let took = alone_once(&mut chat).await;
    chat.end().await;
    if ahead { took } else { start + took }
}
