//! A model's name. The CLI takes any text for one and fails at the first message, so that it is judged here.

use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

const MAX_LENGTH: usize = 128;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ModelError {
    #[error("a model's name has letters, digits and . _ - [ ], at most 128 of them")]
    Malformed,
    #[error("the CLI knows no model of this name; it knows {0}")]
    Unknown(String),
    #[error("the CLI has not said yet which models it knows")]
    NothingKnown,
}

/// What the CLI said it offers, from the newest `initialize`. Empty until a process has run: then it has to be asked.
#[derive(Clone, Debug, Default)]
pub struct Models {
    known: Arc<Mutex<Vec<Known>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    value: String,
    resolved: Option<String>,
}

/// More than any CLI lists.
const MAX_KNOWN: usize = 256;

impl Models {
    /// Takes the list of an `initialize` answer.
    pub(super) fn learn(&self, initialized: &Value) {
        let Some(models) = initialized.get("models").and_then(Value::as_array) else { return };
        let text = |model: &Value, name: &str| model.get(name).and_then(Value::as_str).map(str::to_owned);
        let known = models
            .iter()
            .take(MAX_KNOWN)
            .filter_map(|model| Some(Known { value: text(model, "value")?, resolved: text(model, "resolvedModel") }));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known.collect();
    }

    /// What the CLI will use when it is asked for `model`.
    pub(super) fn resolve(&self, model: Option<&str>) -> Option<String> {
        let asked = model.unwrap_or("default");
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|known| known.value == asked).and_then(|known| known.resolved.clone());
        found.or_else(|| model.map(str::to_owned))
    }

    /// Whether the CLI has said what it offers.
    pub(super) fn are_known(&self) -> bool {
        !self.known.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// A short name must be one that the CLI lists. A full name (`claude-…`) is the vendor's to know: older models work
    /// without being listed.
    pub fn check(&self, name: &str) -> Result<(), ModelError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-[]".contains(&byte);
        let starts = name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
        if !starts || name.len() > MAX_LENGTH || !name.bytes().all(plain) {
            return Err(ModelError::Malformed);
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if name.starts_with("claude-") || known.iter().any(|known| known.value == name) {
            return Ok(());
        }
        if known.is_empty() {
            return Err(ModelError::NothingKnown);
        }
        let names: Vec<&str> = known.iter().map(|known| known.value.as_str()).collect();
        Err(ModelError::Unknown(names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn models() -> Models {
        let models = Models::default();
        models.learn(&json!({"models": [
            {"value": "default", "resolvedModel": "claude-opus-4-8[1m]"}, {"value": "opus[1m]"}, {"value": "haiku"}]}));
        models
    }

    #[test]
    fn a_name_is_one_that_the_cli_lists_or_a_full_one() {
        let models = models();
        for name in ["default", "opus[1m]", "haiku", "claude-sonnet-5", "claude-opus-4-8[1m]"] {
            assert_eq!(models.check(name), Ok(()), "{name}");
        }
        assert!(matches!(models.check("bogus"), Err(ModelError::Unknown(_))));
        let nothing = Models::default();
        assert_eq!(nothing.check("sonnet"), Err(ModelError::NothingKnown));
        assert_eq!(nothing.check("claude-sonnet-5"), Ok(()));
        assert_eq!(nothing.check("--help"), Err(ModelError::Malformed));
    }

    #[test]
    fn what_could_be_an_option_or_more_than_a_name_is_none() {
        for name in ["", "--help", "-p", "a b", "a\nb", "a/b", "$(x)", "[1m]", &"a".repeat(129)] {
            assert_eq!(models().check(name), Err(ModelError::Malformed), "{name:?}");
        }
    }

    #[test]
    fn the_model_behind_a_short_name_is_told_when_it_is_known() {
        assert_eq!(models().resolve(None).as_deref(), Some("claude-opus-4-8[1m]"));
        assert_eq!(models().resolve(Some("haiku")).as_deref(), Some("haiku"));
        assert_eq!(Models::default().resolve(None), None);
    }
}
