//! Accounts, authorization codes, tokens and API keys: what the vendor's authorization server remembers.
//!
//! ```text
//! approve ─► code ─exchange(verifier)─► sign-in ─refresh─► (new pair, old refresh token is spent)
//!                                          └─revoke─► refused for good
//! ```

use super::account::{Account, Plan};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use url::Url;

/// The CLI's public client id.
const CLIENT_ID: &str = "9d1c250a-e61b-44d9-88ed-5944d1962f5e";
/// Where a sign-in through the console is approved. The CLI asks for the same scopes at either page.
const CONSOLE: &str = "platform.claude.com";
/// Granted on the console only: a plan's sign-in asks for it and does not get it.
const CONSOLE_SCOPE: &str = "org:create_api_key";
/// All that the console grants: what a key is made with, and nothing to send messages with.
const CONSOLE_SCOPES: [&str; 2] = [CONSOLE_SCOPE, "user:profile"];
const CODE_LIFETIME: Duration = Duration::from_mins(10);
const TOKEN_LIFETIME: Duration = Duration::from_hours(8);

/// Why the vendor's page would show an error instead of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApproveError {
    UnknownAccount,
    /// A parameter of the authorization request is missing or not what the CLI's client may send.
    BadRequest(&'static str),
}

impl std::fmt::Display for ApproveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownAccount => f.write_str("there is no such account"),
            Self::BadRequest(parameter) => write!(f, "the authorization request's {parameter} is missing or wrong"),
        }
    }
}

impl std::error::Error for ApproveError {}

/// Why the token endpoint says `invalid_grant`; for the record, the CLI is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantError {
    UnknownCode,
    WrongVerifier,
    WrongState,
    WrongRedirect,
    UnknownRefreshToken,
    SpentRefreshToken,
    Revoked,
}

#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) expires_in: Duration,
    pub(crate) scopes: Vec<String>,
    pub(crate) account: Account,
}

#[derive(Debug)]
struct PendingCode {
    account: String,
    challenge: String,
    state: String,
    redirect: String,
    scopes: Vec<String>,
    made: Instant,
}

#[derive(Debug)]
struct SignIn {
    account: String,
    scopes: Vec<String>,
    refresh: String,
    spent: HashSet<String>,
    access: HashMap<String, Instant>,
    revoked: bool,
    refreshes: u32,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    accounts: HashMap<String, Account>,
    codes: HashMap<String, PendingCode>,
    sign_ins: Vec<SignIn>,
    keys: HashSet<String>,
    lifetime: Duration,
    reuses: u32,
}

impl Default for Ledger {
    fn default() -> Self {
        let ada = Account::new("ada", "ada@example.com", "Example Labs", Plan::Max);
        let ben = Account::new("ben", "ben@example.net", "Example Works", Plan::Pro);
        let dev = Account::new("dev", "dev@example.org", "Example Console", Plan::None);
        let accounts = [ada, ben, dev].map(|account| (account.name.clone(), account));
        Self {
            accounts: accounts.into(),
            codes: HashMap::new(),
            sign_ins: Vec::new(),
            keys: HashSet::new(),
            lifetime: TOKEN_LIFETIME,
            reuses: 0,
        }
    }
}

impl Ledger {
    pub(crate) fn add_account(&mut self, account: Account) {
        self.accounts.insert(account.name.clone(), account);
    }

