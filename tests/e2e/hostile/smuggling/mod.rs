//! Requests that two readers of the same bytes could take apart differently.
//!
//! Each case begins with a request of its own (`?first=N`) and carries another one (`?smuggled=N`) where a careless reader
//! would find it. The Core must see exactly what the strictest reader sees, or less; the other request is complete and
//! would be let in if it were found.

mod chunks;
mod framing;
mod heads;
mod targets;
mod upgrades;

use super::stage::Stage;
use super::strict::{self, Legitimate};
use super::{Seed, rounds};
use anyhow::{Context as _, Result, bail, ensure};
use condrix_tests::rogue::Received;
use condrix_tests::wire::Reply;
use futures::StreamExt as _;
use std::collections::HashMap;

/// What is to become of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing of it reaches the Core; its client is told a problem, or loses the connection.
    Refused,
    /// Its first request is answered by the Core, and nothing else of it gets anywhere.
    First,
    /// Its head is in order and its body is not: the Core may see it begin, and nobody sees it answered.
    Broken,
    /// Two requests in order: the first is answered, and the second too or not at all.
    Pipelined,
}

/// Writes a case's bytes.
type Write = Box<dyn Fn(&Words) -> String + Send + Sync>;

struct Case {
    name: String,
    fate: Fate,
    write: Write,
}

fn case(name: impl Into<String>, fate: Fate, write: impl Fn(&Words) -> String + Send + Sync + 'static) -> Case {
    Case { name: name.into(), fate, write: Box::new(write) }
}

/// What a case is written with.
struct Words {
    /// The first request's address, without its query.
    path: String,
    /// Another address of the same Core that may be asked for a WebSocket.
    events: String,
    host: String,
    token: String,
    /// What its requests are known by.
    mark: String,
    /// A whole request that must not be found.
    smuggled: String,
}

impl Words {
    /// The first request's target.
    fn first(&self) -> String {
        format!("{}?first={}", self.path, self.mark)
    }

    /// The headers that every honest request has.
    fn headers(&self) -> String {
        format!("Host: {}\r\nAuthorization: Bearer {}\r\n", self.host, self.token)
    }

    /// A request with these further header lines, which end themselves, and what follows its head.
    fn request(&self, method: &str, lines: &str, rest: &str) -> String {
        format!("{method} {} HTTP/1.1\r\n{}{lines}\r\n{rest}", self.first(), self.headers())
    }
}

/// A case as it was sent, and everything that became of it.
struct Run {
    name: String,
    fate: Fate,
    number: usize,
    sent: Vec<u8>,
    replies: Vec<Reply>,
}

fn corpus() -> Vec<Case> {
    [framing::cases(), heads::cases(), targets::cases(), chunks::cases(), upgrades::cases()]
        .into_iter()
        .flatten()
        .collect()
}

async fn run(stage: &Stage, name: String, fate: Fate, number: usize, sent: Vec<u8>) -> Run {
    let mut wire = stage.door.open().await;
    wire.send(&sent).await;
    let mut replies = Vec::new();
    // "Go on" is no answer yet: whoever said another question before the answer would have asked two at once.
    while let Some(reply) = wire.reply().await {
        let is_answer = reply.status != 100;
        replies.push(reply);
        if is_answer {
            break;
        }
    }
    // A connection that is still there must answer the next question and no other.
    wire.send(format!("GET /livez HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", stage.host()).as_bytes()).await;
    replies.extend(wire.replies().await);
    Run { name, fate, number, sent, replies }
}

/// Runs cases some at a time: many of them wait for a deadline to pass.
async fn run_all(
    stage: &Stage,
    cases: Vec<(String, Fate, usize, Vec<u8>)>,
) -> (Vec<Run>, HashMap<usize, Vec<Received>>) {
    let runs = futures::stream::iter(cases)
        .map(|(name, fate, number, sent)| run(stage, name, fate, number, sent))
        .buffer_unordered(24)
        .collect::<Vec<_>>()
        .await;
    let mut seen: HashMap<usize, Vec<Received>> = HashMap::new();
    for received in stage.rogue.settled().await {
        let whole = received.body().is_some();
        match case_of(&received, &runs, &stage.core()) {
            Some(number) => seen.entry(number).or_default().push(received),
            // What a change has made of a target, with a body that never came to its end.
            None if !whole => {}
            None => panic!("nobody sent {}", received.raw.escape_ascii()),
        }
    }
    (runs, seen)
}

