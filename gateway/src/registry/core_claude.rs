//! What each Core last reported of its sign-in: for the time while it is not linked.

use super::row::{Place, json, millis};
use super::{Registry, RegistryError};
use protocol::claude::{ClaudeState, Method, State};
use protocol::ids::CoreId;
use sqlx::SqliteConnection;
use std::collections::HashMap;
use time::OffsetDateTime;

/// Replaces what is known of a Core.
pub async fn upsert(registry: &Registry, core: CoreId, claude: &ClaudeState) -> Result<(), RegistryError> {
    let mut routine = registry.routine().await?;
    let (core, method, state) = (core.to_string(), claude.method.as_str(), claude.state.as_str());
    let (owner, scopes) = (claude.owner.map(|owner| owner.to_string()), json(&claude.scopes));
    let (expires_at, last_refresh_at) = (claude.expires_at.map(millis), claude.last_refresh_at.map(millis));
    let (last_error, checked_at) = (claude.last_error.as_ref().map(json), claude.checked_at.map(millis));
    let reported_at = millis(OffsetDateTime::now_utc());
    sqlx::query!(
        "INSERT OR REPLACE INTO core_claude (core_id, method, state, owner, account, organisation, plan, scopes,
             expires_at, last_refresh_at, last_error, billing, checked_at, reported_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        core,
        method,
        state,
        owner,
        claude.account,
        claude.organisation,
        claude.plan,
        scopes,
        expires_at,
        last_refresh_at,
        last_error,
        claude.billing,
        checked_at,
        reported_at
    )
    .execute(routine.connection())
    .await?;
    routine.commit().await
}

pub async fn all(connection: &mut SqliteConnection) -> Result<HashMap<CoreId, ClaudeState>, RegistryError> {
    let rows = sqlx::query!(
        "SELECT core_id, method, state, owner, account, organisation, plan, scopes, expires_at, last_refresh_at,
             last_error, billing, checked_at FROM core_claude"
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = Place { table: "core_claude", row: &row.core_id };
            let claude = ClaudeState {
                method: Method::parse(&row.method).ok_or_else(|| place.unreadable("method"))?,
                state: State::parse(&row.state).ok_or_else(|| place.unreadable("state"))?,
                owner: row.owner.map(|owner| place.parse("owner", &owner)).transpose()?,
                account: row.account,
                organisation: row.organisation,
                plan: row.plan,
                scopes: place.json("scopes", &row.scopes)?,
                expires_at: place.optional_time("expires_at", row.expires_at)?,
                last_refresh_at: place.optional_time("last_refresh_at", row.last_refresh_at)?,
                last_error: row.last_error.map(|error| place.json("last_error", &error)).transpose()?,
                billing: row.billing,
                checked_at: place.optional_time("checked_at", row.checked_at)?,
                // They change with every answer: the Core says them again.
                limits: Vec::new(),
            };
            Ok((place.parse("core_id", &row.core_id)?, claude))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::cores::tests::add;
    use super::super::tests::registry;
    use super::*;
    use protocol::claude::{ErrorKind, LastError};
    use protocol::ids::UserId;

    #[tokio::test]
    async fn a_report_reads_back_whole_and_replaces_the_one_before() {
        let (_folder, registry) = registry().await;
        let (one, other) = (add(&registry, "one").await.id, add(&registry, "other").await.id);
        let at = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let whole = ClaudeState {
            method: Method::OAuth,
            state: State::Expired,
            owner: Some(UserId::new()),
            account: Some("ada@example.org".to_owned()),
            organisation: Some("Example".to_owned()),
            plan: Some("max".to_owned()),
            scopes: vec!["user:inference".to_owned(), "user:profile".to_owned()],
            expires_at: Some(at),
            last_refresh_at: Some(at),
            last_error: Some(LastError { kind: ErrorKind::RefreshRefused, detail: "refused".to_owned(), at }),
            billing: Some("plan".to_owned()),
            checked_at: Some(at),
            limits: Vec::new(),
        };
        upsert(&registry, one, &whole).await.unwrap();
        upsert(&registry, other, &whole).await.unwrap();
        upsert(&registry, other, &ClaudeState::default()).await.unwrap();
        let known = all(&mut registry.reader().await.unwrap()).await.unwrap();
        assert_eq!(known[&one], whole);
        assert_eq!(known[&other], ClaudeState::default());
    }

    #[tokio::test]
    async fn a_report_of_an_unknown_core_is_not_kept() {
        let (_folder, registry) = registry().await;
        assert!(upsert(&registry, CoreId::new(), &ClaudeState::default()).await.is_err());
    }
}
