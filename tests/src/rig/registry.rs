//! The gateway's registry as it is on disk, read beside the running gateway.

use super::Gateway;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

/// Both rows that the registry keeps of a Core, with every column.
const ROWS: &str = "
    SELECT json_array(c.id, c.name, c.labels, hex(c.public_key), c.hostname, c.paired_at, c.revoked_at, c.epoch,
                      s.method, s.state, s.owner, s.account, s.organisation, s.plan, s.scopes, s.expires_at,
                      s.last_refresh_at, s.last_error, s.billing, s.checked_at, s.reported_at)
    FROM cores c LEFT JOIN core_claude s ON s.core_id = c.id WHERE c.id = ?";

/// An event of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Audited {
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

impl Gateway {
    async fn registry(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.data().join("registry.db")).read_only(true);
        file.connect().await.expect("the registry can be read")
    }

    /// The audit log, oldest first.
    pub async fn audited(&self) -> Vec<Audited> {
        let events = sqlx::query_as("SELECT actor, action, subject, detail FROM audit_events ORDER BY seq");
        events.fetch_all(&mut self.registry().await).await.expect("the registry has an audit log")
    }

    /// What the registry holds of a Core.
    pub async fn registered(&self, core: &str) -> Option<String> {
        let mut database = self.registry().await;
        sqlx::query_scalar(ROWS).bind(core).fetch_optional(&mut database).await.expect("the registry has both tables")
    }
}
