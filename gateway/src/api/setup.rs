//! Making a user with a set-up link.

use super::content::Body;
use super::login::{Me, logged_in};
use crate::app::App;
use crate::auth::Visitor;
use crate::problem::ApiError;
use crate::registry::UserName;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetUp {
    /// What follows `#token=` in the set-up link.
    #[schema(value_type = String)]
    token: SecretString,
    #[schema(value_type = String, max_length = 64)]
    name: UserName,
    #[schema(value_type = String, min_length = 12)]
    password: SecretString,
}

/// Make a user with a set-up link's token and log in. The token works once.
#[utoipa::path(
    post, path = "/api/v1/setup", operation_id = "set_up", tag = "login", security(()), request_body = SetUp,
    responses((status = 201, description = "The user exists and the answer's cookie is the login", body = Me))
)]
pub(super) async fn set_up(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Body(body): Body<SetUp>,
) -> Result<Response, ApiError> {
    let now = OffsetDateTime::now_utc();
    let login = app.auth.set_up(&body.token, &body.name, body.password, visitor, now).await?;
    Ok(logged_in(StatusCode::CREATED, &login))
}
