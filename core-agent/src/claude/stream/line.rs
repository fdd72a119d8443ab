//! One line of the CLI's stdout, typed.

use super::turn_end::TurnResult;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the CLI says. Lines within a subagent carry the tool use that started it as `parent`.
#[derive(Clone, Debug, PartialEq)]
pub enum CliLine {
    /// A turn begins.
    Init(Init),
    /// The CLI's permission mode, when a status line names it.
    PermissionMode(String),
    Retry(Retry),
    Stream {
        event: ApiEvent,
        parent: Option<String>,
    },
    Assistant(Assistant),
    /// Blocks of a user message that the CLI itself made: tool results, mostly. `replayed`: what it did for an order, said
    /// again as if a person had typed that order.
    User {
        blocks: Vec<Block>,
        replayed: bool,
    },
    RateLimit(Value),
    Result(TurnResult),
    CanUseTool {
        request_id: String,
        ask: CanUseTool,
    },
    /// The CLI takes a question back.
    ControlCancel {
        request_id: String,
    },
    ControlAnswer(ControlAnswer),
    /// Known, and no part of the history: progress that other lines say better.
    Nothing,
    Unknown(Value),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Init {
    #[serde(rename = "permissionMode")]
    pub permission_mode: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Retry {
    pub attempt: u32,
    pub max_retries: u32,
    /// None when the vendor could not be reached.
    pub error_status: Option<u16>,
    #[serde(default)]
    pub error: Option<String>,
}

/// The vendor's own streaming events.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ApiEvent {
    MessageStart { message: MessageId },
    ContentBlockStart { index: u32, content_block: BlockType },
    ContentBlockDelta { index: u32, delta: Delta },
    ContentBlockStop { index: u32 },
    MessageDelta {},
    MessageStop {},
    Ping {},
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct MessageId {
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BlockType {
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Delta {
    TextDelta {
        text: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    /// Signatures, citations, a tool's input: the finished block says them.
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assistant {
    pub message: String,
    pub blocks: Vec<Block>,
    pub parent: Option<String>,
    /// The CLI's word for what went wrong: the message is its own and reports a failure.
    pub error: Option<String>,
}

/// A content block. One of an unknown kind is kept as it came.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Text(String),
    Thinking(String),
    ToolUse { id: String, name: String, input: Value },
    ToolResult { tool_use: String, content: Value, is_error: bool },
    Unknown(Value),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CanUseTool {
    pub tool_name: String,
    pub input: Value,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub permission_suggestions: Value,
    #[serde(default)]
    pub tool_use_id: Option<String>,
}

/// The answer to a control request of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlAnswer {
    pub request_id: String,
    pub outcome: Result<Value, String>,
}

impl CliLine {
    /// Understands a line. Never fails: what is not understood is kept.
    pub fn parse(line: &str) -> Self {
        match serde_json::from_str::<Value>(line) {
            Ok(value) => Self::read(&value).unwrap_or(Self::Unknown(value)),
            Err(_) => Self::Unknown(Value::String(line.to_owned())),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match text(value, "type")? {
            "system" => system(value),
            "stream_event" => Some(Self::Stream { event: field(value, "event")?, parent: parent(value) }),
            "assistant" => Some(Self::Assistant(Assistant {
                message: text(value.get("message")?, "id")?.to_owned(),
                blocks: blocks(value)?,
                parent: parent(value),
                error: text(value, "error").map(str::to_owned),
            })),
            "user" => Some(Self::User { blocks: blocks(value)?, replayed: value["isReplay"] == true }),
            "rate_limit_event" => Some(Self::RateLimit(value.get("rate_limit_info")?.clone())),
            "result" => whole(value).map(Self::Result),
            "control_request" => {
                let request = value.get("request")?;
                let request_id = text(value, "request_id")?.to_owned();
                (text(request, "subtype")? == "can_use_tool")
                    .then(|| whole(request).map(|ask| Self::CanUseTool { request_id, ask }))?
            }
            "control_cancel_request" => Some(Self::ControlCancel { request_id: text(value, "request_id")?.to_owned() }),
            "control_response" => control_answer(value.get("response")?),
            "keep_alive" => Some(Self::Nothing),
            _ => None,
        }
    }
}

fn system(value: &Value) -> Option<CliLine> {
    match text(value, "subtype")? {
        "init" => whole(value).map(CliLine::Init),
        "api_retry" => whole(value).map(CliLine::Retry),
        "status" => match (text(value, "permissionMode"), text(value, "status")) {
            (Some(mode), _) => Some(CliLine::PermissionMode(mode.to_owned())),
            (None, None | Some("requesting")) => Some(CliLine::Nothing),
            (None, Some(_)) => None,
        },
        "thinking_tokens" | "session_state_changed" => Some(CliLine::Nothing),
        _ => None,
    }
}

fn control_answer(response: &Value) -> Option<CliLine> {
    let request_id = text(response, "request_id")?.to_owned();
    let outcome = match text(response, "subtype")? {
        "success" => Ok(response.get("response").cloned().unwrap_or(Value::Null)),
        "error" => Err(text(response, "error").unwrap_or_default().to_owned()),
        _ => return None,
    };
    Some(CliLine::ControlAnswer(ControlAnswer { request_id, outcome }))
}

/// The content of the line's message: a list of blocks, or a text alone.
fn blocks(value: &Value) -> Option<Vec<Block>> {
    match value.get("message")?.get("content")? {
        Value::String(text) => Some(vec![Block::Text(text.clone())]),
        Value::Array(blocks) => Some(
            blocks.iter().map(|block| read_block(block).unwrap_or_else(|| Block::Unknown(block.clone()))).collect(),
        ),
        _ => None,
    }
}

fn read_block(block: &Value) -> Option<Block> {
    Some(match text(block, "type")? {
        "text" => Block::Text(text(block, "text")?.to_owned()),
        "thinking" => Block::Thinking(text(block, "thinking")?.to_owned()),
        "tool_use" => Block::ToolUse {
            id: text(block, "id")?.to_owned(),
            name: text(block, "name")?.to_owned(),
            input: block.get("input")?.clone(),
        },
        "tool_result" => Block::ToolResult {
            tool_use: text(block, "tool_use_id")?.to_owned(),
            content: block.get("content").cloned().unwrap_or(Value::Null),
            is_error: block.get("is_error").and_then(Value::as_bool).unwrap_or(false),
        },
        _ => return None,
    })
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn parent(value: &Value) -> Option<String> {
    text(value, "parent_tool_use_id").map(str::to_owned)
}

fn field<T: DeserializeOwned>(value: &Value, name: &str) -> Option<T> {
    whole(value.get(name)?)
}

/// A line that has the right name and another shape is one that is not known: it is kept, so that the reason is not
/// needed.
fn whole<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_known_is_kept_as_it_came() {
        for line in [
            json!({"type": "telepathy", "thought": 1}),
            json!({"type": "system", "subtype": "compact_boundary", "compact_metadata": {}}),
            json!({"type": "system", "subtype": "status", "status": "compacting"}),
            json!({"type": "assistant", "message": {"content": "no id"}}),
            json!({"type": "control_request", "request_id": "1", "request": {"subtype": "hook_callback"}}),
            json!({"type": "stream_event", "event": {"type": "content_block_delta", "index": "no number"}}),
            json!(["not", "an", "object"]),
        ] {
            assert_eq!(CliLine::parse(&line.to_string()), CliLine::Unknown(line));
        }
        assert_eq!(CliLine::parse("Error: boom"), CliLine::Unknown(json!("Error: boom")));
    }

    #[test]
    fn an_unknown_block_is_kept_beside_the_known_ones() {
        let line = json!({"type": "assistant", "parent_tool_use_id": null, "message": {"id": "m", "content": [
            {"type": "text", "text": "hi"}, {"type": "redacted_thinking", "data": "x"}]}});
        let CliLine::Assistant(assistant) = CliLine::parse(&line.to_string()) else { panic!() };
        assert_eq!(
            assistant.blocks,
            [Block::Text("hi".into()), Block::Unknown(json!({"type": "redacted_thinking", "data": "x"}))]
        );
        assert_eq!((assistant.parent, assistant.error), (None, None));
    }

    #[test]
    fn a_permission_question_carries_its_input_and_suggestions() {
        let line = json!({"type": "control_request", "request_id": "r", "request": {"subtype": "can_use_tool",
            "tool_name": "Bash", "display_name": "Bash", "input": {"command": "touch /x"}, "description": "d",
            "permission_suggestions": [{"type": "setMode"}], "blocked_path": "/x", "tool_use_id": "toolu_1"}});
        let CliLine::CanUseTool { request_id, ask } = CliLine::parse(&line.to_string()) else { panic!() };
        assert_eq!((request_id.as_str(), ask.tool_name.as_str()), ("r", "Bash"));
        assert_eq!(ask.input, json!({"command": "touch /x"}));
        assert_eq!(ask.tool_use_id.as_deref(), Some("toolu_1"));
    }

    #[test]
    fn a_control_answer_is_a_success_or_an_error() {
        let answer =
            |response: Value| CliLine::parse(&json!({"type": "control_response", "response": response}).to_string());
        assert_eq!(
            answer(json!({"subtype": "success", "request_id": "a"})),
            CliLine::ControlAnswer(ControlAnswer { request_id: "a".into(), outcome: Ok(Value::Null) })
        );
        assert_eq!(
            answer(json!({"subtype": "error", "request_id": "a", "error": "no"})),
            CliLine::ControlAnswer(ControlAnswer { request_id: "a".into(), outcome: Err("no".into()) })
        );
    }
}
