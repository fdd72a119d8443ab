//! The egress guard: credential values are masked before text reaches the journal or a client.
//!
//! It stops accidents, not intent: whoever may operate a Core acts as its operating-system user and can transform a
//! secret before printing it. What it promises is exact: a value that is known here never leaves whole, however the
//! stream cuts it, and text that holds none is unchanged byte for byte.
//!
//! Values are known from the moment they are read until an hour after they were replaced: an answer may still quote an
//! access token that was refreshed a moment ago.

mod needles;
mod stream;
mod text;

pub use stream::StreamGuard;
pub use text::TextGuard;

use needles::Needles;
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a replaced value stays masked.
const RETIRED_FOR: Duration = Duration::from_hours(1);
/// Replaced values that are remembered; the oldest goes first. An access token lives for hours, so this is days.
const MAX_RETIRED: usize = 32;

/// What stands in a masked value's place. Its first and last characters are not ASCII, and values are, so that no
/// value can arise across its edges.
pub const MASK: &str = "‹credential masked›";

/// Where a value comes from. Setting a source's values retires the ones it had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    ApiKey,
    /// What the CLI is signed in with.
    SignIn,
    /// What MCP servers are given.
    McpServers,
    /// What servers of repositories are told.
    Git,
    /// The private half of this Core's key for ssh.
    DeployKey,
    /// Told by the agent to a process that has no credentials itself.
    Agent,
}

/// The values to mask, shared by every session of a Core.
#[derive(Clone, Debug)]
pub struct Guard {
    known: Arc<Mutex<Known>>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Known {
    live: Vec<(Source, SecretString)>,
    /// In the order of their retirement.
    retired: Vec<(Instant, SecretString)>,
    needles: Arc<Needles>,
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard {
    pub fn new() -> Self {
        let known = Known { live: Vec::new(), retired: Vec::new(), needles: Arc::default() };
        Self { known: Arc::new(Mutex::new(known)), changed: watch::Sender::default() }
    }

    /// Makes `values` the live ones of `source`. Those it had before and has no more stay masked for an hour.
    pub fn set_live(&self, source: Source, values: Vec<SecretString>) {
        self.set_live_at(source, values, Instant::now());
    }

    fn set_live_at(&self, source: Source, values: Vec<SecretString>, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (previous, mut live): (Vec<_>, Vec<_>) =
            std::mem::take(&mut known.live).into_iter().partition(|(from, _)| *from == source);
        live.extend(values.into_iter().map(|value| (source, value)));
        let gone = previous.into_iter().filter(|(_, old)| !live.iter().any(|(_, new)| needles::equal(old, new)));
        known.retired.extend(gone.map(|(_, value)| (now, value)));
        known.live = live;
        known.rebuild(now);
        drop(known);
        self.changed.send_replace(());
    }

    /// Whether it is masked for as long as its source has it, and not only for a while.
    #[cfg(test)]
    pub(crate) fn is_live(&self, value: &SecretString) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.live.iter().any(|(_, live)| needles::equal(live, value))
    }

    /// Every value that is masked now, for a process that masks by itself.
    pub fn values(&self) -> Vec<SecretString> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.live.iter().map(|(_, value)| value).chain(known.retired.iter().map(|(_, value)| value)).cloned().collect()
    }

    /// Tells when [`values`](Self::values) has changed.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The values as they are now, for one piece of text.
    fn needles(&self) -> Arc<Needles> {
        self.needles_at(Instant::now())
    }

