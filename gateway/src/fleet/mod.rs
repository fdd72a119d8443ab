//! The Cores as this process knows them: which are admitted, which are linked, what they last reported.
//!
//! The registry is the truth; this is its view in memory, which requests read without touching SQLite, together with
//! what no database can hold: the links. One [`Member`] per paired Core, revoked ones included, for the life of the
//! process.

mod connected;
mod connection;
mod entry;
mod member;
mod order;
mod refused;
mod reports;
mod standing;
mod witness;

pub use connected::{Attached, LinkStatus, Outdated};
pub use entry::{Entry, NotEntered};
pub use member::{Closed, Member};
pub use order::{AgentAnswer, Cut};
pub use standing::Standing;

use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::registry::cores::CoreRow;
use protocol::claude::ClaudeState;
use protocol::ids::CoreId;
use protocol::keys::{PublicKey, SigningKey};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::{Notify, watch};

/// See the module's documentation.
pub struct Fleet {
    identity: SigningKey,
    registry: Registry,
    metrics: Arc<Metrics>,
    members: RwLock<Members>,
    refused: refused::Written,
    /// Something that people see of some Core has changed. The members have it too.
    changes: watch::Sender<()>,
    /// Some Core has reported what the registry does not have.
    unsaved: Notify,
}

#[derive(Default)]
struct Members {
    by_id: HashMap<CoreId, Arc<Member>>,
    by_key: HashMap<PublicKey, CoreId>,
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("members", &self.read().by_id.len()).finish_non_exhaustive()
    }
}

impl Fleet {
    /// All paired Cores, none of them linked yet.
    pub fn new(
        identity: SigningKey,
        registry: Registry,
        metrics: Arc<Metrics>,
        cores: impl IntoIterator<Item = (CoreRow, ClaudeState)>,
    ) -> Self {
        let fleet = Self {
            identity,
            registry,
            metrics,
            members: RwLock::default(),
            refused: refused::Written::default(),
            changes: watch::Sender::default(),
            unsaved: Notify::new(),
        };
        for (core, claude) in cores {
            fleet.admit(&core, claude);
        }
        fleet
    }

    /// The public half of this gateway's identity on links.
    pub const fn public_key(&self) -> PublicKey {
        self.identity.public()
    }

    /// Adds a Core that the registry has. One that is known keeps its state: pairing may be retried.
    pub fn admit(&self, core: &CoreRow, claude: ClaudeState) {
        let mut members = self.write();
        members.by_key.insert(core.public_key, core.id);
        members.by_id.entry(core.id).or_insert_with(|| {
            let standing =
                if core.revoked_at.is_some() { Standing::revoked(core.epoch) } else { Standing::admitted(core.epoch) };
            Arc::new(Member::new(core.id, standing, claude, Arc::clone(&self.metrics), self.changes.clone()))
        });
        self.changed();
    }

    /// Wakes up whenever something that people see of some Core has changed, in the registry before it is here.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Says so of what the registry alone has: names, labels.
    pub fn changed(&self) {
        self.changes.send_replace(());
    }

    pub fn member(&self, core: CoreId) -> Option<Arc<Member>> {
        self.read().by_id.get(&core).cloned()
    }

    fn member_by_key(&self, key: &PublicKey) -> Option<Arc<Member>> {
        let members = self.read();
        members.by_key.get(key).and_then(|id| members.by_id.get(id)).cloned()
    }

    // A panic while the lock is held cannot leave the maps half changed: each change is one insertion.
    fn read(&self) -> RwLockReadGuard<'_, Members> {
        self.members.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Members> {
        self.members.write().unwrap_or_else(PoisonError::into_inner)
    }
}
