//! A stand-in for the vendor, on loopback: what the genuine CLI talks to in tests.
//!
//! It is an HTTP CONNECT proxy. Whatever host the CLI asks for, the stand-in terminates TLS with a certificate of its own
//! test authority and plays that host; it opens no connection of its own, so nothing ever leaves the machine. Hosts and
//! paths that it does not know are recorded and answered with 404: a test that fears a leak reads the record.
//!
//! ```text
//! CLI ──CONNECT──► proxy ──TLS──► route ─┬─► oauth      (ledger: codes, tokens, rotation)
//!                                        ├─► consent    (the page where a person agrees)
//!                                        ├─► messages   (script: which answer; play: its events)
//!                                        └─► 404, recorded
//! test ──handle or control port──► Vendor (accounts, faults, gates, rules, record)
//! ```

mod account;
pub(crate) mod authority;
mod consent;
pub mod control;
mod gate;
mod ledger;
mod messages;
mod oauth;
mod play;
mod proxy;
mod record;
mod reply;
mod route;
mod script;

pub use account::{Account, Plan};
pub use gate::Gates;
pub use ledger::ApproveError;
pub use oauth::{TokenFault, TokenFaults};
pub use record::{Outcome, Record, Request};
pub use script::{Answer, End, INSTRUCTION, Pace, Rule, Say, Script};

use authority::Authority;
use ledger::Ledger;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// A running stand-in. Dropping it ends it and every connection through it.
#[derive(Debug)]
pub struct Vendor {
    address: SocketAddr,
    world: Arc<World>,
    _running: DropGuard,
}

/// Everything that the stand-in knows, shared by its connections and by whoever controls it.
#[derive(Debug)]
pub(crate) struct World {
    authority: Authority,
    ledger: Mutex<Ledger>,
    token_faults: TokenFaults,
    /// The revocation endpoint answers with a fault and revokes nothing.
    revocations_fail: AtomicBool,
    /// Answers of these routes wait for these gates.
    held: Mutex<HashMap<String, String>>,
    script: Script,
    gates: Gates,
    record: Record,
    /// Fires when the stand-in ends; a silent answer waits for it.
    ended: CancellationToken,
}

impl World {
    /// Waits for the gate of a route that is held.
    pub(crate) async fn pass(&self, route: &str) {
        let gate = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(route).cloned();
        if let Some(gate) = gate {
            self.gates.pass(&gate, 0).await;
        }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vendor {
    /// Starts on a free port.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let ended = CancellationToken::new();
        let world = Arc::new(World {
            authority: Authority::new("Vendor stand-in"),
            ledger: Mutex::default(),
            token_faults: TokenFaults::default(),
            revocations_fail: AtomicBool::default(),
            held: Mutex::default(),
            script: Script::default(),
            gates: Gates::default(),
            record: Record::default(),
            ended: ended.clone(),
        });
        tokio::spawn(proxy::run(listener, Arc::clone(&world)));
        Self { address, world, _running: ended.drop_guard() }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The value of `HTTPS_PROXY`.
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What `NODE_EXTRA_CA_CERTS` must hold.
    pub fn ca_pem(&self) -> &str {
        self.world.authority.ca_pem()
    }

    /// What the vendor's page shows to a person who opened `url`, is logged in as `account` and agreed: `CODE#STATE`.
    pub fn approve(&self, url: &Url, account: &str) -> Result<String, ApproveError> {
        self.world.ledger().approve(url, account)
    }

    pub fn add_account(&self, account: Account) {
        self.world.ledger().add_account(account);
    }

    /// How long access tokens that are issued from now on live.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        self.world.ledger().set_lifetime(lifetime);
    }

    /// The vendor stops accepting the access tokens that an account has now; refresh tokens keep working.
    pub fn expire_access_tokens(&self, account: &str) {
        self.world.ledger().expire_access(account);
    }

    /// Every sign-in of an account ends, as if the person had removed the application.
    pub fn revoke_account(&self, account: &str) {
        self.world.ledger().revoke_account(account);
    }

    pub fn accept_api_key(&self, key: &str) {
        self.world.ledger().accept_key(key);
    }

    pub fn refuse_api_key(&self, key: &str) {
        self.world.ledger().refuse_key(key);
    }

    /// Successful refreshes since the start, of one account or of all.
    pub fn refreshes(&self, account: Option<&str>) -> u32 {
        self.world.ledger().refreshes(account)
    }

    /// How often a refresh token that was already used came back.
    pub fn refresh_reuses(&self) -> u32 {
        self.world.ledger().reuses()
    }

    /// How many sign-ins of an account can still refresh.
    pub fn live_sign_ins(&self, account: &str) -> usize {
        self.world.ledger().live_sign_ins(account)
    }

    /// From now on nothing can be revoked, or it can again.
    pub fn fail_revocations(&self, fail: bool) {
        self.world.revocations_fail.store(fail, Ordering::SeqCst);
    }

    /// Every answer of this route waits for this gate.
    pub fn hold(&self, route: &str, gate: &str) {
        let mut held = self.world.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(route.to_owned(), gate.to_owned());
    }

    pub fn token_faults(&self) -> &TokenFaults {
        &self.world.token_faults
    }

    pub fn script(&self) -> &Script {
        &self.world.script
    }

    pub fn gates(&self) -> &Gates {
        &self.world.gates
    }

    pub fn record(&self) -> &Record {
        &self.world.record
    }
}
