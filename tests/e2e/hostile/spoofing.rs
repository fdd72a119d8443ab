//! Headers by which a client says who it is, or brings what is not the Core's business.

use super::stage::Stage;
use super::{Seed, rounds};
use condrix_tests::rig::Credentials;
use condrix_tests::rogue::{Act, Received};
use condrix_tests::wire::{Frames, find};

/// In every value that must not arrive.
const CANARY: &str = "canary";

/// Names that a Core believes, that somebody on the way might believe, or that belong to the gateway alone.
const CLAIMS: &[&str] = &[
    "Condrix-User",
    "condrix-user",
    "CONDRIX-USER",
    "Condrix-User-Name",
    "Condrix-Grant",
    "Condrix-Request-Id",
    "Condrix-Core",
    "Condrix-Anything",
    "Condrix_User",
    "condrix_grant",
    "CONDRIX_USER_NAME",
    "Traceparent",
    "Tracestate",
    "Baggage",
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-User",
    "X-Forwarded-Anything",
    "X_Forwarded_For",
    "X-Real-IP",
    "X_Real_IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Remote-User",
    "Remote-User",
    "Via",
    "Cookie2",
    "Proxy-Authorization",
    "Proxy-Connection",
    "WWW-Authenticate",
    "Referer",
    "User-Agent",
    "Origin-Agent-Cluster",
    "X-Api-Key",
    "Anthropic-Beta",
];

/// The only names that may reach a Core.
const ALLOWED: &[&str] = &[
    "accept",
    "condrix-grant",
    "condrix-request-id",
    "condrix-user",
    "condrix-user-name",
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "last-event-id",
    "range",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "traceparent",
    "transfer-encoding",
    "upgrade",
];

fn assert_clean(received: &Received, user: &str) {
    let shown = received.raw.escape_ascii();
    received.check(user).unwrap_or_else(|wrong| panic!("{wrong}: {shown}"));
    assert!(find(&received.raw, CANARY.as_bytes()).is_none(), "a claim came through: {shown}");
    for (name, _) in received.headers() {
        assert!(ALLOWED.contains(&name.as_str()), "{name} came through: {shown}");
    }
    for name in ["condrix-user", "condrix-user-name", "condrix-grant", "condrix-request-id", "traceparent", "host"] {
        assert_eq!(received.all(name).len(), 1, "{name}: {shown}");
    }
    assert_eq!(received.all("condrix-user-name"), ["ada"]);
    assert_eq!(received.all("condrix-grant"), ["administer"]);
}

/// What carries her credentials in a browser and in a program.
fn credentials(stage: &Stage) -> [String; 2] {
    let Credentials::Cookie(cookie) = stage.ada.credentials() else { unreachable!("she is in a browser") };
    let other = format!("{CANARY}=1; {cookie}; theme={CANARY}");
    [
        format!("Cookie: {other}\r\nOrigin: {}\r\n", stage.ada.origin()),
        format!("Authorization: Bearer {}\r\n", stage.token),
    ]
}

async fn send(stage: &Stage, credentials: &str, lines: &str, upgrade: bool) -> Vec<Received> {
    let (path, ask) = if upgrade {
        let ask =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n";
        (stage.rogue.path("sessions/00000000-0000-7000-8000-000000000000/events"), ask)
    } else {
        (stage.rogue.path("workspaces"), "Connection: close\r\n")
    };
    let mut wire = stage.door.open().await;
    wire.send(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{credentials}{ask}{lines}\r\n", stage.host()).as_bytes())
        .await;
    let reply = wire.reply().await.expect("an answer");
    assert_eq!(reply.status, if upgrade { 101 } else { 200 }, "{}", reply.text());
    drop(wire);
    stage.rogue.settled().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_core_hears_of_a_client_only_what_the_gateway_says() {
    let stage = Stage::set().await;
    let mut dice = Seed::of_run("spoofing");
    stage.rogue.play(|request| {
        let asked = !request.all("upgrade").is_empty();
        if asked { Act::Echo } else { Act::say(condrix_tests::rogue::json_answer(200, &serde_json::json!({}))) }
    });
    for round in 0..rounds() {
        // Names in any case, in any order.
        let mut names: Vec<String> = CLAIMS.iter().map(ToString::to_string).collect();
        if round > 0 {
            for name in &mut names {
                *name = name
                    .chars()
                    .map(|letter| if dice.below(2) == 0 { letter.to_ascii_uppercase() } else { letter })
                    .collect();
            }
            let middle = dice.below(names.len());
            names.rotate_left(middle);
        }
        let lines = names.join(&format!(": {CANARY}\r\n")) + ": " + CANARY + "\r\n";
        for credentials in credentials(&stage) {
            for upgrade in [false, true] {
                let seen = send(&stage, &credentials, &lines, upgrade).await;
                assert_eq!(seen.len(), 1, "{seen:?}");
                assert_clean(&seen[0], &stage.user);
            }
            // Said to be a matter of this hop, which some take for "leave it out".
            let lines = "Connection: condrix-user, Condrix-Grant\r\nConnection: traceparent, authorization, cookie\r\n";
            let seen = send(&stage, &credentials, lines, false).await;
            assert_clean(&seen[0], &stage.user);
        }
    }
    stage.assert_no_faults().await;
}

#[tokio::test]
async fn nor_does_it_over_http_2() {
    let stage = Stage::set().await;
    let (host, path, token) = (stage.host(), stage.rogue.path("workspaces"), format!("Bearer {}", stage.token));
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", &*host),
        (":path", &*path),
        ("authorization", &*token),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    let not_of_a_hop = CLAIMS.iter().filter(|name| **name != "Proxy-Connection");
    fields.extend(not_of_a_hop.map(|name| (name.to_ascii_lowercase().into(), CANARY.into())));
    let fields: Vec<(&[u8], &[u8])> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let mut frames = Frames::open(&stage.gateway).await;
    frames.head(1, &fields, false).await;
    frames.data(1, b"{}", true).await;
    let outcome = frames.outcome(1).await;
    assert_eq!(outcome.json()["body"], 2, "{outcome:?}");
    let seen = stage.rogue.settled().await;
    assert_eq!(seen.len(), 1);
    assert_clean(&seen[0], &stage.user);
}

#[tokio::test]
async fn a_request_is_known_by_the_same_id_on_both_sides() {
    let stage = Stage::set().await;
    let answer = stage.ada.get(&stage.rogue.path("workspaces")).await;
    let told = answer.header("condrix-request-id").expect("an id").to_owned();
    assert_eq!(stage.rogue.settled().await[0].all("condrix-request-id"), std::slice::from_ref(&told));
    assert!(stage.gateway.log_text().contains(&told));
}
