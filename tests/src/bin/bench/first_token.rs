//! What stands between a message and the first word of its answer, against the genuine CLI by itself.

use super::pair::{MESSAGE, Pair};
use super::{Figure, millis, percentile};
use condrix_tests::rig::{Chat, Conversation};
use std::time::Instant;

const PAIRS: usize = 60;

pub(super) async fn run() -> Vec<Figure> {
    let mut pair = Pair::start().await;
    let (mut alones, mut throughs) = (Vec::new(), Vec::new());
    for number in 0..PAIRS {
        // In turn, and in turn first: what else the machine does meets both.
        if number % 2 == 0 {
            alones.push(alone_once(&mut pair.alone).await);
            throughs.push(through_once(&mut pair.through).await);
        } else {
            throughs.push(through_once(&mut pair.through).await);
            alones.push(alone_once(&mut pair.alone).await);
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

/// From a message to the first word of its answer; the turn ends behind it.
pub(super) async fn alone_once(chat: &mut Chat) -> f64 {
    let started = Instant::now();
    chat.say(MESSAGE).await;
    chat.until(|line| line["event"]["delta"]["type"] == "text_delta").await;
    let took = millis(started.elapsed());
    chat.until(|line| line["type"] == "result").await;
    took
}

pub(super) async fn through_once(conversation: &mut Conversation) -> f64 {
    let started = Instant::now();
    let turn = conversation.say(MESSAGE).await;
    conversation.until_kind("text_delta").await;
    let took = millis(started.elapsed());
    conversation.end_of(&turn).await;
    took
}
