//! What must hold after every fault.

use condrix_tests::rig::SseEvent;
use condrix_tests::rig::reader::{assert_dense, is_end};

/// A message that was acknowledged.
#[derive(Debug)]
pub(super) struct Acknowledged {
    pub(super) text: String,
    pub(super) turn: String,
}

/// Every number once, every acknowledged message once, and nothing that nobody has sent. Each turn begins and ends once.
pub(super) fn assert_sound(history: &[SseEvent], acknowledged: &[Acknowledged]) {
    assert_dense(history);
    let of = |wanted: &dyn Fn(&SseEvent) -> bool| history.iter().filter(|event| wanted(event)).count();
    assert_eq!(of(&|event| event.event == "message_accepted"), acknowledged.len());
    for Acknowledged { text, turn } in acknowledged {
        let is_its = |event: &SseEvent| event.json()["turn"] == turn.as_str();
        let accepted = of(&|event| event.event == "message_accepted" && is_its(event) && event.json()["text"] == *text);
        let started = of(&|event| event.event == "turn_started" && is_its(event));
        let ended = of(&|event| is_end(event) && is_its(event));
        assert_eq!((accepted, started, ended), (1, 1, 1), "{text:?}: accepted, started, ended");
    }
}
