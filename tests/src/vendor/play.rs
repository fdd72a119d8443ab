//! A scripted answer as the vendor's protocol: the event stream, and the same as one JSON message.

use super::script::{End, Pace, Say};
use bytes::Bytes;
use serde_json::{Value, json};

/// Milliseconds between the last chunk and a failure, so that the CLI has read what was sent before.
const FAIL_AFTER: u64 = 100;

/// One step of a streamed answer.
#[derive(Debug)]
pub(crate) enum Act {
    Send(Bytes),
    Pass { gate: String, part: u64 },
    Wait(u64),
    Break,
    Stall,
}

/// What is said, and how it goes.
#[derive(Debug)]
pub(crate) struct Played {
    id: String,
    model: Value,
    thinking: String,
    chunks: Vec<String>,
    tool: Option<(String, String, Value)>,
    pace: Pace,
    end: End,
}

impl Played {
    pub(crate) fn say(say: &Say, request: &Value, seq: u64) -> Self {
        Self {
            id: format!("msg_{seq:08}"),
            model: request["model"].clone(),
            thinking: say.thinking.clone().unwrap_or_else(|| format!("Considering request {seq}.")),
            chunks: say.all_chunks(),
            tool: None,
            pace: say.pace.clone(),
            end: say.end,
        }
    }

    pub(crate) fn tool(name: &str, input: &Value, text: Option<&str>, request: &Value, seq: u64) -> Self {
        Self {
            id: format!("msg_{seq:08}"),
            model: request["model"].clone(),
            thinking: String::new(),
            chunks: text.map(str::to_owned).into_iter().collect(),
            tool: Some((format!("toolu_{seq:08}"), name.to_owned(), input.clone())),
            pace: Pace::AtOnce,
            end: End::Complete,
        }
    }

    fn stop_reason(&self) -> &'static str {
        if self.tool.is_some() { "tool_use" } else { "end_turn" }
    }

    fn message(&self, content: &[Value], stop_reason: Option<&str>) -> Value {
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason, "stop_sequence": null, "usage": self.usage(),
        })
    }

    fn usage(&self) -> Value {
        json!({
            "input_tokens": 12, "output_tokens": self.chunks.len() + 1,
            "cache_creation_input_tokens": 3, "cache_read_input_tokens": 5,
        })
    }

    /// The answer to a request that does not stream: complete, whatever the stream would have suffered.
    pub(crate) fn whole(&self) -> Value {
        let mut content = Vec::new();
        if !self.thinking.is_empty() {
            content.push(json!({ "type": "thinking", "thinking": self.thinking, "signature": "c2ln" }));
        }
        if !self.chunks.is_empty() {
            content.push(json!({ "type": "text", "text": self.chunks.concat() }));
        }
        if let Some((id, name, input)) = &self.tool {
            content.push(json!({ "type": "tool_use", "id": id, "name": name, "input": input }));
        }
        self.message(&content, Some(self.stop_reason()))
    }

    pub(crate) fn acts(&self) -> Vec<Act> {
        let mut acts = vec![event(&json!({ "type": "message_start", "message": self.message(&[], None) }))];
        let mut index = 0;
        if !self.thinking.is_empty() {
            let empty = json!({ "type": "thinking", "thinking": "", "signature": "" });
            acts.push(start(index, &empty));
            acts.push(delta(index, &json!({ "type": "thinking_delta", "thinking": self.thinking })));
            acts.push(delta(index, &json!({ "type": "signature_delta", "signature": "c2ln" })));
            acts.push(stop(index));
            index += 1;
        }
        if !self.chunks.is_empty() || self.end != End::Complete {
            acts.push(start(index, &json!({ "type": "text", "text": "" })));
            self.text(index, &mut acts);
            if self.end != End::Complete {
                self.fail(&mut acts);
                return acts;
            }
            acts.push(stop(index));
            index += 1;
        }
        if let Some((id, name, input)) = &self.tool {
            acts.push(start(index, &json!({ "type": "tool_use", "id": id, "name": name, "input": {} })));
            let input = json!({ "type": "input_json_delta", "partial_json": input.to_string() });
            acts.push(delta(index, &input));
            acts.push(stop(index));
        }
        acts.push(event(&json!({
            "type": "message_delta",
            "delta": { "stop_reason": self.stop_reason(), "stop_sequence": null },
            "usage": self.usage(),
        })));
        acts.push(event(&json!({ "type": "message_stop" })));
        acts
    }

    /// A gated answer fails when the gate lets one part more through than there are chunks.
    fn fail(&self, acts: &mut Vec<Act>) {
        acts.push(match &self.pace {
            Pace::Gate(gate) => Act::Pass { gate: gate.clone(), part: self.chunks.len() as u64 },
            Pace::AtOnce | Pace::Every(_) => Act::Wait(FAIL_AFTER),
        });
        acts.push(match self.end {
            End::Complete | End::Stall => Act::Stall,
            End::Cut => Act::Break,
            End::Error => event(&json!({
                "type": "error", "error": { "type": "api_error", "message": "scripted stream error" },
            })),
        });
    }

    fn text(&self, index: u32, acts: &mut Vec<Act>) {
        for (part, chunk) in (0..).zip(&self.chunks) {
            match &self.pace {
                Pace::AtOnce => {}
                Pace::Gate(gate) => acts.push(Act::Pass { gate: gate.clone(), part }),
                Pace::Every(pause) => acts.push(Act::Wait(*pause)),
            }
            acts.push(delta(index, &json!({ "type": "text_delta", "text": chunk })));
        }
    }
}

/// That the answer goes on, and nothing else.
pub(crate) fn ping() -> Bytes {
    Bytes::from_static(b"event: ping\ndata: {\"type\":\"ping\"}\n\n")
}

fn start(index: u32, block: &Value) -> Act {
    event(&json!({ "type": "content_block_start", "index": index, "content_block": block }))
}

fn delta(index: u32, delta: &Value) -> Act {
    event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
}

fn stop(index: u32) -> Act {
    event(&json!({ "type": "content_block_stop", "index": index }))
}

fn event(data: &Value) -> Act {
    let name = data["type"].as_str().unwrap_or_default();
    Act::Send(Bytes::from(format!("event: {name}\ndata: {data}\n\n")))
}
