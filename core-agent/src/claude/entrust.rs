//! What an administrator entrusts: running without asking, a workspace's own settings, MCP servers.

use super::mcp::{McpServers, Server, ServerName};
use super::trust::{Trust, TrustError};
use super::{Claude, ClaudeError};
use crate::private_files::PrivateFileError;
use crate::workspace::WorkspaceName;
use protocol::event::Actor;
use protocol::ids::{SessionId, UserId};
use std::sync::Arc;
use std::time::Duration;

impl Claude {
    /// Lets a session run without asking, in this person's name, for so long.
    pub async fn begin_bypass(&self, session: SessionId, seconds: u64, by: Actor) -> Result<(), ClaudeError> {
        let most = self.settings.bypass_max.as_secs();
        if most == 0 {
            return Err(ClaudeError::BypassDisabled);
        }
        if !(1..=most).contains(&seconds) {
            return Err(ClaudeError::BypassLength(most));
        }
        self.open_session(session).await?;
        // Signed out, or ending: what is lent now would be for whoever comes next.
        self.takes_messages()?;
        Ok(self.sessions.begin_bypass(session, by, Duration::from_secs(seconds)).await?)
    }

    /// From here on the session asks again. Ending it twice changes nothing.
    pub async fn end_bypass(&self, session: SessionId, by: Actor) -> Result<(), ClaudeError> {
        if self.journal.session(session).await?.is_none() {
            return Err(ClaudeError::UnknownSession);
        }
        Ok(self.sessions.end_bypass(session, by).await?)
    }

    /// Who trusts which workspaces.
    pub fn trusted(&self) -> &Arc<Trust> {
        &self.trust
    }

    /// Lets a workspace's own settings take effect.
    pub async fn trust(&self, name: WorkspaceName, by: Actor) -> Result<(), ClaudeError> {
        let (trust, workspaces) = (Arc::clone(&self.trust), self.workspaces.clone());
        self.change_what_processes_get(move || {
            let (_, directory) = workspaces.identify(&name)?;
            trust.mark(&name, directory, by.clone())?;
            workspaces.changed();
            tracing::warn!(workspace = %name, by = %by.user, "a workspace is trusted: its settings take effect");
            Ok(())
        })
        .await
    }

    pub async fn distrust(&self, name: WorkspaceName, by: Actor) -> Result<(), ClaudeError> {
        let (trust, workspaces) = (Arc::clone(&self.trust), self.workspaces.clone());
        self.change_what_processes_get(move || {
            trust.withdraw(&name).map_err(TrustError::from)?;
            workspaces.changed();
            tracing::info!(workspace = %name, by = %by.user, "a workspace is not trusted");
            Ok(())
        })
        .await
    }

    /// A workspace of this name is about to be made: what an earlier one was entrusted with is not the new one's, and
    /// processes that still work in that one end when they have nothing to do. Blocking, within the runtime.
    pub fn forget_workspace(&self, name: &WorkspaceName) -> Result<(), PrivateFileError> {
        self.trust.withdraw(name)?;
        self.mcp.forget(name.as_str())?;
        self.sessions.wake_all();
        Ok(())
    }

    pub fn mcp_servers(&self) -> &McpServers {
        &self.mcp
    }

    /// Sets an MCP server of every session, or of those of one workspace.
    pub async fn set_mcp_server(
        &self,
        workspace: Option<String>,
        name: ServerName,
        server: Server,
        by: UserId,
    ) -> Result<(), ClaudeError> {
        let servers = Arc::clone(&self.mcp);
        self.change_what_processes_get(move || {
            servers.put(workspace.as_deref(), &name, server)?;
            tracing::warn!(server = %name, workspace, %by, "an MCP server is set");
            Ok(())
        })
        .await
    }

    pub async fn remove_mcp_server(
        &self,
        workspace: Option<String>,
        name: String,
        by: UserId,
    ) -> Result<(), ClaudeError> {
        let servers = Arc::clone(&self.mcp);
        self.change_what_processes_get(move || {
            servers.remove(workspace.as_deref(), &name)?;
            tracing::info!(server = name, workspace, %by, "an MCP server is removed");
            Ok(())
        })
        .await
    }

    async fn change_what_processes_get(
        &self,
        change: impl FnOnce() -> Result<(), ClaudeError> + Send + 'static,
    ) -> Result<(), ClaudeError> {
        let changed = tokio::task::spawn_blocking(change).await.map_err(|_| ClaudeError::SessionGone)?;
        // Also where the file could not be written: what is in memory has changed.
        self.sessions.wake_all();
        changed
    }
}
