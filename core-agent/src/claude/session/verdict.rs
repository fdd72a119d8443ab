//! Whether an answer fits what was asked, and what of it is carried out.

use crate::claude::deny;
use crate::claude::stream::nests_beyond;
use protocol::approval::{Asks, Question, Scope, Terms};
use protocol::event::{Decision, PermissionMode};
use serde_json::{Map, Value};

/// An edited input is journalled and handed to the CLI on one line.
const LARGEST_INPUT: usize = 256 * 1024;
/// Readers of JSON give up at 128, and what stands in an event lies deeper there.
const DEEPEST_INPUT: usize = 100;
/// Of one answer: a person's own words.
const LONGEST_ANSWER: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    #[error("a denial has a message and nothing else")]
    DenialWithTerms,
    #[error("answers are for questions, and this is none")]
    NoQuestion,
    #[error("a mode is chosen when a plan is allowed, and this is none")]
    NoPlan,
    #[error("a question or a plan is answered as it is: it has no edited input and no scope")]
    NoPermission,
    #[error("the edited input is too large or too deep")]
    Input,
    #[error("the edited input names another file than the one that was asked for")]
    OtherFile,
    #[error("what is allowed for the session is what was asked for: it cannot be edited as well")]
    EditedForSession,
    #[error("this cannot be allowed for the session: the CLI proposes no rule for it")]
    NoRule,
    #[error("every question needs an answer of 1 to {LONGEST_ANSWER} bytes; this one has none: {0}")]
    Unanswered(String),
    #[error("there is no such question: {0}")]
    UnknownQuestion(String),
    #[error("this question takes one answer: {0}")]
    OneAnswer(String),
    #[error("after a plan the mode is default or accept_edits")]
    Mode,
}

/// A permission as the CLI asked for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) tool: &'a str,
    pub(super) input: &'a Value,
    pub(super) asks: &'a Asks,
    pub(super) suggestions: &'a Value,
}

/// What will be carried out, or why nothing will.
pub(super) fn check(asked: Asked<'_>, decision: Decision, terms: &Terms) -> Result<Terms, AnswerFault> {
    if decision == Decision::Deny {
        return if *terms == Terms::default() { Ok(Terms::default()) } else { Err(AnswerFault::DenialWithTerms) };
    }
    let mut agreed = Terms { rules: Vec::new(), ..terms.clone() };
    if terms.answers.is_some() && !matches!(asked.asks, Asks::Questions { .. }) {
        return Err(AnswerFault::NoQuestion);
    }
    if terms.mode.is_some() && !matches!(asked.asks, Asks::Plan { .. }) {
        return Err(AnswerFault::NoPlan);
    }
    match asked.asks {
        Asks::Permission => {
            if let Some(input) = &terms.input {
                check_input(input)?;
                if deny::reaches_elsewhere(asked.tool, asked.input, input) {
                    return Err(AnswerFault::OtherFile);
                }
            }
            if terms.scope == Scope::Session {
                if terms.input.is_some() {
                    return Err(AnswerFault::EditedForSession);
                }
                agreed.rules = if deny::is_always_asked(asked.tool) {
                    Vec::new()
                } else {
                    let rules = session_rules(asked.suggestions).ok_or(AnswerFault::NoRule)?;
                    rules.iter().filter_map(spelled).collect()
                };
            }
        }
        Asks::Questions { .. } | Asks::Plan { .. } if terms.input.is_some() || terms.scope != Scope::Once => {
            return Err(AnswerFault::NoPermission);
        }
        Asks::Questions { questions } => {
            agreed.answers = Some(answers(questions, terms.answers.as_ref().unwrap_or(&Map::new()))?);
        }
        Asks::Plan { .. } if terms.mode == Some(PermissionMode::Plan) => return Err(AnswerFault::Mode),
        Asks::Plan { .. } => {}
    }
    Ok(agreed)
}

fn check_input(input: &Map<String, Value>) -> Result<(), AnswerFault> {
    let value = Value::Object(input.clone());
    let fits = !nests_beyond(&value, DEEPEST_INPUT) && value.to_string().len() <= LARGEST_INPUT;
    if fits { Ok(()) } else { Err(AnswerFault::Input) }
}

