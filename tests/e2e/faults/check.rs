//! What must hold after every fault.

use condrix_tests::rig::SseEvent;
use condrix_tests::rig::reader::assert_dense;
use serde_json::Value;
use std::collections::HashMap;

/// A message that was acknowledged.
#[derive(Debug)]
pub(super) struct Acknowledged {
    pub(super) text: String,
    pub(super) turn: String,
}

/// A history that is as it must be.
#[derive(Debug)]
pub(super) struct Sound(Vec<Value>);

impl Sound {
    /// Every number once, every acknowledged message once, and nothing that nobody has sent. Each turn begins and ends once.
    pub(super) fn assert(history: &[SseEvent], acknowledged: &[Acknowledged]) -> Self {
        assert_dense(history);
        let events: Vec<Value> = history.iter().map(SseEvent::json).collect();
        let mut turns: HashMap<&str, Vec<&Value>> = HashMap::new();
        for event in &events {
            if let Some(turn) = event["turn"].as_str() {
                turns.entry(turn).or_default().push(event);
            }
        }
        assert_eq!(events.iter().filter(|event| event["kind"] == "message_accepted").count(), acknowledged.len());
        for Acknowledged { text, turn } in acknowledged {
            let its = turns.get(turn.as_str()).unwrap_or_else(|| panic!("{text:?} was acknowledged, and is lost"));
            let of = |wanted: &dyn Fn(&Value) -> bool| its.iter().filter(|event| wanted(event)).count();
            let accepted = of(&|event| event["kind"] == "message_accepted" && event["text"] == *text);
            let started = of(&|event| event["kind"] == "turn_started");
            assert_eq!((accepted, started, of(&is_end)), (1, 1, 1), "{text:?}: accepted, started, ended: {its:?}");
        }
        Self(events)
    }

    /// What readers were told of a turn's answer in pieces and at once: all of it, where the turn was completed, and nothing
    /// but its beginning where it was cut short. The numbers of events alone would not show a piece that was lost.
    pub(super) fn assert_answered(&self, turn: &str, whole: &str) {
        let joined = |kind: &str| -> String {
            self.of_turn(turn)
                .filter(|event| event["kind"] == kind)
                .filter_map(|event| event["text"].as_str())
                .collect()
        };
        let (pieces, text) = (joined("text_delta"), joined("text"));
        if self.end_of(turn)["kind"] == "turn_completed" {
            assert_eq!((pieces.as_str(), text.as_str()), (whole, whole), "a completed answer is whole");
        } else {
            assert!(whole.starts_with(&pieces), "what was cut short is a beginning: {pieces:?}");
            assert!(whole.starts_with(&text), "what was cut short is a beginning: {text:?}");
        }
    }

    pub(super) fn of_turn(&self, turn: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |event| event["turn"] == turn)
    }

    /// How a turn ended.
    pub(super) fn end_of(&self, turn: &str) -> &Value {
        self.of_turn(turn).find(|event| is_end(event)).expect("every turn has ended")
    }

    /// What became of a question, and nothing else did.
    pub(super) fn outcome_of(&self, approval: &str) -> &Value {
        let outcome = |event: &&Value| {
            event["approval"] == approval
                && (event["kind"] == "approval_decided" || event["kind"] == "approval_withdrawn")
        };
        let outcomes: Vec<_> = self.0.iter().filter(outcome).collect();
        let [outcome] = outcomes[..] else { panic!("a question has one outcome: {outcomes:?}") };
        outcome
    }
}

fn is_end(event: &Value) -> bool {
    matches!(event["kind"].as_str(), Some("turn_completed" | "turn_failed" | "turn_interrupted"))
}
