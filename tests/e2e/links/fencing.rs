//! One Core, several starts: the newest counts, and a key in use twice is an alarm.

use condrix_tests::rig::{Gateway, eventually};
use condrix_tests::rogue::{Act, Rogue};
use link::HandshakeError;
use protocol::ids::LinkId;
use protocol::link::Refusal;
use tokio_tungstenite::tungstenite::Message;

async fn alarms(gateway: &Gateway) -> String {
    let metrics = gateway.metrics().await;
    let line = metrics.lines().find_map(|line| line.strip_prefix("condrix_cloned_key_alarms_total "));
    line.expect("the alarm is counted from the start").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_fences_the_first_and_the_first_coming_back_is_an_alarm() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::prepare(&gateway, "core").await;
    let bystander = Rogue::start(&gateway, "bystander").await;
    let since = bystander.online_since(&ada).await;
    let (first, second, third) = (LinkId::new(), LinkId::new(), LinkId::new());
    rogue.up(first).await;
    rogue.comes_online(&ada).await;
    rogue.play(|_| Act::Echo);
    let events = rogue.path("sessions/00000000-0000-7000-8000-000000000000/events");
    let mut socket = ada.socket(&events).await.expect("a WebSocket opens");
    socket.send(Message::text("there?")).await.expect("it lives");
    assert_eq!(socket.next().await, Some(Message::text("there?")));

    // The second start takes over; what the first was doing has ended.
    let mut newer = rogue.try_up(second).await.expect("a new start is taken");
    rogue.link().ended().await;
    assert_eq!(socket.next().await, None);
    rogue.comes_online(&ada).await;
    assert!(newer.is_up());
    assert_eq!(alarms(&gateway).await, "0", "a restart is no alarm");

    // The first coming back is.
    for _ in 0..3 {
        let refused = rogue.try_up(first).await.expect_err("a fenced link was taken");
        assert!(matches!(refused, HandshakeError::Refused(Refusal::Fenced)), "{refused}");
    }
    assert!(newer.is_up() && rogue.is_online(&ada).await, "the refused one did harm");
    assert_eq!(alarms(&gateway).await, "3");
    let core = rogue.identity.core.to_string();
    let noted = async || {
        let audited = gateway.audited().await;
        audited.into_iter().filter(|event| event.action == "core.key_in_use_twice" && event.subject == core).count()
    };
    eventually("the audit log has it", async || (noted().await > 0).then_some(())).await;
    assert_eq!(noted().await, 1, "an alarm that goes on is one event");

    // Somebody else with the key is a new start like any other, and so on; requests go to the newest alone.
    let newest = rogue.try_up(third).await.expect("a new start is taken");
    newer.ended().await;
    for fenced in [first, second] {
        let refused = rogue.try_up(fenced).await.expect_err("a fenced link was taken");
        assert!(matches!(refused, HandshakeError::Refused(Refusal::Fenced)), "{refused}");
    }
    drop(newest);
    assert_eq!(bystander.online_since(&ada).await, since, "another Core noticed");
}

#[tokio::test]
async fn a_fenced_link_may_come_back_when_nobody_else_is_there() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::prepare(&gateway, "core").await;
    let (first, second) = (LinkId::new(), LinkId::new());
    rogue.up(first).await;
    let newer = rogue.try_up(second).await.expect("a new start is taken");
    rogue.link().ended().await;
    drop(newer);
    eventually("the Core is offline", async || (!rogue.is_online(&ada).await).then_some(())).await;
    // It was the genuine one after all: its host must not need a restart.
    rogue.up(first).await;
    rogue.comes_online(&ada).await;
    assert_eq!(alarms(&gateway).await, "0");
}

#[tokio::test]
async fn a_core_is_online_only_with_both_connections_and_its_gauge_follows() {
    let gateway = Gateway::start().await;
    let ada = gateway.add_user("ada").await;
    let mut rogue = Rogue::prepare(&gateway, "core").await;
    let up = format!("condrix_core_up{{core=\"{}\"}} ", rogue.identity.core);
    let shown = async |up: &str| {
        let metrics = gateway.metrics().await;
        let value = |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        (value(up).expect("a Core has a gauge from its pairing on"), value("condrix_links ").expect("a gauge"))
    };
    assert_eq!(shown(&up).await, ("0".to_owned(), "0".to_owned()));
    rogue.up(LinkId::new()).await;
    rogue.comes_online(&ada).await;
    assert_eq!(shown(&up).await, ("1".to_owned(), "1".to_owned()));
    rogue.down();
    eventually("the gauge falls", async || (shown(&up).await == ("0".to_owned(), "0".to_owned())).then_some(())).await;
    ada.get(&rogue.path("workspaces")).await.expect_problem(503, "core-offline");
    rogue.up(LinkId::new()).await;
    rogue.comes_online(&ada).await;
    assert_eq!(shown(&up).await, ("1".to_owned(), "1".to_owned()));
    gateway.order(&["core", "revoke", "core"], "").await;
    assert_eq!(shown(&up).await, ("0".to_owned(), "0".to_owned()));
}
