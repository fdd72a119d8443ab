//! The web client in Chromium: what it weighs, when it is ready, and whether it stays smooth.

use super::Figure;
use condrix_tests::rig::{CoreOptions, World};
use serde_json::{Value, json};

const KEY: &str = "sk-ant-api03-bench";
/// Of each kind: a person's and the answer to it.
const TURNS: usize = 1_000;
const FIGURES: [(&str, &str); 5] = [
    ("web_initial_js_kib_gzip", "KiB"),
    ("web_ready_ms", "ms"),
    ("web_stream_10k_tokens_dropped_frames", "frames"),
    ("web_terminal_10mib_s", "s"),
    ("web_heap_2000_messages_mib", "MiB"),
];

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    world.vendor.accept_api_key(KEY);
    let settings = toml::toml! {
        [terminals]
        shell = "/bin/bash"
    };
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let core = world.core_with("one", &options).await;
    let mut streamed = core.converse(&world.ada, "streamed").await;
    streamed.turn("hello").await;
    let mut long = core.converse(&world.ada, "long").await;
    for turn in 1..=TURNS {
        long.turn(&message(turn)).await;
    }
    let page = |path: String| path.replace("/api/v1/", "/");
    let told = json!({
        "streamed": page(streamed.path("")),
        "long": page(long.path("")),
        "first": message(1),
        "last": message(TURNS),
    });
    let mut figures = Vec::new();
    let keep = async |what: &str, with: &Value| {
        assert_eq!(what, "figure", "nothing else is asked");
        figures.push(figure(with));
        Value::Null
    };
    world.stage(told).play("measured", keep).await;
    figures
}

/// As long as people's messages are, with what must be laid out.
fn message(turn: usize) -> String {
    format!(
        "{turn}. Look at `src/main.rs` once more, please: does **every** branch of it end? Say it in a sentence or two."
    )
}

fn figure(told: &Value) -> Figure {
    let &(name, unit) =
        FIGURES.iter().find(|(name, _)| told["name"] == *name).unwrap_or_else(|| panic!("unknown: {told}"));
    let value = told["value"].as_f64().unwrap_or_else(|| panic!("no value: {told}"));
    let detail = told["detail"].as_str().unwrap_or_else(|| panic!("no detail: {told}")).to_owned();
    Figure { name, value, unit, detail }
}
