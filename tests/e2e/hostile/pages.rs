//! What a hostile Core may have shown to a person, in Chromium. What it says, and what is looked at, is in `web/e2e`.

use super::{Seed, rounds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use condrix_tests::rig::{Gateway, World};
use condrix_tests::rogue::{Act, Received, Rogue, Socket, Then, json_answer};
use protocol::ids::LinkId;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_tungstenite::tungstenite::Message;

/// What a Core answers, by method and path, and what its terminal says.
struct Script {
    answers: Mutex<Map<String, Value>>,
    terminal: Arc<Socket>,
}

impl Script {
    fn new() -> Arc<Self> {
        Arc::new(Self { answers: Mutex::default(), terminal: Arc::new(Socket::new("condrix.terminal.v1")) })
    }

    fn answer(&self, request: &Received) -> Act {
        let line = request.line();
        let named = line.rsplit_once(' ').map_or(line, |(named, _)| named);
        let key = named.split('?').next().unwrap_or_default();
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match answers.get(key) {
            Some(Value::String(terminal)) if terminal == "terminal" => Act::Socket(Arc::clone(&self.terminal)),
            Some(answer) => {
                let then = if answer["stays"] == true { Then::Hold } else { Then::End };
                Act::Say(bytes(&answer["bytes"]), then)
            }
            None => {
                Act::say(json_answer(404, &json!({ "type": "urn:condrix:problem:not-found", "title": "Not found" })))
            }
        }
    }
}

fn bytes(encoded: &Value) -> Vec<u8> {
    STANDARD.decode(encoded.as_str().expect("bytes are said in base64")).expect("base64")
}

fn frame(said: &Value) -> Message {
    match said["text"].as_str() {
        Some(text) => Message::text(text),
        None => Message::binary(bytes(&said["bytes"])),
    }
}

fn heard(message: &Message) -> Option<Value> {
    match message {
        Message::Binary(bytes) => Some(json!({ "bytes": STANDARD.encode(bytes) })),
        Message::Text(text) => Some(json!({ "text": text.as_str() })),
        _ => None,
    }
}

/// How many violations of the content policy browsers have reported.
async fn violations(gateway: &Gateway) -> u64 {
    let metrics = gateway.metrics().await;
    let counts = metrics.lines().filter(|line| line.starts_with("condrix_csp_violations_total"));
    counts.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

/// Plays a scenario on a stage with two Cores: one that means ill, and one that is beside it.
async fn look(scenario: &str) {
    let world = World::start().await;
    let mut seed = Seed::of_run(scenario);
    let rogue = Rogue::start(&world.gateway, "rogue").await;
    let honest = Rogue::start(&world.gateway, "honest").await;
    let (hostile, upright) = (Script::new(), Script::new());
    for (rogue, script) in [(&rogue, &hostile), (&honest, &upright)] {
        let script = Arc::clone(script);
        rogue.play(move |request| script.answer(request));
    }
    let core = rogue.identity.core;
    let bystander = honest.identity.core;
    let rogue = tokio::sync::Mutex::new(rogue);
    for round in 0..rounds() {
        let told = json!({ "core": core, "bystander": bystander, "round": round, "seed": seed.below(1 << 30) });
        let asked = async |what: &str, with: &Value| {
            let answers = |script: &Script| {
                let with = with.as_object().expect("answers by method and path").clone();
                script.answers.lock().unwrap_or_else(PoisonError::into_inner).extend(with);
                Value::Null
            };
            match what {
                "answer" => answers(&hostile),
                "answer honestly" => answers(&upright),
                "report" => {
                    let mut rogue = rogue.lock().await;
                    rogue.report(Act::reports(format!("{with}\n").as_bytes()));
                    rogue.up(LinkId::new()).await;
                    rogue.comes_online(&world.ada).await;
                    Value::Null
                }
                "greet" => {
                    hostile.terminal.greet(with.as_array().expect("a list").iter().map(frame).collect());
                    Value::Null
                }
                "say" => {
                    hostile.terminal.say(frame(with));
                    Value::Null
                }
                "hear" => hostile.terminal.take_heard().iter().filter_map(heard).collect(),
                "violations" => violations(&world.gateway).await.into(),
                other => panic!("nobody answers: {other}"),
            }
        };
        world.stage(told).play(scenario, asked).await;
    }
    assert!(!world.gateway.log_text().contains("panicked"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_said_in_a_session_does_anything_in_a_browser() {
    look("hostile-sessions").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_or_error_of_a_core_passes_for_the_interface() {
    look("hostile-names").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_printed_in_a_terminal_types_in_it() {
    look("hostile-terminal").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_of_a_core_is_more_than_data_to_a_browser() {
    look("hostile-answers").await;
}