/// Whose request this is: by its exact target, or by its mark where its body was no body.
fn case_of(received: &Received, runs: &[Run], core: &str) -> Option<usize> {
    let target = received.target();
    let inside =
        |found: &Legitimate| found.target.strip_prefix(core).is_some_and(|rest| target == format!("/v1{rest}"));
    let sent = runs.iter().find(|run| strict::read(&run.sent).iter().any(inside));
    let marked = || runs.iter().find(|run| target.contains(&mark(run.number)));
    sent.or_else(marked).map(|run| run.number)
}

/// What a case's requests are known by: no change makes one out of another's.
fn mark(number: usize) -> String {
    let mut seed = Seed(u64::try_from(number).expect("few cases"));
    format!("{number}x{:016x}", seed.next())
}

fn words(stage: &Stage, number: usize) -> Words {
    let path = stage.rogue.path("workspaces");
    let forged = "Condrix-User: 00000000-0000-7000-8000-000000000000\r\nCondrix-Grant: administer\r\n";
    let (host, token) = (stage.host(), stage.token.clone());
    let mark = mark(number);
    let smuggled =
        format!("GET {path}?smuggled={mark} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{forged}\r\n");
    let events = stage.rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    Words { path, events, host, token, mark, smuggled }
}

/// What holds for every case, however it was changed.
fn judge(run: &Run, seen: &[Received], user: &str, core: &str) -> Result<()> {
    let legitimate = strict::read(&run.sent);
    let inside = |target: &str| target.strip_prefix(core).map(|rest| format!("/v1{rest}"));
    let whole: Vec<&Received> = seen.iter().filter(|received| received.body().is_some()).collect();
    for received in &whole {
        received.check(user).with_context(|| received.raw.escape_ascii().to_string())?;
        let matches = |found: &Legitimate| {
            let body = received.body().map(|(body, _)| body);
            inside(&found.target).as_deref() == Some(received.target()) && body.as_ref() == Some(&found.body)
        };
        ensure!(legitimate.iter().any(matches), "nobody sent {}", received.raw.escape_ascii());
    }
    ensure!(seen.len() <= legitimate.len().max(1), "more requests than were sent");
    let mut answered = 0;
    for reply in &run.replies {
        match reply.status {
            200 if reply.text().contains("answers") => {
                let line = reply.json()["answers"].as_str().unwrap_or_default().to_owned();
                let asked = whole.get(answered).map(|received| received.line()).unwrap_or_default();
                ensure!(line == asked, "the answer to {asked:?} is one to {line:?}");
                answered += 1;
            }
            200 => ensure!(reply.json()["status"] == "alive", "an answer that nobody asked for"),
            400..=499 | 502..=504 => ensure!(reply.problem().is_some(), "a refusal that is no problem"),
            _ => bail!("an odd answer"),
        }
    }
    Ok(())
}

