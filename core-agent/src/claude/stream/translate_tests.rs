//! Lines as the genuine CLI writes them, and the history that they make.

use super::*;
use crate::guard::{MASK, Source};
use protocol::event::TurnError;
use serde_json::json;

const TOKEN: &str = "sk-ant-oat01-0123456789abcdef";

struct Turn {
    translator: Translator,
    id: TurnId,
    events: Vec<Event>,
    end: Option<TurnEnd>,
}

impl Turn {
    fn begin() -> Self {
        let guard = Guard::new();
        guard.set_live(Source::SignIn, vec![TOKEN.into()]);
        let mut translator = Translator::new(guard, PermissionMode::Default);
        let turn = TurnId::new();
        translator.begin(turn);
        Self { translator, id: turn, events: Vec::new(), end: None }
    }

    fn line(mut self, line: &Value) -> Self {
        let raw = line.to_string();
        let step = self.translator.take(CliLine::parse(&raw), &raw);
        self.events.extend(step.events);
        assert!(step.end.is_none() || self.end.is_none(), "two ends");
        self.end = self.end.or(step.end);
        self
    }

    fn stream(self, event: &Value) -> Self {
        self.line(&json!({"type": "stream_event", "event": event, "session_id": "s", "parent_tool_use_id": null}))
    }

    fn start(self, id: &str) -> Self {
        self.stream(&json!({"type": "message_start", "message": {"id": id, "content": [], "role": "assistant"}}))
    }

    fn block(self, index: u32, kind: &str) -> Self {
        self.stream(&json!({"type": "content_block_start", "index": index, "content_block": {"type": kind}}))
    }

    fn text(self, index: u32, text: &str) -> Self {
        let delta = json!({"type": "text_delta", "text": text});
        self.stream(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
    }

    fn thinking(self, index: u32, text: &str) -> Self {
        let delta = json!({"type": "thinking_delta", "thinking": text});
        self.stream(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
    }

    fn stop(self, index: u32) -> Self {
        self.stream(&json!({"type": "content_block_stop", "index": index}))
    }

    fn assistant(self, id: &str, content: &Value) -> Self {
        self.line(&json!({"type": "assistant", "parent_tool_use_id": null,
            "message": {"id": id, "content": content, "role": "assistant"}}))
    }

    fn result(self) -> Self {
        self.line(&json!({"type": "result", "subtype": "success", "is_error": false, "api_error_status": null,
            "duration_ms": 74, "result": "..", "total_cost_usd": 0.25, "terminal_reason": "completed",
            "usage": {"input_tokens": 12, "output_tokens": 2, "cache_read_input_tokens": 5,
                "cache_creation_input_tokens": 3, "service_tier": "standard"}}))
    }

    /// `kind message block text`, one per event.
    fn told(&self) -> Vec<String> {
        let of = |event: &Event| {
            let value = serde_json::to_value(event).unwrap();
            let part = |name: &str| match &value[name] {
                Value::Null => String::new(),
                Value::String(text) => format!(" {text}"),
                other => format!(" {other}"),
            };
            format!("{}{}{}{}", value["kind"].as_str().unwrap(), part("message"), part("block"), part("text"))
        };
        self.events.iter().map(of).collect()
    }
}

fn text(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

#[test]
fn a_plain_answer_streams_and_then_finishes_block_by_block() {
    let turn = Turn::begin()
        .line(
            &json!({"type": "system", "subtype": "init", "session_id": "s", "model": "m", "permissionMode": "default"}),
        )
        .line(&json!({"type": "system", "subtype": "status", "status": "requesting"}))
        .start("m1")
        .block(0, "thinking")
        .thinking(0, "hm")
        .line(&json!({"type": "system", "subtype": "thinking_tokens", "estimated_tokens": 6}))
        .assistant("m1", &json!([{"type": "thinking", "thinking": "hm", "signature": "x"}]))
        .stop(0)
        .block(1, "text")
        .text(1, "hel")
        .text(1, "lo")
        .assistant("m1", &text("hello"))
        .stop(1)
        .stream(&json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}))
        .stream(&json!({"type": "message_stop"}))
        .result();
    assert_eq!(
        turn.told(),
        ["thinking_delta m1 0 hm", "thinking m1 0 hm", "text_delta m1 1 hel", "text_delta m1 1 lo", "text m1 1 hello"]
    );
    let Some(TurnEnd::Completed { usage }) = turn.end else { panic!("{:?}", turn.end) };
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.duration_ms), (12, 2, 74));
}

