//! From the CLI's lines to a session's history.
//!
//! ```text
//!  message_start ─► deltas ─► finished blocks (they replace their deltas) ─► message_stop
//!                      └─ the stream breaks: another message's id appears ─► message_discarded
//! ```
//!
//! One translator per process: the CLI's costs add up over the process's life. Everything that leaves here has passed
//! the [`Guard`].

use super::asks::asks;
use super::block::{Kind, Message};
use super::line::{ApiEvent, Assistant, Block, CanUseTool, CliLine, Delta, Retry};
use super::turn_end::{Signs, TurnEnd, TurnResult};
use crate::claude::limits;
use crate::guard::Guard;
use protocol::event::{Event, PermissionMode};
use protocol::ids::{ApprovalId, TurnId};
use serde_json::Value;
use time::OffsetDateTime;

/// An unknown line that nests deeper is kept as text. Readers of JSON give up at 128, and what stands in an event, in the
/// journal and in a frame lies deeper there than on its line.
const DEEPEST: usize = 100;

/// What a line amounts to.
#[derive(Debug, Default)]
pub struct Step {
    pub events: Vec<Event>,
    /// The turn is over. The session says so in the history: it knows who interrupted and why.
    pub end: Option<TurnEnd>,
}

#[derive(Debug)]
pub struct Translator {
    guard: Guard,
    mode: PermissionMode,
    turn: Option<TurnId>,
    message: Option<Message>,
    signs: Signs,
    cost_before: f64,
}

impl Translator {
    /// `mode` is the permission mode that the process was started in.
    pub fn new(guard: Guard, mode: PermissionMode) -> Self {
        Self { guard, mode, turn: None, message: None, signs: Signs::default(), cost_before: 0.0 }
    }

    /// A message was handed to the CLI: what it says from here belongs to that turn.
    pub fn begin(&mut self, turn: TurnId) {
        self.turn = Some(turn);
        self.message = None;
        self.signs = Signs::default();
    }

    /// The permission mode that the process is in.
    pub const fn mode(&self) -> PermissionMode {
        self.mode
    }

    /// The mode was changed by us, so that the CLI's word of it is no news.
    pub fn set_mode(&mut self, mode: PermissionMode) {
        self.mode = mode;
    }

    /// Gives up the turn: what was held back goes out.
    pub fn abandon(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some(turn) = self.turn.take() {
            self.flush(turn, &mut events);
        }
        events
    }

    /// Takes a line. `raw` is the line as it came, for the history when this version does not know it.
    pub fn take(&mut self, line: CliLine, raw: &str) -> Step {
        let mut step = Step::default();
        match (line, self.turn) {
            (CliLine::PermissionMode(name), _) => self.permission_mode(&name, raw, &mut step.events),
            (CliLine::Init(init), _) => {
                if let Some(name) = init.permission_mode {
                    self.permission_mode(&name, raw, &mut step.events);
                }
            }
            (CliLine::Result(result), Some(turn)) => self.result(turn, &result, &mut step),
            (CliLine::Stream { event, parent: None }, Some(turn)) => self.stream(turn, event, &mut step.events),
            (CliLine::Assistant(assistant), Some(turn)) => self.assistant(turn, assistant, raw, &mut step.events),
            (CliLine::User { blocks, replayed: _ }, Some(turn)) => self.user(turn, blocks, raw, &mut step.events),
            (CliLine::Retry(retry), Some(turn)) => step.events.push(self.retry(turn, &retry)),
            (CliLine::RateLimit(mut info), Some(turn)) => {
                self.guard.mask_json(&mut info);
                let limit = limits::read(&info, OffsetDateTime::now_utc());
                step.events.push(Event::RateLimit { turn, info, limit });
            }
            // The session's own, of which it has told already what came of it; and a subagent's deltas: its tools and their
            // results are told by their own lines.
            (CliLine::User { replayed: true, .. }, None)
            | (
                CliLine::Nothing
                | CliLine::ControlAnswer(_)
                | CliLine::ControlCancel { .. }
                | CliLine::CanUseTool { .. }
                | CliLine::Stream { parent: Some(_), .. },
                _,
            ) => {}
            (CliLine::Unknown(line), turn) => step.events.push(self.unknown(turn, line)),
            (
                CliLine::Result(_)
                | CliLine::Stream { .. }
                | CliLine::Assistant(_)
                | CliLine::User { replayed: false, .. }
                | CliLine::Retry(_)
                | CliLine::RateLimit(_),
                None,
            ) => step.events.push(self.unknown_raw(None, raw)),
        }
        step
    }

