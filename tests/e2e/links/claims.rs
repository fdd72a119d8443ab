//! Agents that claim to be somebody else, or to be allowed more than an agent is.

use condrix_tests::rig::{Client, Gateway, eventually, within};
use condrix_tests::rogue::{Hand, Rogue};
use futures::future::poll_fn;
use protocol::ids::LinkId;
use protocol::keys::{PublicKey, SigningKey};
use protocol::link::{Answer, Challenge, Class, Hello, Refusal, Side, Transcript, VERSION, Version, Welcome};
use protocol::statement::{Purpose, sign};
use serde_json::json;
use tokio_util::compat::TokioAsyncReadCompatExt as _;

/// Two Cores: one that is claimed, and the one that claims.
struct Stage {
    gateway: Gateway,
    ada: Client,
    victim: Rogue,
    thief: Rogue,
    /// Since when the victim has been online.
    since: String,
}

impl Stage {
    async fn set() -> Self {
        let gateway = Gateway::start().await;
        let ada = gateway.add_user("ada").await;
        let victim = Rogue::start(&gateway, "victim").await;
        let thief = Rogue::prepare(&gateway, "thief").await;
        let since = victim.online_since(&ada).await;
        Self { gateway, ada, victim, thief, since }
    }

    /// The victim has noticed nothing, and its requests still go to it.
    async fn assert_untouched(&mut self) {
        assert!(self.victim.link().is_up(), "the victim's link was cut");
        assert_eq!(self.victim.online_since(&self.ada).await, self.since, "the victim has another link");
        self.ada.get(&self.victim.path("workspaces")).await.expect(200);
        assert_eq!(self.victim.settled().await.len(), 1);
        assert!(self.thief.received().is_empty(), "the thief heard: {:?}", self.thief.received());
        assert!(!self.gateway.log_text().contains("panicked"));
    }
}

impl Stage {
    /// The refused claim is in the audit log, under whom it was made, and once however often it was made.
    async fn assert_audited(&self, subject: &str, claim: &str) {
        let detail = json!({ "claim": claim }).to_string();
        let noted = async || {
            let events = self.gateway.audited().await.into_iter().filter(|event| event.action == "link.refused");
            events.filter(|event| event.subject == subject && event.detail == detail).collect::<Vec<_>>()
        };
        let events = eventually(claim, async || Some(noted().await).filter(|events| !events.is_empty())).await;
        assert_eq!(events.len(), 1, "{claim}: {events:?}");
        assert_eq!(events[0].actor, "address:127.0.0.1");
    }
}

fn transcript(hello: &Hello, challenge: &Challenge, hand: &Hand) -> Transcript {
    Transcript::new(hello, challenge.version, challenge.key, &challenge.nonce, &hand.exporter())
}

/// Another of a transcript's fields.
type Change = fn(&mut Transcript, PublicKey);

#[tokio::test]
async fn a_hello_under_anothers_key_is_refused() {
    let mut stage = Stage::set().await;
    for class in Class::ALL {
        let mut hand = Hand::dial(&stage.thief.identity).await;
        let hello = Hello { key: stage.victim.identity.key.public(), class, ..Hand::hello(&stage.thief.identity) };
        let challenge = hand.challenged(&hello).await;
        let here = transcript(&hello, &challenge, &hand);
        let statement = here.sign(&stage.thief.identity.key, Side::Core).expect("a statement");
        assert_eq!(hand.prove(statement).await, Some(Answer::Refused(Refusal::Handshake)));
        assert_eq!(hand.hear::<Answer<Welcome>>().await, None, "the connection went on");
    }
    stage.assert_audited(&stage.victim.identity.core.to_string(), "forged_proof").await;
    stage.assert_untouched().await;
}

