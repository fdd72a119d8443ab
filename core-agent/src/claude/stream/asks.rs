//! What a tool asks a person, read from its input. What does not look as expected is a permission like any other, so that
//! a newer CLI's question can still be seen and denied.

use protocol::approval::{Asks, Choice, Question};
use serde::Deserialize;
use serde_json::Value;

/// The tool whose "permission" is an answer.
const QUESTIONS: &str = "AskUserQuestion";
/// The tool whose "permission" is to begin with what was planned.
const PLAN: &str = "ExitPlanMode";
/// More than the CLI lets the model ask at once.
const MOST: usize = 16;

#[derive(Deserialize)]
struct Asked {
    questions: Vec<AskedQuestion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskedQuestion {
    question: String,
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    multi_select: bool,
    #[serde(default)]
    options: Vec<AskedChoice>,
}

#[derive(Deserialize)]
struct AskedChoice {
    label: String,
    #[serde(default)]
    description: Option<String>,
}

/// Whether nobody but a person may answer, whatever was allowed before.
pub fn is_for_a_person(tool: &str) -> bool {
    matches!(tool, QUESTIONS | PLAN)
}

pub fn asks(tool: &str, input: &Value) -> Asks {
    let asked = match tool {
        QUESTIONS => questions(input),
        // Where the CLI does not say it, it is in the history before.
        PLAN => Some(Asks::Plan { plan: input.get("plan").and_then(Value::as_str).unwrap_or_default().to_owned() }),
        _ => None,
    };
    asked.unwrap_or_default()
}

fn questions(input: &Value) -> Option<Asks> {
    let asked = Asked::deserialize(input).ok()?.questions;
    if asked.is_empty() || asked.len() > MOST {
        return None;
    }
    let choice = |choice: AskedChoice| Choice { label: choice.label, description: choice.description };
    let question = |asked: AskedQuestion| Question {
        question: asked.question,
        header: asked.header,
        multi_select: asked.multi_select,
        options: asked.options.into_iter().map(choice).collect(),
    };
    Some(Asks::Questions { questions: asked.into_iter().map(question).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn questions_are_read_with_their_options() {
        let input = json!({"questions": [{"question": "Which colour?", "header": "Colour", "multiSelect": true,
            "options": [{"label": "Blue", "description": "like the sky"}, {"label": "Red"}]}]});
        let Asks::Questions { questions } = asks(QUESTIONS, &input) else { panic!() };
        assert_eq!((questions[0].question.as_str(), questions[0].multi_select), ("Which colour?", true));
        assert_eq!(questions[0].options[0].description.as_deref(), Some("like the sky"));
        assert_eq!(asks("Bash", &input), Asks::Permission);
    }

    #[test]
    fn a_question_of_another_shape_is_a_permission() {
        for input in [json!({}), json!({"questions": []}), json!({"questions": ["Which?"]})] {
            assert_eq!(asks(QUESTIONS, &input), Asks::Permission);
        }
        assert_eq!(asks(PLAN, &json!({})), Asks::Plan { plan: String::new() });
        assert_eq!(asks(PLAN, &json!({"plan": "dig"})), Asks::Plan { plan: "dig".into() });
    }
}