    /// The question that the CLI asks, for the history.
    pub fn approval_requested(&self, turn: TurnId, approval: ApprovalId, ask: CanUseTool) -> Event {
        let (mut input, mut suggestions) = (ask.input, ask.permission_suggestions);
        self.guard.mask_json(&mut input);
        self.guard.mask_json(&mut suggestions);
        let asks = asks(&ask.tool_name, &input);
        Event::ApprovalRequested {
            turn,
            approval,
            tool_use: ask.tool_use_id,
            tool: ask.tool_name,
            input,
            description: ask.description.map(|text| self.guard.mask(text)),
            suggestions,
            asks,
        }
    }

    fn permission_mode(&mut self, name: &str, raw: &str, events: &mut Vec<Event>) {
        match PermissionMode::from_cli_name(name) {
            Some(mode) if mode == self.mode => {}
            Some(mode) => {
                self.mode = mode;
                events.push(Event::PermissionModeChanged { mode, by: None });
            }
            None => events.push(self.unknown_raw(self.turn, raw)),
        }
    }

    fn stream(&mut self, turn: TurnId, event: ApiEvent, events: &mut Vec<Event>) {
        match event {
            ApiEvent::MessageStart { message } => {
                self.leave_message(turn, events);
                self.message = Some(Message::new(message.id, true));
            }
            ApiEvent::ContentBlockStart { index, content_block } => {
                let guard = &self.guard;
                if let Some(message) = &mut self.message {
                    message.start(index, Kind::of(&content_block.kind), guard);
                }
            }
            ApiEvent::ContentBlockDelta { index, delta } => {
                let (kind, text) = match delta {
                    Delta::TextDelta { text } => (Kind::Text, text),
                    Delta::ThinkingDelta { thinking } => (Kind::Thinking, thinking),
                    Delta::Other => return,
                };
                if let Some(message) = &mut self.message
                    && let Some(text) = message.delta(index, kind, &text)
                {
                    events.extend(delta_event(turn, &message.id, index, kind, text));
                }
            }
            ApiEvent::ContentBlockStop { index } => {
                if let Some(message) = &mut self.message
                    && let Some((kind, rest)) = message.stop(index)
                {
                    events.extend(delta_event(turn, &message.id, index, kind, rest));
                }
            }
            ApiEvent::MessageStop {} => {
                if let Some(message) = &mut self.message {
                    message.streaming = false;
                }
            }
            ApiEvent::MessageDelta {} | ApiEvent::Ping {} => {}
        }
    }

    /// Another message begins: what this one promised and did not end is taken back.
    fn leave_message(&mut self, turn: TurnId, events: &mut Vec<Event>) {
        if let Some(message) = self.message.take().filter(|message| message.streaming) {
            events.push(Event::MessageDiscarded { turn, message: message.id });
        }
    }

    fn assistant(&mut self, turn: TurnId, assistant: Assistant, raw: &str, events: &mut Vec<Event>) {
        if let Some(error) = assistant.error {
            // The CLI's own words on a failure: the turn's end repeats them. What was streamed before stays.
            self.signs.error = Some(error);
            return;
        }
        if assistant.parent.is_some() {
            self.of_subagent(turn, assistant, raw, events);
            return;
        }
        if self.message.as_ref().is_none_or(|message| message.id != assistant.message) {
            self.leave_message(turn, events);
            self.message = Some(Message::new(assistant.message, false));
        }
        for block in assistant.blocks {
            let Some(message) = &mut self.message else { return };
            let (kind, id) = (Kind::of_block(&block), message.id.clone());
            let index = message.finish(kind);
            events.push(match block {
                Block::Text(text) => Event::Text { turn, message: id, block: index, text: self.guard.mask(text) },
                Block::Thinking(text) => {
                    Event::Thinking { turn, message: id, block: index, text: self.guard.mask(text) }
                }
                Block::ToolUse { id: tool_use, name, input } => self.tool_use(turn, id, tool_use, name, input),
                Block::ToolResult { tool_use, content, is_error } => {
                    self.tool_result(turn, tool_use, content, is_error)
                }
                Block::Unknown(line) => self.unknown(Some(turn), line),
            });
        }
    }