    pub(crate) fn account_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.accounts.keys().cloned().collect();
        names.sort();
        names
    }

    pub(crate) fn set_lifetime(&mut self, lifetime: Duration) {
        self.lifetime = lifetime;
    }

    pub(crate) fn accept_key(&mut self, key: &str) {
        self.keys.insert(key.to_owned());
    }

    pub(crate) fn refuse_key(&mut self, key: &str) {
        self.keys.remove(key);
    }

    pub(crate) fn accepts_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    pub(crate) fn reuses(&self) -> u32 {
        self.reuses
    }

    pub(crate) fn refreshes(&self, account: Option<&str>) -> u32 {
        self.sign_ins.iter().filter(|one| account.is_none_or(|name| one.account == name)).map(|one| one.refreshes).sum()
    }

    pub(crate) fn live_sign_ins(&self, account: &str) -> usize {
        self.sign_ins.iter().filter(|one| one.account == account && !one.revoked).count()
    }

    pub(crate) fn approve(&mut self, url: &Url, account: &str) -> Result<String, ApproveError> {
        let account = self.accounts.get(account).ok_or(ApproveError::UnknownAccount)?;
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        let needed = |name: &'static str| query.get(name).cloned().ok_or(ApproveError::BadRequest(name));
        for (name, value) in [("client_id", CLIENT_ID), ("response_type", "code"), ("code_challenge_method", "S256")] {
            if needed(name)? != value {
                return Err(ApproveError::BadRequest(name));
            }
        }
        let asked = needed("scope")?;
        let console = url.host_str() == Some(CONSOLE);
        let grants = |scope: &&str| if console { CONSOLE_SCOPES.contains(scope) } else { *scope != CONSOLE_SCOPE };
        let granted = asked.split(' ').filter(grants);
        let pending = PendingCode {
            account: account.name.clone(),
            challenge: needed("code_challenge")?,
            state: needed("state")?,
            redirect: needed("redirect_uri")?,
            scopes: granted.map(str::to_owned).collect(),
            made: Instant::now(),
        };
        let code = random("");
        let shown = format!("{code}#{}", pending.state);
        self.codes.insert(code, pending);
        Ok(shown)
    }

    /// A code works once, for the party that holds the verifier.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        verifier: &str,
        state: &str,
        redirect: &str,
    ) -> Result<Issued, GrantError> {
        let pending = self.codes.get(code).filter(|code| code.made.elapsed() < CODE_LIFETIME);
        let pending = pending.ok_or(GrantError::UnknownCode)?;
        let hash = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
        if URL_SAFE_NO_PAD.encode(hash) != pending.challenge {
            return Err(GrantError::WrongVerifier);
        }
        if state != pending.state {
            return Err(GrantError::WrongState);
        }
        if redirect != pending.redirect {
            return Err(GrantError::WrongRedirect);
        }
        let pending = self.codes.remove(code).ok_or(GrantError::UnknownCode)?;
        self.sign_ins.push(SignIn {
            account: pending.account,
            scopes: pending.scopes,
            refresh: String::new(),
            spent: HashSet::new(),
            access: HashMap::new(),
            revoked: false,
            refreshes: 0,
        });
        Ok(self.issue(self.sign_ins.len() - 1))
    }

    pub(crate) fn refresh(&mut self, token: &str) -> Result<Issued, GrantError> {
        if self.sign_ins.iter().any(|one| one.spent.contains(token)) {
            self.reuses += 1;
            return Err(GrantError::SpentRefreshToken);
        }
        let place = self.sign_ins.iter().position(|one| one.refresh == token);
        let place = place.ok_or(GrantError::UnknownRefreshToken)?;
        let sign_in = &mut self.sign_ins[place];
        if sign_in.revoked {
            return Err(GrantError::Revoked);
        }
        sign_in.spent.insert(token.to_owned());
        sign_in.refreshes += 1;
        Ok(self.issue(place))
    }

    fn issue(&mut self, place: usize) -> Issued {
        let sign_in = &mut self.sign_ins[place];
        let access = random("sk-ant-oat01-");
        sign_in.refresh = random("sk-ant-ort01-");
        sign_in.access.insert(access.clone(), Instant::now() + self.lifetime);
        Issued {
            access,
            refresh: sign_in.refresh.clone(),
            expires_in: self.lifetime,
            scopes: sign_in.scopes.clone(),
            account: self.accounts[&sign_in.account].clone(),
        }
    }

    /// Whose access token this is, while it is good.
    pub(crate) fn bearer(&self, token: &str) -> Option<&Account> {
        let good = |one: &&SignIn| !one.revoked && one.access.get(token).is_some_and(|until| *until > Instant::now());
        self.sign_ins.iter().find(good).and_then(|one| self.accounts.get(&one.account))
    }

    /// Ends the sign-in that a refresh or access token belongs to. The vendor does not say whether there was one.
    pub(crate) fn revoke(&mut self, token: &str) {
        for sign_in in &mut self.sign_ins {
            if sign_in.refresh == token || sign_in.spent.contains(token) || sign_in.access.contains_key(token) {
                sign_in.revoked = true;
            }
        }
    }

    pub(crate) fn revoke_account(&mut self, account: &str) {
        self.sign_ins.iter_mut().filter(|one| one.account == account).for_each(|one| one.revoked = true);
    }

    pub(crate) fn expire_access(&mut self, account: &str) {
        self.sign_ins.iter_mut().filter(|one| one.account == account).for_each(|one| one.access.clear());
    }
}

/// An unguessable name with the vendor's prefix.
pub(crate) fn random(prefix: &str) -> String {
    let mut bytes = [0; 48];
    SystemRandom::new().fill(&mut bytes).expect("the system has randomness");
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}
