//! What people call a session.

use crate::api::problem::ApiError;
use protocol::problem::{Problem, ProblemType};

/// In characters.
const LONGEST: usize = 200;

/// A title as it is kept. None for an empty one.
pub(super) fn parse(text: &str) -> Result<Option<String>, ApiError> {
    let text = text.trim();
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        let detail = format!("a title is at most {LONGEST} characters on one line");
        return Err(Problem::new(ProblemType::InvalidBody).detail(detail).into());
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_short_and_on_one_line() {
        assert_eq!(parse("  The gate ").unwrap().as_deref(), Some("The gate"));
        assert_eq!(parse(" ").unwrap(), None);
        assert!(parse(&"ü".repeat(LONGEST)).is_ok());
        assert!(parse(&"x".repeat(LONGEST + 1)).is_err() && parse("a\nb").is_err());
    }
}
