//! Revoking Cores in mid-answer: how fast their streams and their work end, and whether anybody else notices.

use super::{Figure, millis, percentile};
use condrix_tests::rig::reader::history;
use condrix_tests::rig::{Core, Reader, SseEvent, World, eventually};
use condrix_tests::vendor::Say;
use futures::future::join_all;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const CORES: usize = 20;
const REVOKED: usize = 10;
const STREAMS_PER_CORE: usize = 10;
const KEY: &str = "sk-ant-api03-bench";
/// More numbers than are ever let out before the last revocation: one every so often, on every Core.
const NUMBERS: u32 = 6_000;
const PACE: Duration = Duration::from_millis(50);
/// How often it is looked whether a process is still there.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// What has not ended by then is said to have taken this long.
const WORK_DEADLINE: Duration = Duration::from_secs(10);

/// A Core in mid-answer with its readers.
struct Busy {
    core: Core,
    gate: String,
    session: String,
    /// Each ends with its stream, or with its turn.
    readers: Vec<JoinHandle<(Instant, Vec<SseEvent>)>>,
}

pub(super) async fn run() -> Vec<Figure> {
    let world = World::start().await;
    let mut busy = Vec::new();
    for number in 0..CORES {
        let begun = begin(&world, number).await;
        if number < REVOKED {
            run_a_tool(&world, &begun.core).await;
        }
        busy.push(begun);
    }
    let gates: Vec<String> = busy.iter().map(|busy| busy.gate.clone()).collect();
    tokio::select! {
        figures = measure(&world, busy) => figures,
        () = count_on(&world, &gates) => unreachable!("the gates are worked until the end"),
    }
}

/// Lets every answer go on, a number at a time.
async fn count_on(world: &World, gates: &[String]) {
    let mut ticks = tokio::time::interval(PACE);
    loop {
        ticks.tick().await;
        for gate in gates {
            world.vendor.gates().release(gate, 1);
        }
    }
}

async fn measure(world: &World, mut busy: Vec<Busy>) -> Vec<Figure> {
    let bystanders = busy.split_off(REVOKED);
    let (mut cuts, mut works) = (Vec::new(), Vec::new());
    for Busy { mut core, readers, .. } in busy {
        let (path, order) = (format!("/api/v1/cores/{}/revoke", core.id()), json!({}));
        let agent = core.program().pid();
        let pids = core.processes().into_iter().map(|process| process.pid);
        let working: Vec<u32> = pids.filter(|pid| Some(*pid) != agent).collect();
        // Two conversations with their supervisors, and a tool of one with its child.
        assert!(working.len() >= 6, "too little works on the Core");
        let started = Instant::now();
        let order = world.ada.post(&path, &order);
        let (receipt, stopped) = tokio::join!(order, work_stopped(&working, started));
        receipt.expect(200);
        works.push(millis(stopped));
        for reader in readers {
            let (ended, seen) = reader.await.expect("a reader ends");
            assert!(
                seen.iter().all(|event| event.event != "turn_completed"),
                "the answer was over before its Core was revoked"
            );
            cuts.push(millis(ended.duration_since(started)));
        }
    }
    let (lost, read) = bytes_lost(world, bystanders).await;
    let streams = CORES * STREAMS_PER_CORE;
    let of = format!("{REVOKED} of {CORES} Cores revoked one after the other, {streams} streams in mid-answer");
    let detail = format!(
        "{of}; from the order to the end of each stream at its reader; p50 {:.1} ms",
        percentile(&mut cuts, 0.5)
    );
    let cut = Figure { name: "revoke_cut_p99_ms", value: percentile(&mut cuts, 0.99), unit: "ms", detail };
    let detail = format!("{of}; {read} bytes of events compared with the journals of the Cores that stayed");
    #[expect(clippy::cast_precision_loss, reason = "a count of bytes that is to be nought")]
    let lost = Figure { name: "revoke_bystander_bytes_lost", value: lost as f64, unit: "bytes", detail };
    let detail = format!(
        "{of}; from the order until nothing but the agent is left on the host, a tool's child in a session of its own \
         included; {} samples, p50 {:.1} ms",
        works.len(),
        percentile(&mut works, 0.5)
    );
    let work = Figure { name: "revoke_work_stopped_p99_ms", value: percentile(&mut works, 0.99), unit: "ms", detail };
    vec![cut, lost, work]
}

async fn begin(world: &World, number: usize) -> Busy {
    let core = world.core_with_key(&format!("core-{number}"), KEY).await;
    let conversation = core.converse(&world.ada, "bench").await;
    let gate = format!("gate-{number}");
    let text = format!("count for {number}.");
    world.vendor.script().once(&text, Say::numbered(NUMBERS).gated(&gate));
    conversation.say(&text).await;
    world.vendor.gates().release(&gate, 1);
    let session = conversation.path("");
    let mut readers = Vec::new();
    for number in 0..STREAMS_PER_CORE {
        let mut reader = if number % 2 == 0 {
            Reader::events(&world.ada, &session, None).await
        } else {
            Reader::socket(&world.ada, &session, None).await
        };
        // In mid-answer: it has begun.
        reader.until_kind("text_delta").await;
        readers.push(tokio::spawn(async move {
            while let Some(event) = reader.next().await {
                if event.event == "turn_completed" {
                    break;
                }
            }
            (Instant::now(), reader.seen().to_vec())
        }));
    }
    Busy { core, gate, session, readers }
}

/// A tool at work, with a child that has left its session.
async fn run_a_tool(world: &World, core: &Core) {
    let input = json!({ "command": "setsid sleep 611 & sleep 612", "description": "wait" });
    let tool = json!({ "tool": { "name": "Bash", "input": input } });
    let mut conversation = core.converse(&world.ada, "tool").await;
    conversation.say(&format!("wait vendor:{tool}")).await;
    let asked = conversation.until_kind("approval_requested").await;
    conversation.decide(&asked, &json!({ "decision": "allow" })).await.expect(200);
    let sleeping = || {
        let all = core.processes().into_iter();
        all.filter(|process| process.arguments.first().is_some_and(|name| name == "sleep")).count()
    };
    eventually("the tool runs", async || (sleeping() == 2).then_some(())).await;
}

/// Only these processes are looked at: a look at all of the machine's would take its time from what is measured.
async fn work_stopped(working: &[u32], started: Instant) -> Duration {
    let is_there = |pid: &u32| std::path::Path::new("/proc").join(pid.to_string()).exists();
    while working.iter().any(is_there) && started.elapsed() < WORK_DEADLINE {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    started.elapsed()
}

/// What the readers of Cores that stayed miss of their journals, and how much was compared.
async fn bytes_lost(world: &World, bystanders: Vec<Busy>) -> (usize, usize) {
    let (mut lost, mut compared) = (0, 0);
    for Busy { core, gate, session, readers } in bystanders {
        world.vendor.gates().open(&gate);
        let seen: Vec<_> = join_all(readers).await.into_iter().map(|reader| reader.expect("a reader ends").1).collect();
        let journal = history(&world.ada, &session).await;
        for events in seen {
            for (number, written) in journal.iter().enumerate().take_while(|(_, event)| event.event != "process_ended")
            {
                compared += written.data.len();
                if events.get(number) != Some(written) {
                    lost += written.data.len();
                }
            }
        }
        drop(core);
    }
    (lost, compared)
}
