//! What a hostile Core may answer. Its aims: script in the gateway's origin, a cookie of the gateway's, a redirect, an answer
//! to somebody else's request, or a gateway that falls over.

mod bodies;
mod heads;
mod sockets;
mod types;

use super::stage::Stage;
use super::{Seed, rounds};
use anyhow::{Context as _, Result, bail, ensure};
use condrix_tests::rogue::{Act, Rogue, Then, json_answer};
use condrix_tests::wire::Reply;
use futures::StreamExt as _;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// In every header value that must not come through.
const EVIL: &str = "evil.example";
/// A body that would run if it were shown.
const SCRIPT: &str = "<!doctype html><script>alert(1)</script>";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Its status and body come through, and of its headers the named ones.
    Filtered,
    /// A problem instead.
    Refused,
    /// A head comes through, and a body that is seen to be broken.
    Cut,
}

#[derive(Clone)]
struct Case {
    name: String,
    fate: Fate,
    bytes: Vec<u8>,
    then: Then,
}

fn case(name: impl Into<String>, fate: Fate, bytes: impl Into<Vec<u8>>) -> Case {
    Case { name: name.into(), fate, bytes: bytes.into(), then: Then::End }
}

/// An answer with these header lines, which end themselves, and a body of its announced length.
fn answer(status: &str, lines: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len())
}

const JSON: &str = "Content-Type: application/json\r\n";

/// The only headers that may reach a client.
const ALLOWED: &[&str] = &[
    "accept-ranges",
    "cache-control",
    "condrix-request-id",
    "connection",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "referrer-policy",
    "retry-after",
    "sec-websocket-accept",
    "sec-websocket-protocol",
    "strict-transport-security",
    "transfer-encoding",
    "upgrade",
    "x-content-type-options",
];

/// Media types in which no browser runs script.
const PASSIVE: &[&str] = &[
    "application/json",
    "application/problem+json",
    "text/event-stream",
    "application/octet-stream",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
];

/// What holds for every answer that reaches a client.
fn assert_harmless(reply: &Reply) -> Result<()> {
    ensure!(reply.faults.is_empty(), "{:?}", reply.faults);
    ensure!(matches!(reply.status, 200..=299 | 400..=599) || reply.status == 101, "status {}", reply.status);
    for (name, value) in &reply.headers {
        ensure!(ALLOWED.contains(&name.as_str()), "{name} came through");
        ensure!(!value.contains(EVIL), "{name} came through with {value}");
    }
    for single in ["content-type", "content-security-policy", "x-content-type-options", "content-length"] {
        ensure!(reply.all(single).count() <= 1, "{single} twice");
    }
    if let Some(media_type) = reply.header("content-type") {
        ensure!(PASSIVE.contains(&media_type), "{media_type} came through");
    }
    ensure!(reply.header("x-content-type-options") == Some("nosniff"), "it could be sniffed");
    let policy = reply.header("content-security-policy").context("no policy")?;
    ensure!(
        matches!(policy, "default-src 'none'; sandbox" | "default-src 'none'; frame-ancestors 'none'"),
        "policy {policy}"
    );
    ensure!(reply.header("cache-control") == Some("no-store"), "it could be kept");
    if reply.status != 101 {
        ensure!(reply.header("upgrade").is_none() && reply.header("sec-websocket-accept").is_none(), "an upgrade");
        ensure!(
            !matches!(reply.header("connection"), Some(value) if !matches!(value, "close" | "keep-alive")),
            "a hop's header"
        );
    }
    Ok(())
}

fn judge(case: &Case, replies: &[Reply], as_written: bool) -> Result<()> {
    let (first, rest) = replies.split_first().context("the client was told nothing")?;
    ensure!(first.problem().as_deref() != Some("unauthenticated"), "its client was not let in");
    assert_harmless(first)?;
    match rest {
        [] => {}
        // The same connection went on, with the answer to the next question and no other.
        [next] => ensure!(
            next.status == 200 && next.json()["status"] == "alive",
            "the next question was answered with {next:?}"
        ),
        _ => bail!("more answers than questions"),
    }
    let refused = matches!(first.problem().as_deref(), Some("bad-core-answer" | "core-offline" | "core-unresponsive"));
    let told = if refused {
        Fate::Refused
    } else if first.whole {
        Fate::Filtered
    } else {
        Fate::Cut
    };
    ensure!(first.whole || rest.is_empty(), "a connection goes on behind a broken answer");
    ensure!(!as_written || told == case.fate, "it was {told:?}");
    Ok(())
}

