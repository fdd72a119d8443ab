//! Who asks, as the gateway says it.

use super::AppState;
use super::problem::ApiError;
use crate::journal::{self, Viewer};
use crate::policy::{self, Command, Use};
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use protocol::event::{Actor, Visibility};
use protocol::headers::{self, Grant};
use protocol::ids::{SessionId, UserId};
use protocol::problem::ProblemType;

/// A person behind a request. An argument of every handler beneath `/v1`: a request without one is refused.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: UserId,
    pub name: String,
    pub grant: Grant,
}

impl Caller {
    /// As the author of what follows.
    pub fn actor(&self) -> Actor {
        Actor { user: self.user, name: self.name.clone() }
    }

    /// Refuses unless this caller may do that on this Core, as it is signed in now.
    pub fn may(&self, command: Command, app: &AppState) -> Result<(), ApiError> {
        let report = app.0.claude.reports();
        let decision = policy::decide(self.user, self.grant, command, &report.borrow().claude);
        decision.map_err(ApiError::Refused)
    }

    /// The session, if it is there for this caller and they may do that with it.
    pub async fn session(&self, id: SessionId, want: Use, app: &AppState) -> Result<journal::Session, ApiError> {
        let session = app.0.journal.session(id).await?.ok_or(ProblemType::NotFound)?;
        self.may_use(&session, want, app)?;
        Ok(session)
    }

    /// As one who looks for sessions.
    pub fn viewer(&self, app: &AppState) -> Viewer {
        let report = app.0.claude.reports();
        let sees_all = policy::sees_all_sessions(self.user, self.grant, &report.borrow().claude);
        Viewer { user: self.user, sees_all }
    }

    /// Refuses unless this caller may do that with a session, as the Core is signed in now.
    pub fn may_use(&self, session: &journal::Session, want: Use, app: &AppState) -> Result<(), ProblemType> {
        self.may_use_such(session.created_by.user, session.visibility, want, app)
    }

    /// The same of any session with this owner and visibility.
    pub fn may_use_such(
        &self,
        owner: UserId,
        visibility: Visibility,
        want: Use,
        app: &AppState,
    ) -> Result<(), ProblemType> {
        let report = app.0.claude.reports();
        policy::decide_session(self.user, self.grant, want, owner, visibility, &report.borrow().claude)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(&parts.headers).ok_or(ApiError::Refused(ProblemType::Unauthenticated))
    }
}

/// The gateway itself, which acts for nobody. A request that carries a user is not its own.
#[derive(Clone, Copy, Debug)]
pub struct Gateway;

impl<S: Sync> FromRequestParts<S> for Gateway {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let of_a_user = parts.headers.contains_key(headers::USER) || parts.headers.contains_key(headers::GRANT);
        if of_a_user { Err(ApiError::Refused(ProblemType::Forbidden)) } else { Ok(Self) }
    }
}

/// All three headers, each exactly once and well formed, or nobody.
fn read(headers: &HeaderMap) -> Option<Caller> {
    let one = |name| {
        let mut values = headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    };
    Some(Caller {
        user: one(headers::USER)?.parse().ok()?,
        name: percent_decode_str(one(headers::USER_NAME)?).decode_utf8().ok()?.into_owned(),
        grant: Grant::parse(one(headers::GRANT)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_caller_is_believed_only_when_all_is_said_once() {
        let user = UserId::new();
        let id = user.to_string();
        let whole = [(headers::USER, id.as_str()), (headers::USER_NAME, "Ad%C3%A1"), (headers::GRANT, "operate")];
        let caller = read(&headers(&whole)).unwrap();
        assert_eq!((caller.user, caller.name.as_str(), caller.grant), (user, "Adá", Grant::Operate));
        for missing in 0..whole.len() {
            let mut part = whole.to_vec();
            part.remove(missing);
            assert!(read(&headers(&part)).is_none(), "without {}", whole[missing].0);
        }
        let mut twice = headers(&whole);
        twice.append(headers::GRANT, "administer".parse().unwrap());
        assert!(read(&twice).is_none());
        let mut wrong = headers(&whole);
        wrong.insert(headers::GRANT, "Administer".parse().unwrap());
        assert!(read(&wrong).is_none());
    }
}