#[test]
fn a_stream_that_broke_takes_its_message_back() {
    let turn = Turn::begin().start("m1").block(0, "text").text(0, "aaa ").assistant("m2", &text("aaa bbb")).result();
    assert_eq!(turn.told(), ["text_delta m1 0 aaa ", "message_discarded m1", "text m2 0 aaa bbb"]);
}

#[test]
fn a_retried_stream_takes_the_first_message_back_too() {
    let turn = Turn::begin().start("m1").block(0, "text").text(0, "a").start("m2").block(0, "text").text(0, "b");
    assert_eq!(turn.told(), ["text_delta m1 0 a", "message_discarded m1", "text_delta m2 0 b"]);
}

#[test]
fn a_finished_message_is_not_taken_back_by_the_next() {
    let turn = Turn::begin()
        .start("m1")
        .block(0, "text")
        .text(0, "a")
        .assistant("m1", &text("a"))
        .stop(0)
        .stream(&json!({"type": "message_stop"}))
        .start("m2");
    assert_eq!(turn.told(), ["text_delta m1 0 a", "text m1 0 a"]);
}

#[test]
fn a_failure_keeps_what_was_said_and_tells_why() {
    let mut turn = Turn::begin().start("m1").block(0, "text").text(0, "part");
    turn = turn
        .line(&json!({"type": "assistant", "error": "server_error", "parent_tool_use_id": null,
            "message": {"id": "x", "model": "<synthetic>", "content": text("API Error: Connection closed")}}))
        .line(&json!({"type": "result", "subtype": "success", "is_error": true, "api_error_status": null,
            "result": format!("API Error: {TOKEN}"), "total_cost_usd": 0.0}));
    assert_eq!(turn.told(), ["text_delta m1 0 part"]);
    let Some(TurnEnd::Failed { error, detail, .. }) = turn.end else { panic!() };
    assert_eq!((error, detail), (TurnError::Unknown, format!("API Error: {MASK}")));
}

#[test]
fn an_interrupted_answer_finishes_with_what_there_was() {
    let turn = Turn::begin()
        .start("m1")
        .block(0, "text")
        .text(0, "aaa ")
        .assistant("m1", &text("aaa "))
        .line(&json!({"type": "user", "message": {"role": "user", "content": text("[Request interrupted by user]")}}))
        .line(&json!({"type": "result", "subtype": "error_during_execution", "is_error": true,
            "terminal_reason": "aborted_streaming", "total_cost_usd": 0.1}));
    assert_eq!(turn.told(), ["text_delta m1 0 aaa ", "text m1 0 aaa "]);
    assert!(matches!(turn.end, Some(TurnEnd::Aborted { .. })));
}

