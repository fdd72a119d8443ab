//! Gates: how a test decides when the next part of an answer may go, without any clock.
//!
//! A gate has a level that only rises. Part `n` of an answer passes once the level is above `n`, so that several answers
//! that share a gate advance together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

#[derive(Debug, Default)]
pub struct Gates(Mutex<HashMap<String, Arc<Gate>>>);

#[derive(Debug)]
struct Gate {
    level: watch::Sender<u64>,
    waiting: watch::Sender<usize>,
}

impl Gates {
    fn named(&self, name: &str) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Arc::new(Gate { level: watch::Sender::new(0), waiting: watch::Sender::new(0) });
        Arc::clone(gates.entry(name.to_owned()).or_insert_with(fresh))
    }

    /// Lets `parts` more through.
    pub fn release(&self, name: &str, parts: u64) {
        self.named(name).level.send_modify(|level| *level = level.saturating_add(parts));
    }

    /// Lets everything through, now and later.
    pub fn open(&self, name: &str) {
        self.release(name, u64::MAX);
    }

    /// How many answers stand before the gate now.
    pub fn waiting(&self, name: &str) -> usize {
        *self.named(name).waiting.borrow()
    }

    /// Returns once at least `count` answers stand before the gate.
    pub async fn reached(&self, name: &str, count: usize) {
        let gate = self.named(name);
        let mut waiting = gate.waiting.subscribe();
        // The sender lives in `gate`, so the channel cannot close.
        let _ = waiting.wait_for(|waiting| *waiting >= count).await;
    }

    /// Waits until part `part` may pass.
    pub(crate) async fn pass(&self, name: &str, part: u64) {
        if let Some(mut place) = self.stand(name, part) {
            place.passed().await;
        }
    }

    /// A place before the gate, for part `part`. None: it may pass already.
    pub(crate) fn stand(&self, name: &str, part: u64) -> Option<Standing> {
        let gate = self.named(name);
        let level = gate.level.subscribe();
        if *level.borrow() > part {
            return None;
        }
        gate.waiting.send_modify(|count| *count += 1);
        Some(Standing { gate, level, part })
    }
}

/// Counts as waiting as long as it is held.
#[derive(Debug)]
pub(crate) struct Standing {
    gate: Arc<Gate>,
    level: watch::Receiver<u64>,
    part: u64,
}

impl Standing {
    /// Waits until the part may pass. May be given up and begun again.
    pub(crate) async fn passed(&mut self) {
        let part = self.part;
        // The sender lives in `gate`, so the channel cannot close.
        let _ = self.level.wait_for(|level| *level > part).await;
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.gate.waiting.send_modify(|count| *count -= 1);
    }
}
