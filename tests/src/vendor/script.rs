//! Which answer a message gets. First that applies: an instruction inside the message itself, the oldest rule that
//! matches, an echo.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// A message that contains this, followed by an [`Answer`] in JSON, is answered so.
pub const INSTRUCTION: &str = "vendor:";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    Say(Say),
    /// Asks the CLI to run a tool. The request that brings the result is answered by the script again.
    Tool {
        name: String,
        input: Value,
        #[serde(default)]
        text: Option<String>,
    },
    /// An error of the API.
    Refuse {
        status: u16,
    },
    /// 429 with the headers of a plan whose limit is reached; `resets_at` in unix seconds.
    PlanLimit {
        resets_at: u64,
    },
    /// The connection ends without any answer.
    Drop,
}

/// A streamed answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Say {
    /// None: a line of thinking that names the message. Empty: no thinking block.
    pub thinking: Option<String>,
    pub chunks: Vec<String>,
    /// So many further chunks: `1 2 3 …`.
    pub numbered: u32,
    pub pace: Pace,
    pub end: End,
}

impl Say {
    pub fn text(text: &str) -> Self {
        Self { chunks: vec![text.to_owned()], ..Self::default() }
    }

    pub fn numbered(count: u32) -> Self {
        Self { numbered: count, ..Self::default() }
    }

    /// Chunk `n` waits until the gate has let `n + 1` through.
    pub fn gated(mut self, gate: &str) -> Self {
        self.pace = Pace::Gate(gate.to_owned());
        self
    }

    pub fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    pub fn all_chunks(&self) -> Vec<String> {
        self.chunks.iter().cloned().chain((1..=self.numbered).map(|n| format!("{n} "))).collect()
    }
}

impl From<Say> for Answer {
    fn from(say: Say) -> Self {
        Self::Say(say)
    }
}

/// When each chunk of the text goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    #[default]
    AtOnce,
    Gate(String),
    /// Milliseconds between chunks: for benchmarks and people; tests use gates.
    Every(u64),
}

/// What comes after the last chunk. A failure of a gated answer waits for one more release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    #[default]
    Complete,
    /// The connection breaks.
    Cut,
    /// An `error` event in the stream.
    Error,
    /// Nothing, for ever.
    Stall,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A part of the message's text, or of a tool's result. Empty matches everything.
    pub contains: String,
    pub answer: Answer,
    /// How often the rule applies; None: always.
    #[serde(default)]
    pub times: Option<u32>,
}

#[derive(Debug, Default)]
pub struct Script(Mutex<Vec<Rule>>);

impl Script {
    /// Every message that contains `contains` is answered so.
    pub fn when(&self, contains: &str, answer: impl Into<Answer>) {
        self.add(Rule { contains: contains.to_owned(), answer: answer.into(), times: None });
    }

    /// The next message that contains `contains` is answered so, once.
    pub fn once(&self, contains: &str, answer: impl Into<Answer>) {
        self.add(Rule { contains: contains.to_owned(), answer: answer.into(), times: Some(1) });
    }

    pub fn add(&self, rule: Rule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn answer(&self, message: &str) -> Answer {
        if let Some(instructed) = instruction(message) {
            return instructed;
        }
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = rules.iter().position(|rule| message.contains(&rule.contains));
        let Some(place) = place else { return Say::text(&format!("You said: {message}")).into() };
        let answer = rules[place].answer.clone();
        if let Some(times) = &mut rules[place].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                rules.remove(place);
            }
        }
        answer
    }
}

fn instruction(message: &str) -> Option<Answer> {
    let (_, json) = message.split_once(INSTRUCTION)?;
    serde_json::Deserializer::from_str(json).into_iter().next()?.ok()
}
