//! What a person has allowed for the session, where the CLI cannot be given a rule for it.
//!
//! Some tools must always ask (see [`crate::claude::deny`]), and the CLI holds that above any rule that allows. For these
//! the agent remembers the call and answers itself when the very same is asked for again: no pattern, so that nothing
//! else slips through.

use protocol::event::Actor;
use serde_json::Value;

/// More than a person allows by hand; the oldest goes first.
const MOST: usize = 64;
/// What the model says of a call: it does not change what is done.
const COMMENT: &str = "description";

/// Of one process: what follows it asks again.
#[derive(Debug, Default)]
pub(super) struct Allowances(Vec<Allowance>);

#[derive(Debug)]
struct Allowance {
    tool: String,
    input: Value,
    by: Actor,
}

impl Allowances {
    pub(super) fn add(&mut self, tool: &str, input: &Value, by: Actor) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Allowance { tool: tool.to_owned(), input: plain(input), by });
    }

    /// Who allowed this call, if somebody did.
    pub(super) fn find(&self, tool: &str, input: &Value) -> Option<&Actor> {
        let input = plain(input);
        self.0.iter().find(|allowed| allowed.tool == tool && allowed.input == input).map(|allowed| &allowed.by)
    }
}

fn plain(input: &Value) -> Value {
    let mut input = input.clone();
    if let Value::Object(members) = &mut input {
        members.remove(COMMENT);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::UserId;
    use serde_json::json;

    #[test]
    fn the_very_same_call_is_allowed_again_and_no_other() {
        let (mut allowances, ada) = (Allowances::default(), Actor { user: UserId::new(), name: "Ada".into() });
        allowances.add("Bash", &json!({"command": "cargo test", "description": "test"}), ada.clone());
        assert_eq!(allowances.find("Bash", &json!({"command": "cargo test", "description": "again"})), Some(&ada));
        for (tool, input) in [
            ("Bash", json!({"command": "cargo test; rm -rf ."})),
            ("Bash", json!({"command": "cargo test", "dangerouslyDisableSandbox": true})),
            ("Skill", json!({"command": "cargo test"})),
        ] {
            assert_eq!(allowances.find(tool, &input), None, "{input}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut allowances, ada) = (Allowances::default(), Actor { user: UserId::new(), name: "Ada".into() });
        for number in 0..=MOST {
            allowances.add("Bash", &json!({ "command": number }), ada.clone());
        }
        assert_eq!(allowances.0.len(), MOST);
        assert!(allowances.find("Bash", &json!({"command": 0})).is_none());
    }
}
