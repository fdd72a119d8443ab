//! How long a new session's first message waits for its first word: with a process that must start, and with one that was
//! started ahead.

use super::{Figure, millis, percentile};
use condrix_tests::rig::{Conversation, CoreOptions, World};
use serde_json::json;
use std::time::{Duration, Instant};
use toml::Table;

const ROUNDS: usize = 10;
const KEY: &str = "sk-ant-api03-bench";
/// The stand-in answers at once.
const MESSAGE: &str = r#"say vendor:{"say":{"chunks":["one"]}}"#;
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
        core.converse(&world.ada, "bench").await;
        let mut took = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            tokio::time::sleep(PAUSE).await;
            let mut chat = core.begin_session(&world.ada, &json!({ "workspace": "bench" })).await;
            took.push(first_word(&mut chat).await);
            world.ada.delete(&chat.path("")).await;
        }
        let detail = format!("p50 of {ROUNDS} new sessions; p90 {:.0} ms", percentile(&mut took, 0.9));
        figures.push(Figure { name, value: percentile(&mut took, 0.5), unit: "ms", detail });
    }
    figures
}

async fn first_word(chat: &mut Conversation) -> f64 {
    let started = Instant::now();
    let turn = chat.say(MESSAGE).await;
    chat.until_kind("text_delta").await;
    let took = millis(started.elapsed());
    chat.end_of(&turn).await;
    took
}
