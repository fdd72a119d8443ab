//! The gateway's registry as it is on disk, read beside the running gateway.

use super::Gateway;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

/// Both rows that the registry keeps of a Core, with every column.
const ROWS: &str = "
    SELECT json_array(c.id, c.name, c.labels, hex(c.public_key), c.hostname, c.paired_at, c.revoked_at, c.epoch,
                      s.method, s.state, s.owner, s.account, s.organisation, s.plan, s.scopes, s.expires_at,
                      s.last_refresh_at, s.last_error, s.billing, s.checked_at, s.reported_at)
    FROM cores c LEFT JOIN core_claude s ON s.core_id = c.id WHERE c.id = ?";

impl Gateway {
    /// What the registry holds of a Core.
    pub async fn registered(&self, core: &str) -> Option<String> {
        let file = SqliteConnectOptions::new().filename(self.data().join("registry.db")).read_only(true);
        let mut database = file.connect().await.expect("the registry can be read");
        sqlx::query_scalar(ROWS).bind(core).fetch_optional(&mut database).await.expect("the registry has both tables")
    }
}