#[tokio::test]
async fn a_proof_of_anything_but_this_very_handshake_is_refused() {
    let mut stage = Stage::set().await;
    let other = stage.victim.identity.key.public();
    let changes: [(&str, Change); 10] = [
        ("another exporter", |transcript, _| transcript.exporter = "00".repeat(32)),
        ("another core nonce", |transcript, _| transcript.core_nonce = "other".to_owned()),
        ("another gateway nonce", |transcript, _| transcript.gateway_nonce = "other".to_owned()),
        ("another link", |transcript, _| transcript.link = LinkId::new()),
        ("another class", |transcript, _| transcript.class = Class::Bulk),
        ("another version", |transcript, _| transcript.core_version = Version { major: 1, minor: 99 }),
        ("another gateway's version", |transcript, _| transcript.gateway_version = Version { major: 1, minor: 99 }),
        ("another Core's key", |transcript, other| transcript.core_key = other),
        ("another gateway's key", |transcript, other| transcript.gateway_key = other),
        ("no change", |_, _| {}),
    ];
    for (name, change) in changes {
        let mut hand = Hand::dial(&stage.thief.identity).await;
        let hello = Hand::hello(&stage.thief.identity);
        let challenge = hand.challenged(&hello).await;
        let mut said = transcript(&hello, &challenge, &hand);
        change(&mut said, other);
        let heard = hand.prove(said.sign(&stage.thief.identity.key, Side::Core).expect("a statement")).await;
        if name == "no change" {
            assert!(matches!(heard, Some(Answer::Accepted(_))), "{name}: {heard:?}");
        } else {
            assert_eq!(heard, Some(Answer::Refused(Refusal::Handshake)), "{name}");
        }
    }
    stage.assert_untouched().await;
}

#[tokio::test]
async fn a_statement_that_is_no_proof_is_refused() {
    let mut stage = Stage::set().await;
    let key = &stage.thief.identity.key;
    for kind in ["empty", "noise", "unsigned", "sent back", "for another purpose", "another's key", "not a transcript"]
    {
        let mut hand = Hand::dial(&stage.thief.identity).await;
        let hello = Hand::hello(&stage.thief.identity);
        let challenge = hand.challenged(&hello).await;
        let here = transcript(&hello, &challenge, &hand);
        let honest = here.sign(key, Side::Core).expect("a statement");
        let statement = match kind {
            "empty" => String::new(),
            "noise" => "a.b.c".to_owned(),
            "unsigned" => format!("{}.", honest.rsplit_once('.').expect("three parts").0),
            "sent back" => challenge.statement.clone(),
            "for another purpose" => here.sign(key, Side::Gateway).expect("a statement"),
            "another's key" => here.sign(&SigningKey::generate(), Side::Core).expect("a statement"),
            _ => sign(key, Purpose::LinkCore, &json!({ "core": stage.victim.identity.core })).expect("a statement"),
        };
        assert_eq!(hand.prove(statement).await, Some(Answer::Refused(Refusal::Handshake)), "{kind}");
    }
    stage.assert_audited(&stage.thief.identity.core.to_string(), "forged_proof").await;
    stage.assert_untouched().await;
}

#[tokio::test]
async fn a_proof_that_was_made_on_one_connection_is_worth_nothing_on_another() {
    let mut stage = Stage::set().await;
    // The very same hello on two connections. Only the exporter and the gateway's nonce differ; the nonce is told anew.
    let identity = &stage.thief.identity;
    let (mut first, mut second) = (Hand::dial(identity).await, Hand::dial(identity).await);
    let hello = Hand::hello(identity);
    let (_, told) = (first.challenged(&hello).await, second.challenged(&hello).await);
    let elsewhere = Transcript::new(&hello, told.version, told.key, &told.nonce, &first.exporter());
    let heard = second.prove(elsewhere.sign(&identity.key, Side::Core).expect("a statement")).await;
    assert_eq!(heard, Some(Answer::Refused(Refusal::Handshake)));
    stage.assert_untouched().await;
}

