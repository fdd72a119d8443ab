//! Lines for the CLI's stdin. An unparsable one would end it, so that they are made here and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::event::PermissionMode;
use protocol::image::ImageType;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A request of ours, with the id that its answer will carry.
#[derive(Clone, Debug)]
pub struct Control {
    pub id: String,
    pub line: String,
}

fn control(request: &Value) -> Control {
    let id = Uuid::new_v4().to_string();
    let line = json!({"type": "control_request", "request_id": id, "request": request}).to_string();
    Control { id, line }
}

/// Asks for commands, models and account; answered once the process is ready. The workspace's instructions are for the
/// model, and for those that it hands work on to.
pub fn initialize(instructions: Option<&str>) -> Control {
    control(&match instructions {
        Some(text) => {
            json!({"subtype": "initialize", "appendSystemPrompt": text, "appendSubagentSystemPrompt": text})
        }
        None => json!({"subtype": "initialize"}),
    })
}

/// Ends the turn in progress. Harmless when there is none.
pub fn interrupt() -> Control {
    control(&json!({"subtype": "interrupt"}))
}

/// The CLI takes any name: it must be valid already.
pub fn set_model(model: &str) -> Control {
    control(&json!({"subtype": "set_model", "model": model}))
}

pub fn set_permission_mode(mode: PermissionMode) -> Control {
    control(&json!({"subtype": "set_permission_mode", "mode": mode.cli_name()}))
}

/// How the process stands with its MCP servers. The answer repeats their configuration.
pub fn mcp_status() -> Control {
    control(&json!({"subtype": "mcp_status"}))
}

pub fn mcp_reconnect(server: &str) -> Control {
    control(&json!({"subtype": "mcp_reconnect", "serverName": server}))
}

pub fn mcp_toggle(server: &str, enabled: bool) -> Control {
    control(&json!({"subtype": "mcp_toggle", "serverName": server, "enabled": enabled}))
}

/// What a person says. The text comes last: the CLI looks for commands in the last block.
pub fn message(id: Uuid, text: &str, images: &[Picture]) -> String {
    let content = if images.is_empty() {
        Value::from(text)
    } else {
        let words = (!text.is_empty()).then(|| json!({"type": "text", "text": text}));
        images.iter().map(block).chain(words).collect()
    };
    json!({"type": "user", "message": {"role": "user", "content": content}, "uuid": id}).to_string()
}

/// A picture to be shown to the model.
#[derive(Debug)]
pub struct Picture {
    pub media_type: ImageType,
    pub data: Vec<u8>,
}

fn block(picture: &Picture) -> Value {
    let (media_type, data) = (picture.media_type.media_type(), STANDARD.encode(&picture.data));
    json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
}

/// Allows a tool. Without its input the tool would fail.
pub fn allow(request_id: &str, input: &Value) -> String {
    answer(request_id, &json!({"behavior": "allow", "updatedInput": input}))
}

/// Allows a tool, and what these rules say for as long as the process lives. A permission update of the CLI's with any
/// other destination would be written to a file.
pub fn allow_by_rules(request_id: &str, input: &Value, rules: &[Value]) -> String {
    let update = json!({"type": "addRules", "rules": rules, "behavior": "allow", "destination": "session"});
    answer(request_id, &json!({"behavior": "allow", "updatedInput": input, "updatedPermissions": [update]}))
}

/// Allows a plan, and what follows it in this mode.
pub fn allow_in_mode(request_id: &str, input: &Value, mode: PermissionMode) -> String {
    let update = json!({"type": "setMode", "mode": mode.cli_name(), "destination": "session"});
    answer(request_id, &json!({"behavior": "allow", "updatedInput": input, "updatedPermissions": [update]}))
}

/// Refuses a tool; the model reads the reason.
pub fn deny(request_id: &str, message: &str) -> String {
    answer(request_id, &json!({"behavior": "deny", "message": message}))
}

fn answer(request_id: &str, response: &Value) -> String {
    let response = json!({"subtype": "success", "request_id": request_id, "response": response});
    json!({"type": "control_response", "response": response}).to_string()
}

/// The input of an answered question (the tool `AskUserQuestion`): as it was asked, with the answers by question.
pub fn answered(input: &Value, answers: Map<String, Value>) -> Value {
    let mut input = input.clone();
    if let Value::Object(members) = &mut input {
        members.insert("answers".to_owned(), Value::Object(answers));
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_one_line_of_json_whatever_it_carries() {
        let hostile = "a\nb\r\u{2028}\"}\0";
        for line in [
            message(Uuid::nil(), hostile, &[]),
            allow(hostile, &json!({ "command": hostile })),
            deny("r", hostile),
            set_model(hostile).line,
        ] {
            assert!(!line.contains('\n'), "{line}");
            serde_json::from_str::<Value>(&line).unwrap();
        }
    }

    #[test]
    fn an_allowed_tool_gets_its_input_back() {
        let line: Value = serde_json::from_str(&allow("r", &json!({"command": "ls"}))).unwrap();
        assert_eq!(line["response"]["request_id"], "r");
        assert_eq!(line["response"]["response"], json!({"behavior": "allow", "updatedInput": {"command": "ls"}}));
    }
}