    fn needles_at(&self, now: Instant) -> Arc<Needles> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.retired.first().is_some_and(|(at, _)| now.duration_since(*at) >= RETIRED_FOR) {
            known.rebuild(now);
        }
        Arc::clone(&known.needles)
    }

    /// Masks every known value in a complete text.
    pub fn mask(&self, text: String) -> String {
        let needles = self.needles();
        if needles.is_empty() { text } else { needles.mask(text) }
    }

    /// Masks every known value in the strings and keys of a JSON value, however deep.
    pub fn mask_json(&self, value: &mut Value) {
        let needles = self.needles();
        if !needles.is_empty() {
            mask_json(&needles, value);
        }
    }

    /// The same for the members of an object.
    pub fn mask_members(&self, members: Map<String, Value>) -> Map<String, Value> {
        let mut value = Value::Object(members);
        self.mask_json(&mut value);
        match value {
            Value::Object(members) => members,
            // An object stays one.
            _ => Map::new(),
        }
    }

    /// Begins a terminal's output.
    pub fn stream(&self) -> StreamGuard {
        StreamGuard::new(self.clone())
    }

    /// Begins a text that arrives in pieces.
    pub fn text(&self) -> TextGuard {
        TextGuard::new(self.clone())
    }
}

impl Known {
    fn rebuild(&mut self, now: Instant) {
        self.retired.retain(|(at, _)| now.duration_since(*at) < RETIRED_FOR);
        let surplus = self.retired.len().saturating_sub(MAX_RETIRED);
        self.retired.drain(..surplus);
        let values = self.live.iter().map(|(_, value)| value).chain(self.retired.iter().map(|(_, value)| value));
        self.needles = Arc::new(Needles::new(values));
    }
}

/// Whether two values, or the want of them, are the same.
pub(super) fn equal(one: Option<&SecretString>, other: Option<&SecretString>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => needles::equal(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The depth is bounded by the parser that made the value (128 levels).
fn mask_json(needles: &Needles, value: &mut Value) {
    match value {
        Value::String(text) => *text = needles.mask(std::mem::take(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_json(needles, item)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| mask_json(needles, member));
            if members.keys().any(|key| needles.find(key.as_bytes()).is_some()) {
                *members =
                    std::mem::take(members).into_iter().map(|(key, member)| (needles.mask(key), member)).collect();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "sk-ant-oat01-0123456789abcdef";

    fn guard(values: &[&str]) -> Guard {
        let guard = Guard::new();
        guard.set_live(Source::SignIn, values.iter().map(|value| SecretString::from(*value)).collect());
        guard
    }

    #[test]
    fn a_json_value_is_masked_in_strings_and_keys_at_any_depth() {
        let mut value = serde_json::json!({
            "stdout": format!("token={TOKEN};"),
            "nested": [{ TOKEN: [TOKEN, 7, null] }],
        });
        guard(&[TOKEN]).mask_json(&mut value);
        let text = value.to_string();
        assert!(!text.contains(TOKEN), "{text}");
        assert_eq!(value["stdout"], format!("token={MASK};"));
        assert_eq!(value["nested"][0][MASK][1], 7);
    }

    #[test]
    fn a_replaced_value_stays_masked_for_an_hour() {
        let (guard, start) = (guard(&[]), Instant::now());
        guard.set_live_at(Source::SignIn, vec![TOKEN.into()], start);
        guard.set_live_at(Source::SignIn, vec!["sk-ant-oat01-another-one".into()], start);
        let masks = |at| guard.needles_at(at).find(TOKEN.as_bytes()).is_some();
        assert!(masks(start + Duration::from_mins(59)));
        assert!(!masks(start + RETIRED_FOR));
    }

    #[test]
    fn one_source_does_not_retire_the_values_of_another() {
        let (guard, start) = (guard(&[]), Instant::now());
        guard.set_live_at(Source::ApiKey, vec![TOKEN.into()], start);
        guard.set_live_at(Source::SignIn, vec![], start);
        assert!(guard.needles_at(start + RETIRED_FOR * 2).find(TOKEN.as_bytes()).is_some());
    }

    #[test]
    fn the_number_of_retired_values_is_bounded() {
        let (guard, start) = (guard(&[]), Instant::now());
        for number in 0..100 {
            guard.set_live_at(Source::SignIn, vec![format!("sk-ant-oat01-{number:016}").into()], start);
        }
        assert_eq!(guard.needles_at(start).len(), MAX_RETIRED + 1);
    }
}