/// What holds for a case as it was written.
fn judge_as_written(run: &Run, seen: &[Received]) -> Result<()> {
    let answers = run.replies.iter().filter(|reply| reply.text().contains("answers")).count();
    let first = seen.iter().filter(|received| received.target().contains("first=")).count();
    match run.fate {
        Fate::Refused => {
            ensure!(seen.is_empty(), "it reached the Core");
            ensure!(run.replies.len() <= 1, "its connection went on");
        }
        Fate::First => ensure!((seen.len(), first, answers) == (1, 1, 1), "it was not answered, or not alone"),
        Fate::Broken => {
            ensure!(answers == 0, "it was answered");
            ensure!(run.replies.len() <= 1, "its connection went on");
        }
        Fate::Pipelined => ensure!(first >= 1 && seen.len() == answers, "the first was not answered"),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_sees_the_requests_that_were_sent_and_no_others() {
    let (patient, impatient) = (Stage::set().await, Stage::impatient_with_clients().await);
    let mut dice = Seed::of_run("smuggling");
    let corpus = corpus();
    let mut faults = Vec::new();
    for round in 0..rounds() {
        // What is to be answered takes its time; what is changed may never come to an end.
        let is_honest = |case: &Case| round == 0 && matches!(case.fate, Fate::First | Fate::Pipelined);
        for (stage, honest) in [(&patient, true), (&impatient, false)] {
            let chosen = corpus.iter().enumerate().filter(|(_, case)| is_honest(case) == honest);
            let write = |(at, case): (usize, &Case)| {
                let number = usize::try_from(round).expect("few rounds") * 10_000 + at;
                let mut sent = (case.write)(&words(stage, number)).chars().map(byte).collect::<Vec<u8>>();
                if round > 0 {
                    dice.disturb(&mut sent);
                }
                (case.name.clone(), case.fate, number, sent)
            };
            let cases = chosen.map(write).collect();
            faults.extend(faults_of(stage, cases, round == 0).await);
            stage.assert_let_in().await;
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    for stage in [patient, impatient] {
        stage.assert_no_faults().await;
    }
}

/// Runs cases and judges what became of them.
async fn faults_of(stage: &Stage, cases: Vec<(String, Fate, usize, Vec<u8>)>, as_written: bool) -> Vec<String> {
    let core = stage.core();
    let (runs, all) = run_all(stage, cases).await;
    let mut faults = Vec::new();
    for run in &runs {
        let seen = all.get(&run.number).map_or(&[][..], Vec::as_slice);
        let judged = judge(run, seen, &stage.user, &core);
        let judged = judged.and_then(|()| if as_written { judge_as_written(run, seen) } else { Ok(()) });
        if let Err(wrong) = judged {
            faults.push(format!(
                "{}: {wrong:#}\n  sent {}\n  got {:?}\n  seen {seen:?}",
                run.name,
                run.sent.escape_ascii(),
                run.replies
            ));
        }
    }
    faults
}

/// Cases are written as text in which each character stands for one byte.
fn byte(character: char) -> u8 {
    u8::try_from(u32::from(character)).expect("cases are written in bytes")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_control_plane_sees_the_requests_that_were_sent_and_no_others() {
    let stage = Stage::impatient_with_clients().await;
    let body = r#"{"name":"smuggled"}"#;
    let count = async || stage.ada.get("/api/v1/tokens").await.expect(200)["items"].as_array().map(Vec::len);
    let before = count().await;
    let mut cases = Vec::new();
    for (number, case) in corpus().into_iter().enumerate() {
        let mut words = words(&stage, number);
        words.path = "/api/v1/pairing".to_owned();
        words.events.clone_from(&words.path);
        words.smuggled = format!(
            "POST /api/v1/tokens HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            words.host,
            words.token,
            body.len()
        );
        if case.fate != Fate::Pipelined {
            cases.push((case.name, case.fate, number, (case.write)(&words).chars().map(byte).collect()));
        }
    }
    let (runs, seen) = run_all(&stage, cases).await;
    assert!(seen.is_empty(), "a Core was asked: {seen:?}");
    let mut faults = Vec::new();
    for run in runs {
        // "Go on" is no answer yet: it comes where it was expected, and the answer behind it.
        let answers = || run.replies.iter().filter(|reply| reply.status != 100);
        let fine = |reply: &&Reply| reply.problem().is_none() && reply.json()["status"] != "alive";
        if answers().next().is_none() && !run.replies.is_empty() {
            faults.push(format!("{}: no answer behind {:?}", run.name, run.replies));
        }
        if let Some(reply) = answers().find(fine) {
            faults.push(format!("{}: {}\n  got {reply:?}", run.name, run.sent.escape_ascii()));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(count().await, before, "a smuggled request was carried out");
}
