//! Lists, a page at a time.

use crate::problem::ApiError;
use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

const USUAL: u32 = 100;
pub(super) const MOST: u32 = 1_000;

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// The `next` of the page before.
    after: Option<String>,
    /// How many items at most: 1 to 1000, 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// [`PageQuery`], checked.
pub(super) struct Cursor<T> {
    pub(super) after: Option<T>,
    pub(super) limit: u32,
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Cursor<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state)
            .await
            .map_err(|error| ApiError::BadRequest(error.body_text()))?;
        let limit = query.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(ApiError::BadRequest(format!("limit: 1 to {MOST}")));
        }
        let after = query.after.map(|after| after.parse()).transpose();
        let after = after.map_err(|_| ApiError::BadRequest("after: not a cursor of this list".to_owned()))?;
        Ok(Self { after, limit })
    }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// What to ask for as `after` to get more. Null at the end.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short enough to be told at once.
    pub(super) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// Cuts one item more than was asked for down to a page.
    pub(super) fn of(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}
