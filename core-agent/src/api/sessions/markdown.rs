//! A session as a person reads it: who said what, which tools were used, what was allowed.

use crate::journal::Session;
use protocol::event::{Decision, Event, Recorded};
use protocol::ids::TurnId;
use protocol::image::Image;
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Writes a history event by event. A message that waited is shown where its turn begins.
#[derive(Debug)]
pub(super) struct Markdown {
    title: String,
    about: String,
    /// As many as a session lets wait.
    waiting: VecDeque<(TurnId, String)>,
    /// Whether the last thing written is part of an answer.
    answering: bool,
}

impl Markdown {
    pub(super) fn new(session: &Session) -> Self {
        let title = session.title.as_deref().map_or_else(|| format!("Session {}", session.id), escaped);
        let about = format!(
            "- Session: {}\n- Workspace: {}\n- Owner: {}\n- Begun: {}\n",
            session.id,
            escaped(&session.workspace),
            escaped(&session.created_by.name),
            when(session.created_at),
        );
        Self { title, about, waiting: VecDeque::new(), answering: false }
    }

    pub(super) fn beginning(&self) -> String {
        format!("# {}\n\n{}", self.title, self.about)
    }

    pub(super) fn event(&mut self, recorded: &Recorded) -> String {
        match &recorded.event {
            Event::MessageAccepted { turn, text, by, images } => {
                let picture = |Image { hash, media_type, size, .. }: &Image| {
                    format!("\n> A picture: {}, {size} bytes, SHA-256 `{hash}`\n", media_type.media_type())
                };
                let pictures = images.iter().map(picture).collect::<String>();
                let heading = format!("\n## {} · {}\n\n{text}\n{pictures}", escaped(&by.name), when(recorded.at));
                self.waiting.push_back((*turn, heading));
                String::new()
            }
            Event::TurnStarted { turn, .. } => {
                self.answering = false;
                let at = self.waiting.iter().position(|(waits, _)| waits == turn);
                at.and_then(|at| self.waiting.remove(at)).map(|(_, message)| message).unwrap_or_default()
            }
            Event::Text { text, .. } => self.answer(format!("\n{text}\n"), recorded.at),
            Event::ToolUse { name, input, .. } => {
                let tool = format!("\n**Tool: {}**\n\n{}", escaped(name), fenced("json", &pretty(input)));
                self.answer(tool, recorded.at)
            }
            Event::ToolResult { content, is_error, .. } => {
                let what = if *is_error { "Failed" } else { "Result" };
                let text = content.as_str().map_or_else(|| fenced("json", &pretty(content)), |text| fenced("", text));
                self.answer(format!("\n**{what}**\n\n{text}"), recorded.at)
            }
            Event::ApprovalDecided { decision, by, message, .. } => {
                let what = match decision {
                    Decision::Allow => "allowed it",
                    Decision::Deny => "did not allow it",
                };
                let why = message.as_deref().map(|why| format!(": {}", escaped(why))).unwrap_or_default();
                self.answer(format!("\n> {} {what}{why}\n", escaped(&by.name)), recorded.at)
            }
            Event::TurnFailed { detail, .. } => format!("\n> The turn failed: {}\n", escaped(detail)),
            Event::TurnInterrupted { by, .. } => {
                let by = by.as_ref().map(|by| format!(" by {}", escaped(&by.name))).unwrap_or_default();
                format!("\n> The turn was interrupted{by}.\n")
            }
            Event::BypassBegan { by, until } => {
                format!("\n> {} lets it run without asking until {}.\n", escaped(&by.name), when(*until))
            }
            Event::BypassEnded { .. } => "\n> It asks again.\n".to_owned(),
            // What was streamed comes again as a whole; the rest is for programs.
            Event::SessionCreated { .. }
            | Event::TitleChanged { .. }
            | Event::VisibilityChanged { .. }
            | Event::SessionArchived { .. }
            | Event::SessionUnarchived { .. }
            | Event::TextDelta { .. }
            | Event::ThinkingDelta { .. }
            | Event::Thinking { .. }
            | Event::MessageDiscarded { .. }
            | Event::ApprovalRequested { .. }
            | Event::ApprovalWithdrawn { .. }
            | Event::Retrying { .. }
            | Event::RateLimit { .. }
            | Event::ModelChanged { .. }
            | Event::PermissionModeChanged { .. }
            | Event::TurnCompleted { .. }
            | Event::ProcessStarted { .. }
            | Event::ProcessEnded { .. }
            | Event::Unknown { .. } => String::new(),
        }
    }

