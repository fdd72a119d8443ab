//! The questions of a turn that wait for an answer.

use super::verdict::{self, AnswerFault, Asked};
use crate::claude::mention;
use crate::claude::state::{Board, Counted};
use crate::claude::stream::{CanUseTool, asks, outgoing};
use protocol::approval::{Asks, Scope, Terms};
use protocol::event::{Decision, PermissionMode};
use protocol::ids::ApprovalId;
use serde_json::Value;

/// More questions at once than a person could answer: the CLI asks them one after another, or a few side by side.
const MAX_PENDING: usize = 64;
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
    asks: Asks,
    suggestions: Value,
    _waiting: Counted,
}

/// What follows from a decision.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    /// Tells the CLI.
    pub(super) line: String,
    /// The same call (a tool and its input) is allowed from here on.
    pub(super) again: Option<(String, Value)>,
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
            asks: asks(&ask.tool_name, &ask.input),
            suggestions: ask.permission_suggestions.clone(),
            _waiting: board.waiting(),
        });
        Some(id)
    }

    /// The CLI took the question back.
    pub(super) fn cancel(&mut self, request_id: &str) -> Option<ApprovalId> {
        let at = self.pending.iter().position(|pending| pending.request_id == request_id)?;
        Some(self.pending.swap_remove(at).id)
    }

    /// Whether an answer fits, and what of it will be carried out.
    pub(super) fn check(
        &self,
        id: ApprovalId,
        decision: Decision,
        terms: &Terms,
    ) -> Option<Result<Terms, AnswerFault>> {
        let pending = self.pending.iter().find(|pending| pending.id == id)?;
        let asked = Asked {
            tool: &pending.tool,
            input: &pending.input,
            asks: &pending.asks,
            suggestions: &pending.suggestions,
        };
        Some(verdict::check(asked, decision, terms))
    }

    /// What is to be done for a decision whose terms were checked.
    pub(super) fn decide(
        &mut self,
        id: ApprovalId,
        decision: Decision,
        message: Option<&str>,
        terms: &Terms,
    ) -> Option<Outcome> {
        let at = self.pending.iter().position(|pending| pending.id == id)?;
        let pending = self.pending.swap_remove(at);
        let request = &pending.request_id;
        if decision == Decision::Deny {
            return Some(Outcome { line: outgoing::deny(request, message.unwrap_or(DENIED)), again: None });
        }
        let session = terms.scope == Scope::Session;
        let again = (session && terms.rules.is_empty()).then(|| (pending.tool.clone(), pending.input.clone()));
        let asked = terms.input.clone().map_or(pending.input, Value::Object);
        let line = match pending.asks {
            Asks::Questions { .. } => {
                outgoing::allow(request, &outgoing::answered(&asked, terms.answers.clone().unwrap_or_default()))
            }
            Asks::Plan { .. } => {
                outgoing::allow_in_mode(request, &asked, terms.mode.unwrap_or(PermissionMode::Default))
            }
            Asks::Permission => match verdict::session_rules(&pending.suggestions) {
                Some(rules) if session && again.is_none() => outgoing::allow_by_rules(request, &asked, &rules),
                _ => outgoing::allow(request, &allowed_input(&pending.tool, asked)),
            },
        };
        Some(Outcome { line, again })
    }
}

