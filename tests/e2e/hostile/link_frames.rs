//! What a paired Core may write to its link below HTTP: handshake messages and yamux frames, whole, odd and broken.

use super::{Seed, rounds};
use condrix_tests::rig::{Client, Gateway, eventually};
use condrix_tests::rogue::{Hand, Identity, Rogue};
use protocol::link::{Answer, Challenge, Class, Hello, Proof, Side, Transcript, Welcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A frame's head: version, type, flags, stream, length.
fn frame(version: u8, kind: u8, flags: u16, stream: u32, length: u32) -> Vec<u8> {
    [&[version, kind][..], &flags.to_be_bytes(), &stream.to_be_bytes(), &length.to_be_bytes()].concat()
}

const DATA: u8 = 0;
const WINDOW: u8 = 1;
const PING: u8 = 2;
const GO_AWAY: u8 = 3;

const SYN: u16 = 1;
const ACK: u16 = 2;
const FIN: u16 = 4;
const RST: u16 = 8;

fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let with = |head: Vec<u8>, body: &[u8]| [&head[..], body].concat();
    vec![
        ("nothing", Vec::new()),
        ("half a head", frame(0, PING, SYN, 0, 1)[..7].to_vec()),
        ("HTTP", b"GET /link/v1/reports HTTP/1.1\r\nHost: core\r\n\r\n".to_vec()),
        ("noise", vec![0xff; 4_096]),
        ("zeros", vec![0; 4_096]),
        ("another version", frame(1, PING, SYN, 0, 1)),
        ("an unknown type", frame(0, 9, 0, 0, 0)),
        ("unknown flags", frame(0, DATA, 0xfff0, 1, 0)),
        ("every flag", frame(0, DATA, SYN | ACK | FIN | RST, 1, 0)),
        ("a stream of its own", with(frame(0, DATA, SYN, 2, 5), b"hello")),
        ("a stream of the gateway's", with(frame(0, DATA, SYN, 1, 5), b"hello")),
        ("a stream of number zero", with(frame(0, DATA, SYN, 0, 5), b"hello")),
        ("a stream of the highest number", with(frame(0, DATA, SYN, u32::MAX, 5), b"hello")),
        ("a window of its own", frame(0, WINDOW, SYN, 2, 0)),
        ("data for nobody", with(frame(0, DATA, 0, 1_001, 5), b"hello")),
        ("data for the reports, in whose place", with(frame(0, DATA, 0, 1, 5), b"hello")),
        ("more data than fits", frame(0, DATA, 0, 1, u32::MAX)),
        ("a window that overflows", frame(0, WINDOW, 0, 1, u32::MAX).repeat(3)),
        ("a window for nobody", frame(0, WINDOW, 0, 1_001, 1)),
        ("an end for nobody", frame(0, DATA, FIN, 1_001, 0)),
        ("a reset of the reports", frame(0, DATA, RST, 1, 0)),
        ("an end of the reports, twice", frame(0, DATA, FIN, 1, 0).repeat(2)),
        ("a reset and data", with(frame(0, DATA, RST, 1, 0), &with(frame(0, DATA, 0, 1, 5), b"hello"))),
        ("a ping", frame(0, PING, SYN, 0, 7)),
        ("a ping on a stream", frame(0, PING, SYN, 1, 7)),
        ("an answer to no ping", frame(0, PING, ACK, 0, 7)),
        ("many pings", frame(0, PING, SYN, 0, 7).repeat(20_000)),
        ("many answers to no ping", frame(0, PING, ACK, 0, 7).repeat(20_000)),
        ("a farewell", frame(0, GO_AWAY, 0, 0, 0)),
        ("a farewell with an error", frame(0, GO_AWAY, 0, 0, 2)),
        ("a farewell and more", with(frame(0, GO_AWAY, 0, 0, 0), &frame(0, PING, SYN, 0, 1))),
        ("a farewell on a stream", frame(0, GO_AWAY, 0, 1, 99)),
    ]
}