    /// A subagent's tools are told like the main conversation's; what it says to itself is kept as it came.
    fn of_subagent(&self, turn: TurnId, assistant: Assistant, raw: &str, events: &mut Vec<Event>) {
        let mut other = false;
        for block in assistant.blocks {
            match block {
                Block::ToolUse { id, name, input } => {
                    events.push(self.tool_use(turn, assistant.message.clone(), id, name, input));
                }
                Block::Text(_) | Block::Thinking(_) | Block::ToolResult { .. } | Block::Unknown(_) => other = true,
            }
        }
        if other {
            events.push(self.unknown_raw(Some(turn), raw));
        }
    }

    fn user(&self, turn: TurnId, blocks: Vec<Block>, raw: &str, events: &mut Vec<Event>) {
        let mut other = false;
        for block in blocks {
            match block {
                Block::ToolResult { tool_use, content, is_error } => {
                    events.push(self.tool_result(turn, tool_use, content, is_error));
                }
                // The CLI's note to the model that the turn was interrupted: its end says that.
                Block::Text(text) if text.starts_with("[Request interrupted by user") => {}
                Block::Text(_) | Block::Thinking(_) | Block::ToolUse { .. } | Block::Unknown(_) => other = true,
            }
        }
        if other {
            events.push(self.unknown_raw(Some(turn), raw));
        }
    }

    fn retry(&mut self, turn: TurnId, retry: &Retry) -> Event {
        self.signs.unreachable = retry.error_status.is_none();
        Event::Retrying {
            turn,
            attempt: retry.attempt,
            max_attempts: retry.max_retries,
            status: retry.error_status,
            error: self.guard.mask(retry.error.clone().unwrap_or_default()),
        }
    }

    fn result(&mut self, turn: TurnId, result: &TurnResult, step: &mut Step) {
        self.flush(turn, &mut step.events);
        self.turn = None;
        let mut end = result.judge(&self.signs, self.cost_before);
        if let TurnEnd::Failed { detail, .. } = &mut end {
            *detail = self.guard.mask(std::mem::take(detail));
        }
        self.cost_before = self.cost_before.max(result.total_cost_usd);
        step.end = Some(end);
    }

    /// What was held back goes out: no more of it will come.
    fn flush(&mut self, turn: TurnId, events: &mut Vec<Event>) {
        if let Some(mut message) = self.message.take() {
            for (index, kind, rest) in message.stop_all() {
                events.extend(delta_event(turn, &message.id, index, kind, rest));
            }
        }
    }

    fn tool_use(&self, turn: TurnId, message: String, tool_use: String, name: String, mut input: Value) -> Event {
        self.guard.mask_json(&mut input);
        Event::ToolUse { turn, message, tool_use, name, input }
    }

    fn tool_result(&self, turn: TurnId, tool_use: String, mut content: Value, is_error: bool) -> Event {
        self.guard.mask_json(&mut content);
        Event::ToolResult { turn, tool_use, content, is_error }
    }

    fn unknown(&self, turn: Option<TurnId>, mut line: Value) -> Event {
        self.guard.mask_json(&mut line);
        let line = if nests_beyond(&line, DEEPEST) { Value::String(line.to_string()) } else { line };
        Event::Unknown { turn, line }
    }

    fn unknown_raw(&self, turn: Option<TurnId>, raw: &str) -> Event {
        let line = serde_json::from_str(raw).unwrap_or_else(|_| Value::String(raw.to_owned()));
        self.unknown(turn, line)
    }
}

impl Kind {
    fn of_block(block: &Block) -> Self {
        match block {
            Block::Text(_) => Self::Text,
            Block::Thinking(_) => Self::Thinking,
            Block::ToolUse { .. } | Block::ToolResult { .. } | Block::Unknown(_) => Self::Other,
        }
    }
}

/// Whether something lies more than this many lists and objects deep.
pub fn nests_beyond(value: &Value, depth: usize) -> bool {
    let deeper = |value: &Value| depth == 0 || nests_beyond(value, depth - 1);
    match value {
        Value::Array(values) => values.iter().any(deeper),
        Value::Object(fields) => fields.values().any(deeper),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn delta_event(turn: TurnId, message: &str, block: u32, kind: Kind, text: String) -> Option<Event> {
    let message = message.to_owned();
    match kind {
        Kind::Text => Some(Event::TextDelta { turn, message, block, text }),
        Kind::Thinking => Some(Event::ThinkingDelta { turn, message, block, text }),
        Kind::Other => None,
    }
}

#[cfg(test)]
#[path = "translate_tests.rs"]
mod tests;
