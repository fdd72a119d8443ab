//! Who calls, for handlers.

use crate::auth::{Caller, Principal, Visitor};
use crate::authz::Role;
use crate::problem::ApiError;
use axum::extract::{FromRequestParts, Path};
use http::header::USER_AGENT;
use http::request::Parts;
use std::str::FromStr;

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::NoCaller)
    }
}

/// Somebody who is logged in. The edge has refused everybody else already; this is the belt to that.
pub(super) struct User(pub(super) Principal);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.principal.map(Self).ok_or(ApiError::Unauthenticated)
    }
}

impl User {
    /// Until there are members, every user administers the gateway.
    #[expect(clippy::unused_self, reason = "a role is a user's, also while all have the same")]
    pub(super) const fn role(&self) -> Role {
        Role::Admin
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let user_agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self { address: caller.peer, user_agent: user_agent.to_owned() })
    }
}

/// The id in a path. What is none names nothing.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::NotFound)?;
        text.parse().map(Self).map_err(|_| ApiError::NotFound)
    }
}
