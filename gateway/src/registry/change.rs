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
