//! What stands between a message and the first word of its answer, against the genuine CLI by itself.

use super::{Figure, millis, percentile};
use condrix_tests::rig::tree::Process;
use condrix_tests::rig::{Chat, Conversation, GenuineCli, World};
use std::time::Instant;
use uuid::Uuid;

const PAIRS: usize = 60;
const KEY: &str = "sk-ant-api03-bench";
/// The stand-in answers at once.
const MESSAGE: &str = r#"say vendor:{"say":{"chunks":["one"]}}"#;

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    let core = world.core_with_key("one", KEY).await;
    let mut through = core.converse(&world.ada, "bench").await;
    through_once(&mut through).await;
    let process = core.cli_processes().into_iter().next().expect("the Core has a warm CLI");
    // The same environment, arguments and first request, so that the way through the gateway is what differs.
    let cli = GenuineCli::new(&world.vendor).like(&process).with_api_key(KEY);
    let extra = further_arguments(&process);
    let mut alone = cli.chat(&extra.iter().map(String::as_str).collect::<Vec<_>>());
    alone.initialize().await;
    // Both are warm before anything counts.
    for _ in 0..3 {
        alone_once(&mut alone).await;
        through_once(&mut through).await;
    }
    let (mut alones, mut throughs) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        // In turn, and in turn first: what else the machine does meets both.
        if pair % 2 == 0 {
            alones.push(alone_once(&mut alone).await);
            throughs.push(through_once(&mut through).await);
        } else {
            throughs.push(through_once(&mut through).await);
            alones.push(alone_once(&mut alone).await);
        }
    }
    let (alone, through) = (percentile(&mut alones, 0.5), percentile(&mut throughs, 0.5));
    let detail = format!(
        "p50 of {PAIRS} pairs in turn: through the gateway {through:.1} ms, the CLI by itself {alone:.1} ms, ratio {:.2}; \
         p90 {:.1} and {:.1} ms",
        through / alone,
        percentile(&mut throughs, 0.9),
        percentile(&mut alones, 0.9)
    );
    vec![Figure { name: "first_token_overhead_ms", value: through - alone, unit: "ms", detail }]
}

/// What the Core's CLI was started with beyond the flags that every conversation of the rig has; its session is another.
fn further_arguments(process: &Process) -> Vec<String> {
    let common = process.arguments.iter().position(|argument| argument == "--strict-mcp-config");
    let mut further = process.arguments[common.expect("it has the safe flags") + 1..].to_vec();
    let session = further.iter().position(|argument| argument == "--session-id").expect("its session is new");
    further[session + 1] = Uuid::new_v4().to_string();
    further
}

async fn alone_once(chat: &mut Chat) -> f64 {
    let started = Instant::now();
    chat.say(MESSAGE).await;
    chat.until(|line| line["event"]["delta"]["type"] == "text_delta").await;
    let took = millis(started.elapsed());
    chat.until(|line| line["type"] == "result").await;
    took
}

async fn through_once(conversation: &mut Conversation) -> f64 {
    let started = Instant::now();
    let turn = conversation.say(MESSAGE).await;
    conversation.until_kind("text_delta").await;
    let took = millis(started.elapsed());
    conversation.end_of(&turn).await;
    took
}