/// An honest handshake; what comes after it is the case's.
async fn welcomed(identity: &Identity, class: Class) -> Hand {
    let mut hand = Hand::dial(identity).await;
    let hello = Hello { class, ..Hand::hello(identity) };
    let challenge = hand.challenged(&hello).await;
    let here = Transcript::new(&hello, challenge.version, challenge.key, &challenge.nonce, &hand.exporter());
    let heard = hand.prove(here.sign(&identity.key, Side::Core).expect("a statement")).await;
    assert!(matches!(heard, Some(Answer::Accepted(_))), "{heard:?}");
    hand
}

struct Stage {
    gateway: Gateway,
    ada: Client,
    thief: Rogue,
    bystander: Rogue,
    since: String,
}

impl Stage {
    async fn set() -> Self {
        let gateway = Gateway::start().await;
        let ada = gateway.add_user("ada").await;
        let thief = Rogue::prepare(&gateway, "thief").await;
        let bystander = Rogue::start(&gateway, "bystander").await;
        let since = bystander.online_since(&ada).await;
        Self { gateway, ada, thief, bystander, since }
    }

    async fn assert_unharmed(&mut self, name: &str) {
        assert!(self.bystander.link().is_up(), "{name}: another Core's link was cut");
        assert_eq!(self.bystander.online_since(&self.ada).await, self.since, "{name}");
        self.ada.get(&self.bystander.path("workspaces")).await.expect(200);
        assert!(!self.gateway.log_text().contains("panicked"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_breaks_its_protocol_breaks_nothing_else() {
    let mut stage = Stage::set().await;
    let mut dice = Seed::of_run("yamux");
    for round in 0..rounds() {
        for (name, mut bytes) in corpus() {
            if round > 0 && !bytes.is_empty() {
                bytes.truncate(600);
                dice.disturb(&mut bytes);
            }
            let mut hand = welcomed(&stage.thief.identity, *dice.pick(&Class::ALL)).await;
            // The gateway may have cut the link before all of it was said.
            let _cut = hand.stream.write_all(&bytes).await;
            let _cut = hand.stream.flush().await;
            drop(hand.stream.shutdown().await);
            let mut heard = Vec::new();
            let _reset = condrix_tests::rig::within(name, hand.stream.read_to_end(&mut heard)).await;
        }
        stage.assert_unharmed("all of them").await;
    }
    // The Core itself is taken back as if nothing had been.
    stage.thief.up(protocol::ids::LinkId::new()).await;
    stage.thief.comes_online(&stage.ada).await;
    stage.ada.get(&stage.thief.path("workspaces")).await.expect(200);
    stage.assert_unharmed("its return").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_a_handshake_that_were_changed_lead_nowhere() {
    let mut stage = Stage::set().await;
    let mut dice = Seed::of_run("handshakes");
    for _ in 0..rounds() * 20 {
        let identity = &stage.thief.identity;
        let hello = Hand::hello(identity);
        let mut said = serde_json::to_vec(&hello).expect("a hello is JSON");
        dice.disturb(&mut said);
        let mut hand = Hand::dial(identity).await;
        hand.say_raw(&said).await;
        // A change may have made another hello of it; without its key's signature that leads nowhere either.
        let Some(Answer::Accepted(challenge)) = hand.hear::<Answer<Challenge>>().await else { continue };
        let here = Transcript::new(&hello, challenge.version, challenge.key, &challenge.nonce, &hand.exporter());
        let statement = here.sign(&identity.key, Side::Core).expect("a statement");
        let mut proof = serde_json::to_vec(&Proof { statement }).expect("a proof is JSON");
        dice.disturb(&mut proof);
        hand.say_raw(&proof).await;
        let heard = hand.hear::<Answer<Welcome>>().await;
        let same = serde_json::from_slice::<Hello>(&said).is_ok_and(|read| read == hello);
        assert!(same || !matches!(heard, Some(Answer::Accepted(_))), "{} {heard:?}", said.escape_ascii());
    }
    eventually("the thief is offline", async || (!stage.thief.is_online(&stage.ada).await).then_some(())).await;
    stage.assert_unharmed("all of them").await;
}
