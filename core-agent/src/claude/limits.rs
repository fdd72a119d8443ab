//! A plan's limits, as the CLI reports them.

use protocol::claude::{LimitStatus, PlanLimit};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

const LONGEST_WINDOW: usize = 64;
/// More windows than any plan has.
const MOST: usize = 8;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    status: LimitStatus,
    #[serde(default)]
    resets_at: Option<i64>,
    #[serde(default)]
    rate_limit_type: Option<String>,
    /// A part of one, or more than one where it is exceeded.
    #[serde(default)]
    utilization: Option<f64>,
}

/// None where it is something that this version does not know.
pub(super) fn read(info: &Value, now: OffsetDateTime) -> Option<PlanLimit> {
    let said = Said::deserialize(info).ok()?;
    let window = said.rate_limit_type.unwrap_or_else(|| "unknown".to_owned());
    (window.len() <= LONGEST_WINDOW).then(|| PlanLimit {
        window,
        status: said.status,
        resets_at: said.resets_at.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()),
        used_percent: said.utilization.and_then(percent),
        said_at: now,
    })
}

fn percent(part: f64) -> Option<u16> {
    let percent = (part * 100.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held within the type's range")]
    (0.0..=10_000.0).contains(&percent).then_some(percent as u16)
}

/// Puts the newest word on a window in place of the one before. What says nothing new changes nothing: it is said with
/// every answer.
pub(super) fn note(limits: &mut Vec<PlanLimit>, new: PlanLimit) {
    let same = |old: &PlanLimit| {
        (&old.window, old.status, old.resets_at, old.used_percent)
            == (&new.window, new.status, new.resets_at, new.used_percent)
    };
    if limits.iter().any(same) {
        return;
    }
    limits.retain(|old| old.window != new.window);
    if limits.len() == MOST {
        limits.remove(0);
    }
    limits.push(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn what_the_cli_reports_is_a_limit_of_a_window() {
        let info = json!({"status": "rejected", "resetsAt": 1_795_443_226, "rateLimitType": "five_hour",
            "isUsingOverage": false, "utilization": 1.02});
        let limit = read(&info, NOW).unwrap();
        assert_eq!(
            (limit.window.as_str(), limit.status, limit.used_percent),
            ("five_hour", LimitStatus::Rejected, Some(102))
        );
        assert_eq!(limit.resets_at.unwrap().unix_timestamp(), 1_795_443_226);
        assert_eq!(read(&json!({"status": "unheard of"}), NOW).unwrap().status, LimitStatus::Unknown);
        assert_eq!(read(&json!({"resetsAt": 1}), NOW), None);
    }

    #[test]
    fn the_newest_word_on_a_window_stands_and_the_same_word_is_no_news() {
        let limit = |window: &str, status, said_at| PlanLimit {
            window: window.into(),
            status,
            resets_at: None,
            used_percent: None,
            said_at,
        };
        let later = NOW + time::Duration::SECOND;
        let mut limits = Vec::new();
        note(&mut limits, limit("five_hour", LimitStatus::Allowed, NOW));
        note(&mut limits, limit("five_hour", LimitStatus::Allowed, later));
        assert_eq!(limits[0].said_at, NOW);
        note(&mut limits, limit("seven_day", LimitStatus::Allowed, NOW));
        note(&mut limits, limit("five_hour", LimitStatus::Rejected, later));
        let shown: Vec<_> = limits.iter().map(|limit| (limit.window.as_str(), limit.status)).collect();
        assert_eq!(shown, [("seven_day", LimitStatus::Allowed), ("five_hour", LimitStatus::Rejected)]);
        for number in 0..20 {
            note(&mut limits, limit(&number.to_string(), LimitStatus::Allowed, NOW));
        }
        assert_eq!(limits.len(), MOST);
    }
}