    /// What still waits for its turn.
    pub(super) fn end(&mut self) -> String {
        self.waiting.drain(..).map(|(_, message)| message).collect()
    }

    fn answer(&mut self, text: String, at: OffsetDateTime) -> String {
        if std::mem::replace(&mut self.answering, true) { text } else { format!("\n## Claude · {}\n{text}", when(at)) }
    }
}

/// Text on one line, in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A block in which nothing is markup: its fence is longer than any within.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut block = String::with_capacity(text.len() + 16);
    // Writing to a string does not fail.
    let _ = write!(block, "{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'));
    block
}

fn pretty(value: &Value) -> String {
    // A value is always JSON.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn when(at: OffsetDateTime) -> String {
    let second = at.replace_nanosecond(0).unwrap_or(at);
    second.format(&Rfc3339).unwrap_or_else(|_| second.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Activity;
    use protocol::event::{Actor, PermissionMode, Visibility};
    use protocol::ids::{SessionId, UserId};
    use serde_json::json;

    fn session() -> Session {
        Session {
            id: SessionId::new(),
            workspace: "garden".into(),
            model: None,
            permission_mode: PermissionMode::Default,
            title: Some("The <gate>".into()),
            visibility: Visibility::Shared,
            created_by: Actor { user: UserId::new(), name: "Ada".into() },
            created_at: OffsetDateTime::UNIX_EPOCH,
            closed_at: None,
            archived_at: None,
            forked_from: None,
            last_seq: 1,
            updated_at: OffsetDateTime::UNIX_EPOCH,
            activity: Activity::Idle,
            bypass: None,
        }
    }

    #[test]
    fn a_message_that_waited_stands_before_its_own_answer() {
        let mut markdown = Markdown::new(&session());
        let by = Actor { user: UserId::new(), name: "Ada".into() };
        let (one, two) = (TurnId::new(), TurnId::new());
        let said =
            |turn, text: &str| Event::MessageAccepted { turn, text: text.into(), images: Vec::new(), by: by.clone() };
        let text = |turn, text: &str| Event::Text { turn, message: "m".into(), block: 0, text: text.into() };
        let tool = Event::ToolUse {
            turn: one,
            message: "m".into(),
            tool_use: "t".into(),
            name: "Bash".into(),
            input: json!({"command": "ls"}),
        };
        let result = Event::ToolResult { turn: one, tool_use: "t".into(), content: json!("a```b"), is_error: false };
        let events = [
            said(one, "first"),
            Event::TurnStarted { turn: one, model: None },
            said(two, "second"),
            text(one, "answer one"),
            tool,
            result,
            Event::TurnStarted { turn: two, model: None },
            text(two, "answer two"),
        ];
        let mut written = markdown.beginning();
        for event in events {
            written.push_str(&markdown.event(&Recorded { seq: 1, at: OffsetDateTime::UNIX_EPOCH, event }));
        }
        written.push_str(&markdown.end());
        let order = ["# The \\<gate\\>", "## Ada · 1970", "first", "## Claude", "answer one", "**Tool: Bash**"];
        let order = order.into_iter().chain(["````\na```b\n````", "## Ada", "second", "## Claude", "answer two"]);
        let mut rest = written.as_str();
        for part in order {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing or misplaced:\n{written}"));
            rest = &rest[at + part.len()..];
        }
        assert_eq!(written.matches("## Claude").count(), 2);
    }
}
