//! How a turn ended, judged from the CLI's `result` line.

use protocol::event::{TurnError, Usage};
use serde::Deserialize;

/// The CLI's last word on a turn. `subtype` says "success" for failures too: `is_error` and `terminal_reason` decide.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TurnResult {
    #[serde(default)]
    pub subtype: String,
    pub is_error: bool,
    #[serde(default)]
    pub api_error_status: Option<u16>,
    #[serde(default)]
    pub result: Option<String>,
    #[serde(default)]
    pub terminal_reason: Option<String>,
    #[serde(default)]
    pub duration_ms: u64,
    /// Of the process, not of the turn.
    #[serde(default)]
    pub total_cost_usd: f64,
    #[serde(default)]
    pub usage: Tokens,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct Tokens {
    #[serde(default, rename = "input_tokens")]
    pub input: u64,
    #[serde(default, rename = "output_tokens")]
    pub output: u64,
    #[serde(default, rename = "cache_read_input_tokens")]
    pub cache_read_input: u64,
    #[serde(default, rename = "cache_creation_input_tokens")]
    pub cache_creation_input: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TurnEnd {
    Completed { usage: Usage },
    Aborted { usage: Usage },
    Failed { error: TurnError, status: Option<u16>, detail: String, usage: Usage },
}

/// What was said during the turn that a failure is judged by.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// The CLI's word on the message that reports the failure.
    pub(super) error: Option<String>,
    /// The vendor could not be reached at the last attempt.
    pub(super) unreachable: bool,
}

impl TurnResult {
    pub(super) fn usage(&self, cost_before: f64) -> Usage {
        Usage {
            cost_usd: (self.total_cost_usd - cost_before).max(0.0),
            input_tokens: self.usage.input,
            output_tokens: self.usage.output,
            cache_read_input_tokens: self.usage.cache_read_input,
            cache_creation_input_tokens: self.usage.cache_creation_input,
            duration_ms: self.duration_ms,
        }
    }

    pub(super) fn judge(&self, signs: &Signs, cost_before: f64) -> TurnEnd {
        let usage = self.usage(cost_before);
        if !self.is_error {
            return TurnEnd::Completed { usage };
        }
        if self.terminal_reason.as_deref().is_some_and(|reason| reason.starts_with("aborted")) {
            return TurnEnd::Aborted { usage };
        }
        TurnEnd::Failed {
            error: self.error(signs),
            status: self.api_error_status,
            detail: self.result.clone().unwrap_or_else(|| self.subtype.clone()),
            usage,
        }
    }

    fn error(&self, signs: &Signs) -> TurnError {
        let by_status = match self.api_error_status {
            Some(401 | 403) => Some(TurnError::AuthenticationFailed),
            Some(404) => Some(TurnError::ModelNotFound),
            Some(429) => Some(TurnError::RateLimited),
            Some(503 | 529) => Some(TurnError::Overloaded),
            Some(400..500) => Some(TurnError::InvalidRequest),
            Some(_) | None => None,
        };
        match (signs.error.as_deref(), by_status) {
            (Some("authentication_failed"), _) => TurnError::AuthenticationFailed,
            (Some("rate_limit"), _) => TurnError::RateLimited,
            (Some("overloaded"), _) => TurnError::Overloaded,
            (Some("model_not_found"), _) => TurnError::ModelNotFound,
            (Some("invalid_request"), _) => TurnError::InvalidRequest,
            (_, Some(error)) => error,
            (Some(_), None) if signs.unreachable => TurnError::Network,
            (Some(_), None) => TurnError::Unknown,
            // No message reported it: the CLI stopped for a reason of its own (too many turns, a fault).
            (None, None) => TurnError::Cli,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: Option<u16>, error: Option<&str>, unreachable: bool) -> TurnError {
        let result = TurnResult {
            subtype: "success".into(),
            is_error: true,
            api_error_status: status,
            result: Some("why".into()),
            ..TurnResult::default()
        };
        match result.judge(&Signs { error: error.map(str::to_owned), unreachable }, 0.0) {
            TurnEnd::Failed { error, detail, .. } => {
                assert_eq!(detail, "why");
                error
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_failure_is_judged_by_what_the_cli_and_the_vendor_say() {
        assert_eq!(failed(None, Some("authentication_failed"), false), TurnError::AuthenticationFailed);
        assert_eq!(failed(Some(401), None, false), TurnError::AuthenticationFailed);
        assert_eq!(failed(Some(429), Some("rate_limit"), false), TurnError::RateLimited);
        assert_eq!(failed(Some(529), Some("server_error"), false), TurnError::Overloaded);
        assert_eq!(failed(Some(400), Some("unknown"), false), TurnError::InvalidRequest);
        assert_eq!(failed(Some(404), Some("model_not_found"), false), TurnError::ModelNotFound);
        assert_eq!(failed(Some(413), Some("invalid_request"), false), TurnError::InvalidRequest);
        assert_eq!(failed(Some(500), Some("server_error"), false), TurnError::Unknown);
        assert_eq!(failed(None, Some("unknown"), true), TurnError::Network);
        assert_eq!(failed(None, Some("server_error"), false), TurnError::Unknown);
        assert_eq!(failed(None, None, false), TurnError::Cli);
    }

    #[test]
    fn an_aborted_turn_is_no_failure_and_an_error_called_success_is_one() {
        let aborted = TurnResult {
            subtype: "error_during_execution".into(),
            is_error: true,
            terminal_reason: Some("aborted_tools".into()),
            ..TurnResult::default()
        };
        assert!(matches!(aborted.judge(&Signs::default(), 0.0), TurnEnd::Aborted { .. }));
        let success = TurnResult { subtype: "success".into(), ..TurnResult::default() };
        assert!(matches!(success.judge(&Signs::default(), 0.0), TurnEnd::Completed { .. }));
    }

    #[test]
    fn the_cost_of_a_turn_is_what_the_process_spent_since_the_one_before() {
        let result = TurnResult { total_cost_usd: 0.5, ..TurnResult::default() };
        assert!((result.usage(0.2).cost_usd - 0.3).abs() < 1e-9);
    }
}