#[test]
fn tools_and_their_results_are_told_masked() {
    let turn = Turn::begin()
        .assistant("m1", &json!([{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": TOKEN}}]))
        .line(&json!({"type": "user", "parent_tool_use_id": null, "tool_use_result": {"stdout": TOKEN},
            "message": {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": format!("x{TOKEN}"), "is_error": false}]}}));
    let whole = serde_json::to_string(&turn.events).unwrap();
    assert!(!whole.contains(TOKEN), "{whole}");
    assert!(matches!(&turn.events[0], Event::ToolUse { input, .. } if input["command"] == MASK));
    assert!(matches!(&turn.events[1], Event::ToolResult { content, is_error: false, .. }
        if *content == json!(format!("x{MASK}"))));
}

#[test]
fn a_token_that_is_split_over_deltas_never_leaves() {
    let (head, tail) = TOKEN.split_at(9);
    let turn = Turn::begin()
        .start("m1")
        .block(0, "text")
        .text(0, &format!("it is {head}"))
        .text(0, tail)
        .text(0, "!")
        .assistant("m1", &text(&format!("it is {TOKEN}!")))
        .stop(0);
    assert_eq!(
        turn.told(),
        [
            "text_delta m1 0 it is ",
            &format!("text_delta m1 0 {MASK}"),
            "text_delta m1 0 !",
            &format!("text m1 0 it is {MASK}!")
        ]
    );
}

#[test]
fn what_was_held_back_goes_out_at_the_blocks_end_and_not_after_the_finished_block() {
    let turn = Turn::begin().start("m1").block(0, "text").text(0, "s").stop(0);
    assert_eq!(turn.told(), ["text_delta m1 0 s"]);
    let turn = Turn::begin().start("m1").block(0, "text").text(0, "s").assistant("m1", &text("s")).stop(0);
    assert_eq!(turn.told(), ["text m1 0 s"]);
    let mut turn = Turn::begin().start("m1").block(0, "text").text(0, "s");
    assert_eq!(turn.translator.abandon().len(), 1);
}

#[test]
fn an_unknown_line_is_kept_and_masked() {
    let turn = Turn::begin().line(&json!({"type": "oracle", "token": TOKEN}));
    let expected = Event::Unknown { turn: Some(turn.id), line: json!({"type": "oracle", "token": MASK}) };
    assert_eq!(turn.events, [expected]);
}

#[test]
fn an_unknown_line_that_nests_deep_can_be_read_back_from_the_history() {
    for depth in [99, 100, 126] {
        let raw = format!(r#"{{"type":"oracle","deep":{}"{TOKEN}"{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let mut turn = Turn::begin();
        let step = turn.translator.take(CliLine::parse(&raw), &raw);
        let written = serde_json::to_string(&step.events).unwrap();
        assert!(!written.contains(TOKEN), "{depth}");
        assert_eq!(serde_json::from_str::<Vec<Event>>(&written).unwrap(), step.events, "{depth}");
        let Event::Unknown { line, .. } = &step.events[0] else { panic!("{:?}", step.events) };
        assert_eq!(line.is_string(), depth > 99, "{depth}");
    }
}

#[test]
fn what_the_cli_says_outside_a_turn_is_kept_as_unknown() {
    let mut translator = Translator::new(Guard::new(), PermissionMode::Default);
    let raw = json!({"type": "result", "subtype": "success", "is_error": false}).to_string();
    let step = translator.take(CliLine::parse(&raw), &raw);
    assert!(step.end.is_none());
    assert!(matches!(step.events[..], [Event::Unknown { turn: None, .. }]));
}

#[test]
fn what_the_cli_repeats_of_an_order_of_ours_is_no_news() {
    let mut translator = Translator::new(Guard::new(), PermissionMode::Default);
    let content = "<local-command-stdout>Set model to haiku</local-command-stdout>";
    let mut line = json!({"type": "user", "isReplay": true, "message": {"role": "user", "content": content}});
    assert!(translator.take(CliLine::parse(&line.to_string()), &line.to_string()).events.is_empty());
    line["isReplay"] = json!(false);
    assert_eq!(translator.take(CliLine::parse(&line.to_string()), &line.to_string()).events.len(), 1);
}

#[test]
fn the_clis_own_change_of_mode_is_told_and_ours_is_not_told_twice() {
    let mut turn = Turn::begin();
    turn.translator.set_mode(PermissionMode::Plan);
    let status = |mode: &str| json!({"type": "system", "subtype": "status", "status": null, "permissionMode": mode});
    let turn = turn.line(&status("plan")).line(&status("default")).line(&status("bypassPermissions"));
    assert!(matches!(
        turn.events[..],
        [Event::PermissionModeChanged { mode: PermissionMode::Default, by: None }, Event::Unknown { .. }]
    ));
}

#[test]
fn a_subagents_tools_are_told_and_its_words_are_kept() {
    let turn = Turn::begin().line(&json!({"type": "assistant", "parent_tool_use_id": "toolu_0", "message": {"id": "s1",
        "content": [{"type": "text", "text": "inner"}, {"type": "tool_use", "id": "t", "name": "Read", "input": {}}]}}));
    assert!(matches!(turn.events[..], [Event::ToolUse { .. }, Event::Unknown { .. }]));
}
