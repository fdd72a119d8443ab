//! The same over HTTP/2, where framing cannot be in doubt but fields can: each becomes a line of HTTP/1.1 on its way.

use super::stage::Stage;
use super::{Seed, rounds};
use condrix_tests::wire::{Frames, Outcome};
use futures::StreamExt as _;

type Field = (Vec<u8>, Vec<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    First,
}

/// A request as fields, and its body in frames of data.
#[derive(Clone)]
struct Case {
    name: String,
    fate: Fate,
    fields: Vec<Field>,
    data: Vec<Vec<u8>>,
    trailers: Vec<Field>,
}

impl Case {
    fn shown(&self) -> String {
        let show = |(name, value): &Field| format!("{} = {}", name.escape_ascii(), value.escape_ascii());
        self.fields.iter().chain(&self.trailers).map(show).collect::<Vec<_>>().join("; ")
    }
}

fn field(name: &str, value: &str) -> Field {
    (name.as_bytes().to_vec(), value.as_bytes().to_vec())
}

fn honest(stage: &Stage) -> Vec<Field> {
    vec![
        field(":method", "GET"),
        field(":scheme", "https"),
        field(":authority", &stage.host()),
        field(":path", &stage.rogue.path("workspaces")),
        field("authorization", &format!("Bearer {}", stage.token)),
    ]
}

fn case(stage: &Stage, name: impl Into<String>, fate: Fate, change: impl FnOnce(&mut Vec<Field>)) -> Case {
    let mut fields = honest(stage);
    change(&mut fields);
    Case { name: name.into(), fate, fields, data: Vec::new(), trailers: Vec::new() }
}