/// Each question's answer as the CLI takes it: one text, several choices with commas between them.
fn answers(questions: &[Question], given: &Map<String, Value>) -> Result<Map<String, Value>, AnswerFault> {
    if let Some(unknown) = given.keys().find(|key| questions.iter().all(|question| question.question != **key)) {
        return Err(AnswerFault::UnknownQuestion(unknown.clone()));
    }
    let answer = |question: &Question| {
        let name = || question.question.clone();
        let text = match given.get(&question.question) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(_)) if !question.multi_select => return Err(AnswerFault::OneAnswer(name())),
            Some(Value::Array(chosen)) => {
                let chosen: Option<Vec<&str>> = chosen.iter().map(Value::as_str).collect();
                chosen.ok_or_else(|| AnswerFault::Unanswered(name()))?.join(", ")
            }
            _ => return Err(AnswerFault::Unanswered(name())),
        };
        let said = !text.trim().is_empty() && text.len() <= LONGEST_ANSWER;
        if said { Ok((name(), Value::String(text))) } else { Err(AnswerFault::Unanswered(name())) }
    };
    questions.iter().map(answer).collect()
}

/// The rules of the one suggestion that is taken up: what may be done, and never another mode or folder. None where the
/// CLI proposes no such rules.
pub(super) fn session_rules(suggestions: &Value) -> Option<Vec<Value>> {
    let adds_rules = |suggestion: &&Value| suggestion["type"] == "addRules" && suggestion["behavior"] == "allow";
    let rules = suggestions.as_array()?.iter().find(adds_rules)?["rules"].as_array()?;
    (!rules.is_empty()).then(|| rules.clone())
}