/// The input that an allowed tool gets.
pub(super) fn allowed_input(tool: &str, input: Value) -> Value {
    if tool == SKILL { without_mentions(input) } else { input }
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

    fn asked_with(tool: &str, input: Value, suggestions: Value) -> (Approvals, ApprovalId, Board) {
        let (mut approvals, board) = (Approvals::default(), Board::new());
        let ask = CanUseTool {
            tool_name: tool.into(),
            input,
            description: None,
            permission_suggestions: suggestions,
            tool_use_id: None,
        };
        let id = approvals.ask("r1".into(), &ask, &board).unwrap();
        (approvals, id, board)
    }

    fn asked(tool: &str) -> (Approvals, ApprovalId, Board) {
        asked_with(tool, json!({"command": "ls"}), Value::Null)
    }

    /// What the CLI is told when somebody allows it on these terms, and what is allowed again.
    fn allowed(approvals: &mut Approvals, id: ApprovalId, terms: &Terms) -> (Value, Option<(String, Value)>) {
        let terms = approvals.check(id, Decision::Allow, terms).unwrap().unwrap();
        let outcome = approvals.decide(id, Decision::Allow, None, &terms).unwrap();
        (response(&outcome.line), outcome.again)
    }

    fn response(line: &str) -> Value {
        serde_json::from_str::<Value>(line).unwrap()["response"]["response"].clone()
    }

    #[test]
    fn an_allowed_tool_gets_its_input_and_a_denied_one_a_reason() {
        let (mut approvals, id, _) = asked("Bash");
        let (line, again) = allowed(&mut approvals, id, &Terms::default());
        assert_eq!((line, again), (json!({"behavior": "allow", "updatedInput": {"command": "ls"}}), None));
        assert!(approvals.decide(id, Decision::Allow, None, &Terms::default()).is_none(), "it was decided");
        let (mut approvals, id, _) = asked("Bash");
        let outcome = approvals.decide(id, Decision::Deny, Some("not today"), &Terms::default()).unwrap();
        assert_eq!(response(&outcome.line), json!({"behavior": "deny", "message": "not today"}));
    }

    #[test]
    fn an_edited_input_takes_the_place_of_what_was_asked_for() {
        let (mut approvals, id, _) = asked("Bash");
        let terms = Terms { input: json!({"command": "ls -l"}).as_object().cloned(), ..Terms::default() };
        let (line, _) = allowed(&mut approvals, id, &terms);
        assert_eq!(line["updatedInput"], json!({"command": "ls -l"}));
    }

    #[test]
    fn for_the_session_the_cli_gets_a_rule_or_the_agent_remembers_the_call() {
        let rules = json!([{"toolName": "WebFetch", "ruleContent": "domain:example.org"}]);
        let suggestions = json!([{"type": "setMode", "mode": "acceptEdits", "destination": "session"},
            {"type": "addRules", "rules": rules, "behavior": "allow", "destination": "localSettings"}]);
        let terms = Terms { scope: Scope::Session, ..Terms::default() };
        let (mut approvals, id, _) = asked_with("WebFetch", json!({"url": "x"}), suggestions.clone());
        let (line, again) = allowed(&mut approvals, id, &terms);
        let update = json!({"type": "addRules", "rules": rules, "behavior": "allow", "destination": "session"});
        assert_eq!((&line["updatedPermissions"], again), (&json!([update]), None));
        let (mut approvals, id, _) = asked_with("Bash", json!({"command": "ls"}), suggestions);
        let (line, again) = allowed(&mut approvals, id, &terms);
        assert_eq!(line.get("updatedPermissions"), None);
        assert_eq!(again, Some(("Bash".into(), json!({"command": "ls"}))));
    }

    #[test]
    fn a_question_is_answered_by_allowing_it_with_answers() {
        let input = json!({"questions": [{"question": "Which?", "options": []}]});
        let (mut approvals, id, _) = asked_with("AskUserQuestion", input, Value::Null);
        let terms = Terms { answers: json!({"Which?": "Blue"}).as_object().cloned(), ..Terms::default() };
        let (line, _) = allowed(&mut approvals, id, &terms);
        assert_eq!(line["updatedInput"]["answers"], json!({"Which?": "Blue"}));
    }

    #[test]
    fn after_a_plan_the_mode_is_the_chosen_one() {
        for (mode, name) in [(None, "default"), (Some(PermissionMode::AcceptEdits), "acceptEdits")] {
            let (mut approvals, id, _) = asked_with("ExitPlanMode", json!({"plan": "dig"}), Value::Null);
            let (line, _) = allowed(&mut approvals, id, &Terms { mode, ..Terms::default() });
            let update = json!({"type": "setMode", "mode": name, "destination": "session"});
            assert_eq!(line["updatedPermissions"], json!([update]));
        }
    }

    #[test]
    fn an_allowed_skill_reads_no_file_that_its_arguments_mention() {
        let input = json!({"skill": "review", "args": "@link"});
        let (mut approvals, id, _) = asked_with(SKILL, input, Value::Null);
        let (line, _) = allowed(&mut approvals, id, &Terms::default());
        assert_eq!(line["updatedInput"], json!({"skill": "review", "args": "\u{2060}@link"}));
    }

    #[test]
    fn what_waits_is_counted_until_it_is_decided_or_taken_back() {
        let (mut approvals, id, board) = asked("Bash");
        assert_eq!(board.follow().borrow().waiting_approvals, 1);
        assert!(approvals.check(id, Decision::Allow, &Terms::default()).is_some());
        assert_eq!(approvals.cancel("r1"), Some(id));
        assert_eq!(approvals.cancel("r1"), None);
        assert_eq!(board.follow().borrow().waiting_approvals, 0);
    }
}