fn corpus(stage: &Stage) -> Vec<Case> {
    use Fate::{First, Refused};
    let path = stage.rogue.path("workspaces");
    let mut cases = vec![case(stage, "an honest request", First, |_| {})];
    for (name, value) in [
        ("connection", "keep-alive"),
        ("connection", "close, condrix-user"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("upgrade", "websocket"),
        ("te", "gzip"),
        ("Host", "localhost"),
        ("X-A", "b"),
        ("x a", "b"),
        ("x:a", "b"),
        ("", "b"),
        ("x-a\r\ncondrix-grant", "administer"),
        ("x-\0a", "b"),
        ("x-a", "b\r\ncondrix-grant: administer"),
        ("x-a", "b\ncondrix-grant: administer"),
        ("x-a", "b\rc"),
        ("x-a", "b\0c"),
        (":method", "POST"),
        (":path", "/livez"),
        (":scheme", "http"),
        (":status", "200"),
        (":evil", "x"),
        (":protocol", "websocket"),
        ("content-length", "5"),
        ("content-length", "-1"),
        ("content-length", "five"),
    ] {
        let named = format!("{} = {}", name.escape_debug(), value.escape_debug());
        cases.push(case(stage, named, Refused, |fields| fields.push(field(name, value))));
    }
    for (name, value) in [
        ("te", "trailers"),
        ("condrix-user", "00000000-0000-7000-8000-000000000000"),
        ("condrix_grant", "administer"),
        ("x-forwarded-for", "127.0.0.1"),
        ("cookie", "a=b"),
    ] {
        cases.push(case(stage, format!("{name} = {value}"), First, |fields| fields.push(field(name, value))));
    }
    for (at, what) in [(0, "method"), (1, "scheme"), (3, "path")] {
        cases.push(case(stage, format!("no {what}"), Refused, |fields| drop(fields.remove(at))));
        cases.push(case(stage, format!("an empty {what}"), Refused, |fields| fields[at].1.clear()));
        cases.push(case(stage, format!("{what} twice"), Refused, |fields| fields.insert(at, fields[at].clone())));
        cases.push(case(stage, format!("{what} at the end"), Refused, |fields| fields[at..].rotate_left(1)));
    }
    for method in ["get", "GET / HTTP/1.1\r\nX-A: b", "GE T", "G\0T", "SUMMON", "TRACE", "CONNECT", "(GET)"] {
        let named = format!("method {}", method.escape_debug());
        cases.push(case(stage, named, Refused, |fields| fields[0].1 = method.into()));
    }
    for target in [
        "*",
        "workspaces",
        "https://localhost{path}",
        "/{path}",
        "{path}/",
        "{path}/../workspaces",
        "{path}/%2e%2e/workspaces",
        "{path}%2f",
        "{path}\\",
        "{path} HTTP/1.1\r\nX-A: b\r\nX-B:",
        "{path}?a b",
        "{path}?a\r\nb",
        "{path}\0",
        "{path}\t",
        "{path}\u{e9}",
    ] {
        let target = target.replace("{path}", &path);
        let named = format!("path {}", target.escape_debug());
        cases.push(case(stage, named, Refused, |fields| fields[3].1 = target.into()));
    }
    for authority in ["user@localhost", "evil.example@localhost", "local host", ""] {
        let named = format!("authority {authority:?}");
        cases.push(case(stage, named, Refused, |fields| fields[2].1 = authority.into()));
    }
    cases
        .push(case(stage, "a host beside the authority", Refused, |fields| fields.push(field("host", "evil.example"))));
    // Cut off before anybody decides: what is decided on and what goes on are the same path.
    let fragment = format!("{path}#fragment");
    cases.push(case(stage, "a fragment", First, |fields| fields[3].1 = fragment.into()));
    cases.push(case(stage, "CONNECT as it should be", Refused, |fields| {
        fields[0].1 = "CONNECT".into();
        fields.drain(1..4);
        fields.insert(1, field(":authority", "localhost:1"));
    }));
    cases.push(case(stage, "more fields than anybody sends", Refused, |fields| {
        fields.extend((0..40).map(|number| field(&format!("x-{number}"), &"a".repeat(1_000))));
    }));
    cases.extend(bodies(stage));
    cases
}

fn bodies(stage: &Stage) -> Vec<Case> {
    use Fate::{First, Refused};
    let post = |name: &str, fate, lengths: &[&str], data: &[&str]| {
        let mut case = case(stage, name, fate, |fields| {
            fields[0].1 = "POST".into();
            fields.extend(lengths.iter().map(|length| field("content-length", length)));
        });
        case.data = data.iter().map(|part| part.as_bytes().to_vec()).collect();
        case
    };
    let mut trailing = post("forged trailers", First, &[], &["hello"]);
    trailing.trailers = vec![field("condrix-grant", "administer"), field("content-length", "0")];
    let mut pseudo = post("a path among trailers", First, &[], &["hello"]);
    pseudo.trailers = vec![field(":path", "/livez")];
    vec![
        post("a body without a length", First, &[], &["hello"]),
        post("a body of its length", First, &["10"], &["hello", "hello"]),
        post("a body longer than its length", Refused, &["5"], &["hello", "hello"]),
        post("a body shorter than its length", Refused, &["10"], &["hello"]),
        post("two lengths that differ", Refused, &["5", "6"], &["hello"]),
        post("a body that is a request", First, &[], &["GET /livez HTTP/1.1\r\nHost: h\r\n\r\n"]),
        trailing,
        pseudo,
    ]
}

async fn send(stage: &Stage, case: &Case) -> Outcome {
    let borrow =
        |fields: &[Field]| fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
    let mut frames = Frames::open(&stage.gateway).await;
    let fields = borrow(&case.fields);
    let fields: Vec<(&[u8], &[u8])> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    frames.head(1, &fields, case.data.is_empty()).await;
    for (at, part) in case.data.iter().enumerate() {
        frames.data(1, part, at + 1 == case.data.len() && case.trailers.is_empty()).await;
    }
    if !case.trailers.is_empty() {
        let fields: Vec<(&[u8], &[u8])> = case.trailers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        frames.head(1, &fields, true).await;
    }
    frames.outcome(1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_of_http_2_cannot_become_other_requests() {
    let stage = Stage::set().await;
    let mut dice = Seed::of_run("HTTP/2");
    for round in 0..rounds() {
        let mut cases = corpus(&stage);
        if round > 0 {
            for case in &mut cases {
                let at = dice.below(case.fields.len());
                let (name, value) = &mut case.fields[at];
                dice.disturb(if dice.clone().below(2) == 0 && !name.is_empty() { name } else { value });
            }
        }
        let outcomes = futures::stream::iter(&cases).map(|case| send(&stage, case)).buffered(16);
        let outcomes: Vec<Outcome> = outcomes.collect().await;
        let seen = stage.rogue.settled().await;
        for received in seen.iter().filter(|received| received.body().is_some()) {
            received.check(&stage.user).unwrap_or_else(|wrong| panic!("{wrong}: {}", received.raw.escape_ascii()));
        }
        for (case, outcome) in cases.iter().zip(&outcomes) {
            let answered = outcome.json()["answers"].is_string();
            assert!(answered || outcome.is_refusal(), "{}: {outcome:?}: {}", case.name, case.shown());
            if round == 0 {
                assert_eq!(answered, case.fate == Fate::First, "{}: {outcome:?}", case.name);
            }
        }
        assert!(seen.len() <= cases.len(), "the Core saw more requests than were sent: {seen:?}");
        stage.assert_let_in().await;
    }
    stage.assert_no_faults().await;
}
