//! The questions of a turn that wait for an answer.

use crate::claude::mention;
use crate::claude::state::{Board, Counted};
use crate::claude::stream::{CanUseTool, outgoing};
use protocol::event::Decision;
use protocol::ids::ApprovalId;
use serde_json::{Map, Value};

/// More questions at once than a person could answer: the CLI asks them one after another, or a few side by side.
const MAX_PENDING: usize = 64;
/// The tool whose "permission" is an answer.
const QUESTION: &str = "AskUserQuestion";
/// The tool whose arguments the CLI reads as it reads a person's text.
const SKILL: &str = "Skill";
/// What the model reads when a person gave no reason.
const DENIED: &str = "The user does not allow this.";

#[derive(Debug, Default)]
pub(super) struct Approvals {
    pending: Vec<Pending>,
}

#[derive(Debug)]
struct Pending {
    id: ApprovalId,
    request_id: String,
    tool: String,
    /// As the CLI asked, unmasked: an allowed tool gets it back.
    input: Value,
    _waiting: Counted,
}

impl Approvals {
    /// Takes a question in. None when too many wait.
    pub(super) fn ask(&mut self, request_id: String, ask: &CanUseTool, board: &Board) -> Option<ApprovalId> {
        if self.pending.len() >= MAX_PENDING {
            return None;
        }
        let id = ApprovalId::new();
        self.pending.push(Pending {
            id,
            request_id,
            tool: ask.tool_name.clone(),
            input: ask.input.clone(),
            _waiting: board.waiting(),
        });
        Some(id)
    }

    pub(super) fn is_pending(&self, id: ApprovalId) -> bool {
        self.pending.iter().any(|pending| pending.id == id)
    }

    /// The CLI took the question back.
    pub(super) fn cancel(&mut self, request_id: &str) -> Option<ApprovalId> {
        let at = self.pending.iter().position(|pending| pending.request_id == request_id)?;
        Some(self.pending.swap_remove(at).id)
    }

    /// The line that tells the CLI what was decided.
    pub(super) fn decide(
        &mut self,
        id: ApprovalId,
        decision: Decision,
        message: Option<&str>,
        answers: Option<Map<String, Value>>,
    ) -> Option<String> {
        let at = self.pending.iter().position(|pending| pending.id == id)?;
        let pending = self.pending.swap_remove(at);
        Some(match decision {
            Decision::Deny => outgoing::deny(&pending.request_id, message.unwrap_or(DENIED)),
            Decision::Allow => {
                let input = match answers {
                    Some(answers) if pending.tool == QUESTION => outgoing::answered(&pending.input, answers),
                    _ if pending.tool == SKILL => without_mentions(pending.input),
                    _ => pending.input,
                };
                outgoing::allow(&pending.request_id, &input)
            }
        })
    }
}

/// What a person has allowed is a skill, not the reading of whatever file its arguments mention.
fn without_mentions(mut input: Value) -> Value {
    if let Some(Value::String(args)) = input.get_mut("args") {
        *args = mention::silence(args);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(tool: &str) -> (Approvals, ApprovalId, Board) {
        let (mut approvals, board) = (Approvals::default(), Board::new());
        let ask = CanUseTool {
            tool_name: tool.into(),
            input: json!({"questions": ["Which?"]}),
            description: None,
            permission_suggestions: Value::Null,
            tool_use_id: None,
        };
        let id = approvals.ask("r1".into(), &ask, &board).unwrap();
        (approvals, id, board)
    }

    fn response(line: &str) -> Value {
        serde_json::from_str::<Value>(line).unwrap()["response"]["response"].clone()
    }

    #[test]
    fn an_allowed_tool_gets_its_input_and_a_denied_one_a_reason() {
        let (mut approvals, id, _) = asked("Bash");
        let line = approvals.decide(id, Decision::Allow, None, Some(Map::new())).unwrap();
        assert_eq!(response(&line), json!({"behavior": "allow", "updatedInput": {"questions": ["Which?"]}}));
        assert!(approvals.decide(id, Decision::Allow, None, None).is_none(), "it was decided");
        let (mut approvals, id, _) = asked("Bash");
        let line = approvals.decide(id, Decision::Deny, Some("not today"), None).unwrap();
        assert_eq!(response(&line), json!({"behavior": "deny", "message": "not today"}));
    }

    #[test]
    fn a_question_is_answered_by_allowing_it_with_answers() {
        let (mut approvals, id, _) = asked(QUESTION);
        let answers = json!({"Which?": "Blue"}).as_object().unwrap().clone();
        let line = approvals.decide(id, Decision::Allow, None, Some(answers)).unwrap();
        assert_eq!(response(&line)["updatedInput"]["answers"], json!({"Which?": "Blue"}));
    }

    #[test]
    fn an_allowed_skill_reads_no_file_that_its_arguments_mention() {
        let (mut approvals, board) = (Approvals::default(), Board::new());
        let input = json!({"skill": "review", "args": "@link"});
        let ask = CanUseTool {
            tool_name: SKILL.into(),
            input,
            description: None,
            permission_suggestions: Value::Null,
            tool_use_id: None,
        };
        let id = approvals.ask("r1".into(), &ask, &board).unwrap();
        let line = approvals.decide(id, Decision::Allow, None, None).unwrap();
        assert_eq!(response(&line)["updatedInput"], json!({"skill": "review", "args": "\u{2060}@link"}));
    }

    #[test]
    fn what_waits_is_counted_until_it_is_decided_or_taken_back() {
        let (mut approvals, id, board) = asked("Bash");
        assert_eq!(board.follow().borrow().waiting_approvals, 1);
        assert!(approvals.is_pending(id));
        assert_eq!(approvals.cancel("r1"), Some(id));
        assert_eq!(approvals.cancel("r1"), None);
        assert_eq!(board.follow().borrow().waiting_approvals, 0);
    }
}
