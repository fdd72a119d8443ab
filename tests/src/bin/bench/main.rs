//! The benchmarks: one JSON object a line. Each is bounded in count, ends by itself and speaks to loopback only.
//!
//! A figure of time tells little by itself on a machine that does other things too; where there is something to hold it
//! against in the same run, `detail` says what.
#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

mod first_message;
mod first_token;
mod pair;
mod revocation;
mod sse_event;
mod terminals;
mod web;
mod websockets;

use serde::Serialize;
use std::time::Duration;

/// One line of output.
#[derive(Debug, Serialize)]
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    detail: String,
}

fn print(figure: &Figure) {
    println!("{}", serde_json::to_string(figure).expect("a figure is JSON"));
}

/// The value below which this share of the samples lies.
fn percentile(samples: &mut [f64], share: f64) -> f64 {
    assert!(!samples.is_empty(), "nothing was measured");
    samples.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let at = ((samples.len() as f64 * share).ceil() as usize).clamp(1, samples.len());
    samples[at - 1]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[tokio::main]
async fn main() {
    // One by name, or all.
    let wanted = std::env::args().nth(1);
    let is_wanted = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    if is_wanted("websockets") {
        websockets::run().await.iter().for_each(print);
    }
    if is_wanted("revocation") {
        revocation::run().await.iter().for_each(print);
    }
    if is_wanted("first_message") {
        first_message::run().await.iter().for_each(print);
    }
    if is_wanted("sse_event") {
        sse_event::run().await.iter().for_each(print);
    }
    if is_wanted("terminals") {
        terminals::run().await.iter().for_each(print);
    }
    if is_wanted("web") {
        web::run().await.iter().for_each(print);
    }
    if is_wanted("first_token") {
        first_token::run().await.iter().for_each(print);
    }
}
