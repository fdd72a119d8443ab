//! What came in: every request, with how it ended.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// Bounds of the record; the oldest requests go first.
const MAX_REQUESTS: usize = 50_000;
const MAX_BYTES: usize = 256 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Dense from 1, in order of arrival.
    pub seq: u64,
    pub host: String,
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub outcome: Outcome,
}

/// How far the answer got. Times are unix microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No answer yet, or one that is still being streamed.
    Pending {
        status: Option<u16>,
    },
    Answered {
        status: u16,
        at: u64,
    },
    /// The answer was broken off: by the client, or by the stand-in on purpose.
    Broken {
        at: u64,
    },
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or(&self.path)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or(serde_json::Value::Null)
    }

    pub fn is_pending(&self) -> bool {
        matches!(self.outcome, Outcome::Pending { .. })
    }
}

#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    kept: Mutex<Kept>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Request>,
    bytes: usize,
    last: u64,
}

impl Record {
    /// All requests, oldest first.
    pub fn all(&self) -> Vec<Request> {
        self.matching(|_| true)
    }

    pub fn matching(&self, wanted: impl Fn(&Request) -> bool) -> Vec<Request> {
        self.kept(|kept| kept.requests.iter().filter(|request| wanted(request)).cloned().collect())
    }

    /// Requests for a path, whatever their query.
    pub fn of(&self, path: &str) -> Vec<Request> {
        self.matching(|request| request.route() == path)
    }

    pub fn count(&self, wanted: impl Fn(&Request) -> bool) -> usize {
        self.kept(|kept| kept.requests.iter().filter(|request| wanted(request)).count())
    }

    pub fn clear(&self) {
        self.kept(|kept| {
            kept.requests.clear();
            kept.bytes = 0;
        });
    }

    /// Returns once `enough` holds for the record; looks again at every change.
    pub async fn until(&self, enough: impl Fn(&Self) -> bool) {
        let mut changed = self.0.changed.subscribe();
        while !enough(self) {
            // The sender lives as long as `self`.
            let _ = changed.changed().await;
        }
    }

    /// Enters a request; its outcome is pending until the returned mark is told otherwise.
    pub(crate) fn enter(&self, mut request: Request) -> Mark {
        let seq = self.kept(|kept| {
            kept.last += 1;
            request.seq = kept.last;
            kept.bytes += request.body.len();
            kept.requests.push_back(request);
            while kept.requests.len() > MAX_REQUESTS || kept.bytes > MAX_BYTES {
                let Some(oldest) = kept.requests.pop_front() else { break };
                kept.bytes -= oldest.body.len();
            }
            kept.last
        });
        self.touch();
        Mark { record: self.clone(), seq, status: None, finished: false }
    }

    fn set(&self, seq: u64, outcome: Outcome) {
        self.kept(|kept| {
            if let Some(request) = kept.requests.iter_mut().rev().find(|request| request.seq == seq) {
                request.outcome = outcome;
            }
        });
        self.touch();
    }

    fn touch(&self) {
        self.0.changed.send_modify(|version| *version += 1);
    }

    fn kept<T>(&self, with: impl FnOnce(&mut Kept) -> T) -> T {
        with(&mut self.0.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Follows one answer. Dropped before it is finished, it marks the answer as broken off.
#[derive(Debug)]
pub(crate) struct Mark {
    record: Record,
    seq: u64,
    status: Option<u16>,
    finished: bool,
}

impl Mark {
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) fn answering(&mut self, status: u16) {
        self.status = Some(status);
        self.record.set(self.seq, Outcome::Pending { status: self.status });
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
        self.record.set(self.seq, Outcome::Answered { status: self.status.unwrap_or_default(), at: now() });
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if !self.finished {
            self.record.set(self.seq, Outcome::Broken { at: now() });
        }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
    u64::try_from(since.as_micros()).expect("microseconds fit for 500,000 years")
}
