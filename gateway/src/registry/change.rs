//! Writing to the registry: either with an audit event, or as something that needs none.

use super::audit::{self, Action, Actor};
use super::{Registry, RegistryError};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::fmt;
use time::OffsetDateTime;

/// A privileged change. It commits only together with an audit event; dropped, it never happened.
pub struct Change(Transaction<'static, Sqlite>);

/// What nobody decides: when somebody was last seen, what a Core reports.
pub struct Routine(Transaction<'static, Sqlite>);

/// Taken at once rather than at the first write: a reader that becomes a writer half way can fail.
const BEGIN: &str = "BEGIN IMMEDIATE";

impl Registry {
    pub async fn change(&self) -> Result<Change, RegistryError> {
        Ok(Change(self.0.writer.begin_with(BEGIN).await?))
    }

    pub async fn routine(&self) -> Result<Routine, RegistryError> {
        Ok(Routine(self.0.writer.begin_with(BEGIN).await?))
    }

    /// An audit event by itself, for what was seen rather than done.
    pub async fn record(
        &self,
        actor: Actor,
        action: Action,
        subject: &str,
        detail: &[(&str, &str)],
    ) -> Result<(), RegistryError> {
        self.change().await?.commit(&actor, action, subject, detail).await
    }
}

impl Change {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }

    /// Makes the change and its audit event durable, both or none.
    pub async fn commit(
        mut self,
        actor: &Actor,
        action: Action,
        subject: &str,
        detail: &[(&str, &str)],
    ) -> Result<(), RegistryError> {
        audit::append(&mut self.0, OffsetDateTime::now_utc(), actor, action, subject, detail).await?;
        Ok(self.0.commit().await?)
    }
}

impl Routine {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }

    pub async fn commit(self) -> Result<(), RegistryError> {
        Ok(self.0.commit().await?)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").finish_non_exhaustive()
    }
}

impl fmt::Debug for Routine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routine").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cores::tests::add;
    use super::super::cores::{self, ChangeCoreError};
    use super::super::tests::registry;
    use super::super::{Labels, RegistryError, verify};
    use super::*;
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn on_a_full_disk_nothing_privileged_happens_without_its_audit_event() {
        let (_folder, registry) = registry().await;
        let core = add(&registry, "build").await;
        // SQLite may not make the file any longer: it fails as on a full disk. The limit is the connection's own.
        let limit: i64 = sqlx::query_scalar("PRAGMA max_page_count = 1").fetch_one(&registry.0.writer).await.unwrap();
        assert!(limit > 1, "it is never less than the file's present length");
        let mut kept = core;
        let refused = loop {
            let labels: BTreeMap<_, _> = (0..16).map(|number| (format!("k{number}"), "x".repeat(100))).collect();
            let labels = Labels::try_from(labels).unwrap();
            match cores::change(&registry, kept.id, None, Some(labels), &Actor::CommandLine).await {
                Ok(changed) => kept = changed,
                Err(refused) => break refused,
            }
        };
        let unavailable = matches!(&refused, ChangeCoreError::Registry(RegistryError::Unavailable(_)));
        assert!(unavailable, "a full disk is told as one: {refused}");
        let mut reader = registry.reader().await.unwrap();
        assert_eq!(cores::get(&mut reader, kept.id).await.unwrap(), Some(kept.clone()), "nothing happened");
        assert_eq!(verify(&mut reader).await.unwrap(), Ok(()));
        cores::revoke(&registry, kept.id, &Actor::CommandLine).await.expect("there is room again");
        assert!(cores::get(&mut reader, kept.id).await.unwrap().unwrap().revoked_at.is_some());
        assert_eq!(verify(&mut reader).await.unwrap(), Ok(()));
    }
}
