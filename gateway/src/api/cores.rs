//! Cores, as the gateway knows them.

use super::caller::{Id, User};
use super::content::Body;
use super::page::{Cursor, Page, PageQuery};
use crate::app::App;
use crate::authz::Role;
use crate::fleet::LinkStatus;
use crate::problem::ApiError;
use crate::registry::cores::{self, CoreRow};
use crate::registry::{Actor, CoreName, Labels};
use axum::Json;
use axum::extract::State;
use protocol::claude::ClaudeState;
use protocol::ids::{CoreId, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A Core.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CoreView {
    id: CoreId,
    #[schema(value_type = String)]
    name: CoreName,
    #[schema(value_type = BTreeMap<String, String>)]
    labels: Labels,
    /// What the host calls itself.
    hostname: String,
    #[serde(with = "time::serde::rfc3339")]
    paired_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    revoked_at: Option<OffsetDateTime>,
    /// Goes up with every revocation and every restoration.
    epoch: u64,
    link: LinkView,
    /// None while no usable CLI is known.
    cli_version: Option<String>,
    /// The account is shown to the owner and to administrators only.
    claude: ClaudeState,
    /// Sessions with a turn in progress, as last reported.
    working_sessions: u32,
    /// Approvals that wait for an answer, as last reported.
    waiting_approvals: u32,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(super) enum LinkView {
    Online {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        agent_version: String,
    },
    Offline {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
}

impl From<LinkStatus> for LinkView {
    fn from(status: LinkStatus) -> Self {
        match status {
            LinkStatus::Online { since, agent_version } => Self::Online { since, agent_version },
            LinkStatus::Offline { since } => Self::Offline { since },
        }
    }
}

/// What this user may see of a sign-in: whose account it is concerns its owner and the administrators.
fn visible(mut claude: ClaudeState, user: UserId, role: Role) -> ClaudeState {
    if role != Role::Admin && claude.owner != Some(user) {
        claude.account = None;
    }
    claude
}

fn view(app: &App, row: CoreRow, user: &User) -> CoreView {
    let member = app.fleet.member(row.id);
    let link = member.as_ref().map_or(LinkStatus::Offline { since: row.paired_at }, |member| member.link_status());
    let report = member.map(|member| member.report()).unwrap_or_default();
    CoreView {
        id: row.id,
        name: row.name,
        labels: row.labels,
        hostname: if report.hostname.is_empty() { row.hostname } else { report.hostname },
        paired_at: row.paired_at,
        revoked_at: row.revoked_at,
        epoch: row.epoch,
        link: link.into(),
        cli_version: report.cli_version,
        claude: visible(report.claude, user.0.user, user.role()),
        working_sessions: report.working_sessions,
        waiting_approvals: report.waiting_approvals,
    }
}

/// The Cores, in the order of their pairing; revoked ones too.
#[utoipa::path(
    get, path = "/api/v1/cores", operation_id = "list_cores", tag = "cores", params(PageQuery), responses((status = 200, body = Page<CoreView>))
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    user: User,
    cursor: Cursor<CoreId>,
) -> Result<Json<Page<CoreView>>, ApiError> {
    Ok(Json(page(&app, &user, cursor).await?))
}

pub(super) async fn page(app: &App, user: &User, cursor: Cursor<CoreId>) -> Result<Page<CoreView>, ApiError> {
    let rows = cores::page(&mut *app.registry.reader().await?, cursor.after, cursor.limit + 1).await?;
    let page = Page::of(rows, cursor.limit, |row| row.id.to_string());
    let items = page.items.into_iter().map(|row| view(app, row, user)).collect();
    Ok(Page { items, next: page.next })
}

/// One Core.
#[utoipa::path(
    get, path = "/api/v1/cores/{core}", operation_id = "get_core", tag = "cores", params(("core" = CoreId, Path)),
    responses((status = 200, body = CoreView))
)]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    user: User,
    Id(core): Id<CoreId>,
) -> Result<Json<CoreView>, ApiError> {
    let row = cores::get(&mut *app.registry.reader().await?, core).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(view(&app, row, &user)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeCore {
    #[schema(value_type = Option<String>, max_length = 63)]
    name: Option<CoreName>,
    /// Replaces all labels.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    labels: Option<Labels>,
}

/// Give a Core another name or other labels.
#[utoipa::path(
    patch, path = "/api/v1/cores/{core}", operation_id = "change_core", tag = "cores", params(("core" = CoreId, Path)), request_body = ChangeCore,
    responses((status = 200, body = CoreView))
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    user: User,
    Id(core): Id<CoreId>,
    Body(body): Body<ChangeCore>,
) -> Result<Json<CoreView>, ApiError> {
    let row = cores::change(&app.registry, core, body.name, body.labels, &Actor::User(user.0.user)).await?;
    app.fleet.changed();
    Ok(Json(view(&app, row, &user)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_shown_to_its_owner_and_to_administrators_only() {
        let owner = UserId::new();
        let account = Some("ada@example.org".to_owned());
        let claude = ClaudeState { owner: Some(owner), account: account.clone(), ..ClaudeState::default() };
        assert_eq!(visible(claude.clone(), owner, Role::Member).account, account);
        assert_eq!(visible(claude.clone(), UserId::new(), Role::Admin).account, account);
        assert_eq!(visible(claude.clone(), UserId::new(), Role::Member).account, None);
        let ownerless = ClaudeState { owner: None, ..claude };
        assert_eq!(visible(ownerless, UserId::new(), Role::Member).account, None);
    }
}