/// Asks the rogue with a case's number, and then something else over the same connection.
async fn ask(stage: &Stage, rest: &str, lines: &str, number: usize) -> Vec<Reply> {
    let mut wire = stage.door.open().await;
    let (path, host, token) = (stage.rogue.path(rest), stage.host(), &stage.token);
    let head =
        format!("GET {path}?case={number} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{lines}\r\n");
    wire.send(head.as_bytes()).await;
    let mut replies: Vec<Reply> = wire.reply().await.into_iter().collect();
    if replies.first().is_none_or(|reply| reply.status != 101) {
        wire.send(format!("GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).await;
        replies.extend(wire.replies().await);
    }
    replies
}

/// Makes the rogue answer the case that a request names.
fn play(rogue: &Rogue, cases: Vec<Case>) {
    let cases = Arc::new(cases);
    rogue.play(move |request| {
        let number = request.target().split_once("case=").and_then(|(_, number)| number.parse::<usize>().ok());
        // What names no case is an honest question.
        let Some(number) = number else { return Act::say(json_answer(200, &json!({ "answers": request.line() }))) };
        Act::Say(cases[number].bytes.clone(), cases[number].then.clone())
    });
}

/// Another Core and its user, who are to notice nothing.
struct Bystander {
    asked: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Rogue>,
}

impl Bystander {
    async fn begin(stage: &Stage) -> Self {
        let rogue = Rogue::start(&stage.gateway, "bystander").await;
        let (client, path) = (stage.ada.clone(), rogue.path("workspaces"));
        let (asked, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end) = (Arc::clone(&asked), Arc::clone(&over));
        let task = tokio::spawn(async move {
            while !end.load(Ordering::Relaxed) {
                let answer = client.get(&path).await.expect(200);
                assert_eq!(answer["answers"], "GET /v1/workspaces HTTP/1.1");
                count.fetch_add(1, Ordering::Relaxed);
            }
            rogue
        });
        Self { asked, over, task }
    }

    async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        let mut rogue = self.task.await.expect("the bystander was answered each time");
        assert!(rogue.link().is_up(), "the bystander's link was cut");
        assert!(self.asked.load(Ordering::Relaxed) > 10, "the bystander was hardly answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_core_answers_harms_a_client_or_the_gateway() {
    let corpus: Vec<Case> = [types::cases(), heads::cases(), bodies::cases()].into_iter().flatten().collect();
    assert!(corpus.len() >= 200, "{} cases", corpus.len());
    let (silent, others): (Vec<Case>, Vec<Case>) = corpus.into_iter().partition(|case| matches!(case.then, Then::Hold));
    assert_harmless_answers(Stage::set().await, &others).await;
    assert_harmless_answers(Stage::impatient_with_cores().await, &silent).await;
}

/// Runs a corpus, first as it is written and then changed.
async fn assert_harmless_answers(mut stage: Stage, corpus: &[Case]) {
    let bystander = Bystander::begin(&stage).await;
    let mut seed = Seed::of_run("answers");
    let mut faults = Vec::new();
    for round in 0..rounds() {
        let mut cases = corpus.to_vec();
        if round > 0 {
            for case in &mut cases {
                seed.disturb(&mut case.bytes);
            }
        }
        play(&stage.rogue, cases.clone());
        let asked = futures::stream::iter(0..cases.len()).map(|number| ask(&stage, "workspaces", "", number));
        let replies: Vec<Vec<Reply>> = asked.buffered(16).collect().await;
        for (case, replies) in cases.iter().zip(&replies) {
            if let Err(wrong) = judge(case, replies, round == 0) {
                let said = String::from_utf8_lossy(&case.bytes[..case.bytes.len().min(300)]).escape_debug().to_string();
                faults.push(format!("{}: {wrong:#}\n  said {said}\n  got {replies:?}", case.name));
            }
        }
        stage.rogue.settled().await;
        stage.assert_let_in().await;
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(stage.rogue.link().is_up(), "one bad answer ended the Core's link");
    bystander.end().await;
    assert!(!stage.gateway.log_text().contains("panicked"));
}