/// A rule as the CLI's settings spell it.
fn spelled(rule: &Value) -> Option<String> {
    let tool = rule["toolName"].as_str()?;
    Some(rule["ruleContent"].as_str().map_or_else(|| tool.to_owned(), |content| format!("{tool}({content})")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::approval::Choice;
    use serde_json::json;

    fn checked(tool: &str, asks: &Asks, suggestions: &Value, terms: &Terms) -> Result<Terms, AnswerFault> {
        let input = &json!({"file_path": "/srv/a", "content": "x"});
        check(Asked { tool, input, asks, suggestions }, Decision::Allow, terms)
    }

    fn object(value: Value) -> Option<Map<String, Value>> {
        let Value::Object(members) = value else { return None };
        Some(members)
    }

    fn colours() -> Asks {
        let question = |question: &str, multi_select| Question {
            question: question.into(),
            header: None,
            multi_select,
            options: vec![Choice { label: "Blue".into(), description: None }],
        };
        Asks::Questions { questions: vec![question("Which?", false), question("Which ones?", true)] }
    }

    #[test]
    fn every_question_is_answered_and_nothing_else() {
        let answer = |answers: Value| {
            let terms = Terms { answers: object(answers), ..Terms::default() };
            checked("AskUserQuestion", &colours(), &Value::Null, &terms).map(|terms| terms.answers.unwrap())
        };
        let given = answer(json!({"Which?": "my own words", "Which ones?": ["Blue", "Red"]})).unwrap();
        assert_eq!(Value::Object(given), json!({"Which?": "my own words", "Which ones?": "Blue, Red"}));
        for unanswered in [
            json!({}),
            json!({"Which?": " ", "Which ones?": "Blue"}),
            json!({"Which?": 1}),
            json!({
            "Which?": "x".repeat(LONGEST_ANSWER + 1), "Which ones?": "Blue"}),
            json!({"Which?": "Blue", "Which ones?": []}),
        ] {
            assert!(matches!(answer(unanswered.clone()), Err(AnswerFault::Unanswered(_))), "{unanswered}");
        }
        let one = answer(json!({"Which?": ["Blue"], "Which ones?": "Blue"}));
        assert_eq!(one, Err(AnswerFault::OneAnswer("Which?".into())));
        let unknown = answer(json!({"Which?": "Blue", "Which ones?": "Blue", "Why?": "x"}));
        assert_eq!(unknown, Err(AnswerFault::UnknownQuestion("Why?".into())));
    }

    #[test]
    fn for_the_session_the_rules_are_taken_up_and_never_a_mode() {
        let suggestions = json!([{"type": "setMode", "mode": "acceptEdits", "destination": "session"},
            {"type": "addDirectories", "directories": ["/"], "destination": "session"},
            {"type": "addRules", "rules": [{"toolName": "WebFetch", "ruleContent": "domain:example.org"}],
             "behavior": "allow", "destination": "localSettings"}]);
        let terms = Terms { scope: Scope::Session, ..Terms::default() };
        let agreed = checked("WebFetch", &Asks::Permission, &suggestions, &terms).unwrap();
        assert_eq!(agreed.rules, ["WebFetch(domain:example.org)"]);
        let modes = json!([{"type": "setMode", "mode": "acceptEdits", "destination": "session"}]);
        assert_eq!(checked("Write", &Asks::Permission, &modes, &terms), Err(AnswerFault::NoRule));
        assert_eq!(checked("Bash", &Asks::Permission, &Value::Null, &terms).unwrap().rules, Vec::<String>::new());
        let edited = Terms { input: Some(Map::new()), ..terms.clone() };
        assert_eq!(checked("Bash", &Asks::Permission, &Value::Null, &edited), Err(AnswerFault::EditedForSession));
        assert_eq!(checked("AskUserQuestion", &colours(), &Value::Null, &terms), Err(AnswerFault::NoPermission));
    }

    #[test]
    fn an_edited_input_is_bounded_in_size_and_depth() {
        let edited = |input: Value| {
            let terms = Terms { input: object(input), ..Terms::default() };
            checked("Bash", &Asks::Permission, &Value::Null, &terms)
        };
        assert!(edited(json!({"command": "ls"})).is_ok());
        assert_eq!(edited(json!({"command": "x".repeat(LARGEST_INPUT)})), Err(AnswerFault::Input));
        let deep = (0..=DEEPEST_INPUT).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(edited(json!({"deep": deep})), Err(AnswerFault::Input));
    }

    #[test]
    fn an_edited_input_names_the_file_that_was_asked_for() {
        let edited = |tool: &str, input: Value| {
            let terms = Terms { input: object(input), ..Terms::default() };
            checked(tool, &Asks::Permission, &Value::Null, &terms).map(drop)
        };
        assert_eq!(edited("Write", json!({"file_path": "/srv/a", "content": "y"})), Ok(()));
        for elsewhere in [json!({"file_path": "/home/core/.claude/x", "content": "x"}), json!({"content": "x"})] {
            assert_eq!(edited("Write", elsewhere.clone()), Err(AnswerFault::OtherFile), "{elsewhere}");
        }
        let more = json!({"file_path": "/srv/a", "path": "/home/core"});
        assert_eq!(edited("Grep", more.clone()), Err(AnswerFault::OtherFile));
        assert_eq!(edited("Bash", more), Ok(()));
    }

    #[test]
    fn what_belongs_to_another_kind_of_question_is_refused() {
        let plan = Asks::Plan { plan: "dig".into() };
        let with = |mode| Terms { mode: Some(mode), ..Terms::default() };
        assert!(checked("ExitPlanMode", &plan, &Value::Null, &with(PermissionMode::AcceptEdits)).is_ok());
        assert_eq!(checked("ExitPlanMode", &plan, &Value::Null, &with(PermissionMode::Plan)), Err(AnswerFault::Mode));
        let mode = with(PermissionMode::Default);
        assert_eq!(checked("Bash", &Asks::Permission, &Value::Null, &mode), Err(AnswerFault::NoPlan));
        let answers = Terms { answers: Some(Map::new()), ..Terms::default() };
        assert_eq!(checked("Bash", &Asks::Permission, &Value::Null, &answers), Err(AnswerFault::NoQuestion));
        let asked = Asked { tool: "ExitPlanMode", input: &Value::Null, asks: &plan, suggestions: &Value::Null };
        assert_eq!(check(asked, Decision::Deny, &mode), Err(AnswerFault::DenialWithTerms));
    }
}
