//! Everybody and everything that may authenticate, in memory.
//!
//! Kill tokens form a tree: user, credential, request. Ending one ends what is below it, at once, and nothing else.

use super::access_token::Claims;
use super::{AuthError, Credential, Principal};
use crate::config::Login;
use crate::registry::api_tokens::ApiTokenRow;
use crate::registry::login_sessions::LoginSessionRow;
use crate::registry::users::{PasswordHash, UserRow};
use protocol::ids::{ApiTokenId, LoginSessionId, UserId};
use protocol::secret::SecretHash;
use std::collections::HashMap;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

/// How many verified access tokens are remembered until they lapse. One more is simply verified each time.
const MOST_VERIFIED: usize = 4096;

pub(super) struct View {
    limits: Login,
    users: HashMap<UserId, User>,
    by_name: HashMap<String, UserId>,
    sessions: HashMap<LoginSessionId, Session>,
    session_by_secret: HashMap<SecretHash, LoginSessionId>,
    api_tokens: HashMap<ApiTokenId, ApiToken>,
    api_token_by_secret: HashMap<SecretHash, ApiTokenId>,
    verified: HashMap<SecretHash, Claims>,
}

struct User {
    name: String,
    password_hash: PasswordHash,
    kill: CancellationToken,
}

struct Session {
    row: LoginSessionRow,
    kill: CancellationToken,
    /// Seen since the registry was last told.
    seen: bool,
}

struct ApiToken {
    row: ApiTokenRow,
    kill: CancellationToken,
    used: bool,
}

impl View {
    pub(super) fn new(limits: Login) -> Self {
        Self {
            limits,
            users: HashMap::new(),
            by_name: HashMap::new(),
            sessions: HashMap::new(),
            session_by_secret: HashMap::new(),
            api_tokens: HashMap::new(),
            api_token_by_secret: HashMap::new(),
            verified: HashMap::new(),
        }
    }

    pub(super) fn add_user(&mut self, row: UserRow) {
        self.by_name.insert(row.name.to_ascii_lowercase(), row.id);
        let user = User { name: row.name, password_hash: row.password_hash, kill: CancellationToken::new() };
        self.users.insert(row.id, user);
    }

    /// Who has this name, and what the password is held against.
    pub(super) fn user_by_name(&self, name: &str) -> Option<(UserId, PasswordHash)> {
        let id = self.by_name.get(&name.to_ascii_lowercase())?;
        Some((*id, self.users.get(id)?.password_hash.clone()))
    }

    pub(super) fn user_name(&self, user: UserId) -> Option<&str> {
        self.users.get(&user).map(|user| user.name.as_str())
    }

    /// Adds a login. One of a user who is not there belongs to nobody and is left out.
    pub(super) fn add_session(&mut self, row: LoginSessionRow) {
        let Some(user) = self.users.get(&row.user) else { return };
        let kill = user.kill.child_token();
        self.session_by_secret.insert(row.secret, row.id);
        self.sessions.insert(row.id, Session { row, kill, seen: false });
    }

    pub(super) fn session(&self, id: LoginSessionId) -> Option<&LoginSessionRow> {
        self.sessions.get(&id).map(|session| &session.row)
    }

    pub(super) fn sessions_of(&self, user: UserId) -> Vec<LoginSessionRow> {
        let mut sessions: Vec<_> =
            self.sessions.values().map(|session| &session.row).filter(|row| row.user == user).cloned().collect();
        sessions.sort_by_key(|row| row.id);
        sessions
    }

    /// Takes a login out and cuts what hangs on it.
    pub(super) fn end_session(&mut self, id: LoginSessionId) {
        if let Some(session) = self.sessions.remove(&id) {
            self.session_by_secret.remove(&session.row.secret);
            session.kill.cancel();
        }
    }

    /// Ends the logins whose time is over and names them.
    pub(super) fn lapse(&mut self, now: OffsetDateTime) -> Vec<LoginSessionId> {
        let lapsed: Vec<_> = self
            .sessions
            .values()
            .map(|session| &session.row)
            .filter(|row| self.has_lapsed(row, now))
            .map(|row| row.id)
            .collect();
        for id in &lapsed {
            self.end_session(*id);
        }
        self.verified.retain(|_, claims| !claims.has_lapsed(now));
        lapsed
    }

    fn has_lapsed(&self, row: &LoginSessionRow, now: OffsetDateTime) -> bool {
        now >= row.created_at + self.limits.absolute || now >= row.last_seen_at + self.limits.idle
    }

