//! Listing sessions: those that the viewer may see, and of them those that are asked for.

use super::rows::{Session, SessionRow};
use super::{Journal, JournalError, Viewer};
use protocol::ids::{SessionId, UserId};

/// Which sessions are listed.
#[derive(Clone, Debug)]
pub struct Filter {
    pub viewer: Viewer,
    /// Those in the archive, or those that are not.
    pub archived: bool,
    pub workspace: Option<String>,
    pub owner: Option<UserId>,
    /// Those alone in which a turn goes on or something waits for a person.
    pub active: bool,
}

impl Journal {
    /// At most `limit` sessions, newest first, older than `before` where it is given. Ids sort by the time they were made.
    pub async fn sessions(
        &self,
        filter: &Filter,
        before: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, JournalError> {
        let (before, owner) = (before.map(|id| id.to_string()), filter.owner.map(|id| id.to_string()));
        let viewer = filter.viewer.user.to_string();
        let rows = sqlx::query_as!(
            SessionRow,
            r#"SELECT id, workspace, model, permission_mode, title, visibility, created_by, created_by_name, created_at,
               closed_at, archived_at, forked_from, last_seq, bypass_by, bypass_by_name, bypass_until,
               max(created_at, coalesce((SELECT at FROM events WHERE session = sessions.id AND seq = last_seq), 0))
                 AS "updated_at!: i64",
               CASE WHEN EXISTS (SELECT 1 FROM approvals WHERE session = sessions.id AND state = 'pending') THEN 'waiting'
                 WHEN EXISTS (SELECT 1 FROM messages WHERE session = sessions.id AND status <> 'ended') THEN 'working'
                 ELSE 'idle' END AS "activity!: String"
             FROM sessions
             WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR workspace = ?2) AND (?3 IS NULL OR created_by = ?3)
               AND (archived_at IS NOT NULL) = ?4 AND (visibility = 'shared' OR created_by = ?5 OR ?6)
               AND (NOT ?7 OR EXISTS (SELECT 1 FROM messages WHERE session = sessions.id AND status <> 'ended')
                 OR EXISTS (SELECT 1 FROM approvals WHERE session = sessions.id AND state = 'pending'))
             ORDER BY id DESC LIMIT ?8"#,
            before,
            filter.workspace,
            owner,
            filter.archived,
            viewer,
            filter.viewer.sees_all,
            filter.active,
            limit
        );
        rows.fetch_all(&self.readers).await?.into_iter().map(Session::try_from).collect()
    }
}
