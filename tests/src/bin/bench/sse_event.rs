//! What an event of an answer takes longer to a client than to whoever reads the genuine CLI's own output.

use super::pair::Pair;
use super::{Figure, millis, percentile};
use std::time::Instant;

const EVENTS: usize = 300;
const THROUGH: &str = "through";
const ALONE: &str = "alone";

pub(super) async fn run() -> Vec<Figure> {
    let mut pair = Pair::start().await;
    let gates = pair.world.vendor.gates();
    let message = |gate: &str| {
        format!(r#"say vendor:{{"say":{{"thinking":"","numbered":{EVENTS},"pace":{{"gate":"{gate}"}}}}}}"#)
    };
    let turn = pair.through.say(&message(THROUGH)).await;
    pair.alone.say(&message(ALONE)).await;
    gates.reached(THROUGH, 1).await;
    gates.reached(ALONE, 1).await;
    let (mut throughs, mut alones) = (Vec::with_capacity(EVENTS), Vec::with_capacity(EVENTS));
    for number in 0..EVENTS {
        // In turn, and in turn first: what else the machine does meets both.
        for at in [number % 2, 1 - number % 2] {
            let started = Instant::now();
            if at == 0 {
                gates.release(THROUGH, 1);
                pair.through.until_kind("text_delta").await;
                throughs.push(millis(started.elapsed()) * 1_000.0);
            } else {
                gates.release(ALONE, 1);
                pair.alone.until(|line| line["event"]["delta"]["type"] == "text_delta").await;
                alones.push(millis(started.elapsed()) * 1_000.0);
            }
        }
    }
    pair.through.end_of(&turn).await;
    pair.alone.until(|line| line["type"] == "result").await;
    let (of_through, of_alone) = (percentile(&mut throughs, 0.5), percentile(&mut alones, 0.5));
    let detail = format!(
        "p50 of {EVENTS} pairs of events, each sent by the vendor's stand-in when the one before has come: to a client's event \
         stream {of_through:.0} µs, to the CLI's own output {of_alone:.0} µs; p99 {:.0} and {:.0} µs",
        percentile(&mut throughs, 0.99),
        percentile(&mut alones, 0.99),
    );
    vec![Figure { name: "sse_event_overhead_us_p50", value: of_through - of_alone, unit: "us", detail }]
}