    pub(super) fn add_api_token(&mut self, row: ApiTokenRow) {
        let Some(user) = self.users.get(&row.user) else { return };
        let kill = user.kill.child_token();
        self.api_token_by_secret.insert(row.secret, row.id);
        self.api_tokens.insert(row.id, ApiToken { row, kill, used: false });
    }

    pub(super) fn api_token(&self, id: ApiTokenId) -> Option<&ApiTokenRow> {
        self.api_tokens.get(&id).map(|token| &token.row)
    }

    pub(super) fn api_tokens_of(&self, user: UserId) -> Vec<ApiTokenRow> {
        let mut tokens: Vec<_> =
            self.api_tokens.values().map(|token| &token.row).filter(|row| row.user == user).cloned().collect();
        tokens.sort_by_key(|row| row.id);
        tokens
    }

    /// The token with this secret, which counts as used by that.
    pub(super) fn use_api_token(&mut self, secret: &SecretHash, now: OffsetDateTime) -> Option<&ApiTokenRow> {
        let id = self.api_token_by_secret.get(secret)?;
        let token = self.api_tokens.get_mut(id)?;
        token.row.last_used_at = Some(now);
        token.used = true;
        Some(&token.row)
    }

    /// Takes an API token out and cuts what hangs on it, its access tokens included.
    pub(super) fn end_api_token(&mut self, id: ApiTokenId) {
        if let Some(token) = self.api_tokens.remove(&id) {
            self.api_token_by_secret.remove(&token.row.secret);
            self.verified.retain(|_, claims| claims.sid != id);
            token.kill.cancel();
        }
    }

    pub(super) fn authenticate_cookie(
        &mut self,
        secret: &SecretHash,
        now: OffsetDateTime,
    ) -> Result<Principal, AuthError> {
        let id = *self.session_by_secret.get(secret).ok_or(AuthError::Invalid)?;
        let row = self.session(id).ok_or(AuthError::Invalid)?;
        if self.has_lapsed(row, now) {
            return Err(AuthError::Lapsed);
        }
        let session = self.sessions.get_mut(&id).ok_or(AuthError::Invalid)?;
        // A clock that was set back must not make a login older than it is.
        session.row.last_seen_at = session.row.last_seen_at.max(now);
        session.seen = true;
        let (user, kill) = (session.row.user, session.kill.child_token());
        let name = self.user_name(user).ok_or(AuthError::Invalid)?.to_owned();
        Ok(Principal { user, name, credential: Credential::LoginSession(id), by_cookie: true, kill })
    }

    /// An access token's claims, when its signature has been checked before.
    pub(super) fn verified(&self, token: &SecretHash, now: OffsetDateTime) -> Option<Claims> {
        self.verified.get(token).filter(|claims| !claims.has_lapsed(now)).cloned()
    }

    /// Judges claims whose signature holds: that opens nothing unless the API token behind it lives.
    pub(super) fn authenticate_claims(
        &mut self,
        hash: SecretHash,
        claims: Claims,
        now: OffsetDateTime,
    ) -> Result<Principal, AuthError> {
        if claims.has_lapsed(now) {
            return Err(AuthError::Lapsed);
        }
        let token = self.api_tokens.get(&claims.sid).filter(|token| token.row.user == claims.sub);
        let token = token.ok_or(AuthError::Invalid)?;
        let (user, kill) = (token.row.user, token.kill.child_token());
        let name = self.user_name(user).ok_or(AuthError::Invalid)?.to_owned();
        let credential = Credential::ApiToken(claims.sid);
        if self.verified.len() < MOST_VERIFIED {
            self.verified.insert(hash, claims);
        }
        Ok(Principal { user, name, credential, by_cookie: false, kill })
    }

    /// What the registry has not been told of yet: who was seen when.
    pub(super) fn take_seen(&mut self) -> Seen {
        let sessions = self.sessions.values_mut().filter_map(|session| {
            std::mem::take(&mut session.seen).then_some((session.row.id, session.row.last_seen_at))
        });
        let sessions = sessions.collect();
        let used = self.api_tokens.values_mut().filter_map(|token| {
            let used = std::mem::take(&mut token.used);
            token.row.last_used_at.filter(|_| used).map(|at| (token.row.id, at))
        });
        let api_tokens = used.collect();
        Seen { sessions, api_tokens }
    }
}

pub(super) struct Seen {
    pub(super) sessions: Vec<(LoginSessionId, OffsetDateTime)>,
    pub(super) api_tokens: Vec<(ApiTokenId, OffsetDateTime)>,
}