#[tokio::test]
async fn whoever_is_no_core_speaks_another_version_or_was_revoked_is_told_so() {
    let mut stage = Stage::set().await;
    let mut stranger = stage.thief.identity.copy();
    stranger.key = SigningKey::generate();
    let refusal = |heard| match heard {
        Err(link::HandshakeError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    };
    let mut unknown = Rogue::prepare(&stage.gateway, "unknown").await;
    unknown.identity = stranger;
    for _ in 0..3 {
        assert_eq!(refusal(unknown.try_up(LinkId::new()).await), Refusal::UnknownKey);
    }
    stage.assert_audited(&unknown.identity.key.public().to_string(), "unknown_key").await;

    for major in [0, 2, u16::MAX] {
        let mut hand = Hand::dial(&stage.thief.identity).await;
        hand.say(&Hello { version: Version { major, minor: 0 }, ..Hand::hello(&stage.thief.identity) }).await;
        let heard = hand.hear::<Answer<Challenge>>().await;
        assert_eq!(heard, Some(Answer::Refused(Refusal::Version { supported: VERSION })), "version {major}");
    }

    stage.gateway.order(&["core", "revoke", "thief"], "").await;
    for _ in 0..3 {
        assert_eq!(refusal(stage.thief.try_up(LinkId::new()).await), Refusal::Revoked);
    }
    stage.assert_audited(&stage.thief.identity.core.to_string(), "revoked").await;
    let epoch = stage.gateway.order(&["core", "restore", "thief"], "").await["epoch"].clone();
    assert_eq!(epoch, 3);
    stage.thief.up(LinkId::new()).await;
    stage.thief.comes_online(&stage.ada).await;
    stage.assert_untouched().await;
}

#[tokio::test]
async fn handshakes_that_are_none_end_without_harm() {
    let mut stage = Stage::set().await;
    let hello = serde_json::to_vec(&Hand::hello(&stage.thief.identity)).expect("a hello is JSON");
    let mut strange: serde_json::Value = serde_json::from_slice(&hello).expect("JSON");
    strange["key"] = json!("not a key");
    for body in [
        b"".to_vec(),
        b"{}".to_vec(),
        b"null".to_vec(),
        vec![0xff; 100],
        vec![b'['; 8_000],
        vec![b'{'; 60_000],
        hello[..hello.len() - 1].to_vec(),
        [hello.clone(), hello.clone()].concat(),
        strange.to_string().into_bytes(),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
    ] {
        let mut hand = Hand::dial(&stage.thief.identity).await;
        hand.say_raw(&body).await;
        let heard = hand.hear::<Answer<Challenge>>().await;
        assert!(!matches!(heard, Some(Answer::Accepted(_))), "{}", body.escape_ascii());
    }
    stage.assert_untouched().await;
}

#[tokio::test]
async fn an_agent_that_opens_a_stream_loses_its_link_and_nobody_else_does() {
    let mut stage = Stage::set().await;
    let mut hand = Hand::dial(&stage.thief.identity).await;
    let hello = Hand::hello(&stage.thief.identity);
    let challenge = hand.challenged(&hello).await;
    let here = transcript(&hello, &challenge, &hand);
    let heard = hand.prove(here.sign(&stage.thief.identity.key, Side::Core).expect("a statement")).await;
    assert!(matches!(heard, Some(Answer::Accepted(Welcome { epoch: 1, .. }))), "{heard:?}");
    let mut connection = yamux::Connection::new(hand.stream.compat(), yamux::Config::default(), yamux::Mode::Server);
    let mut stream = poll_fn(|cx| connection.poll_new_outbound(cx)).await.expect("a stream of its own");
    let ends = tokio::spawn(async move {
        while poll_fn(|cx| connection.poll_next_inbound(cx)).await.is_some_and(|next| next.is_ok()) {}
    });
    let core = stage.victim.identity.core;
    let request = format!(
        "POST /link/v1/revoked HTTP/1.1\r\nHost: core\r\nCondrix-Core: {core}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    // It may be gone before it has said everything.
    let _cut = futures::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await;
    within("the gateway cuts the link", ends).await.expect("the connection ends");
    eventually("the gateway says why", async || stage.gateway.log_text().contains("Intruded").then_some(())).await;
    assert!(!stage.thief.is_online(&stage.ada).await);
    stage.assert_audited(&stage.thief.identity.core.to_string(), "stream_of_agent").await;
    stage.assert_untouched().await;
}
