//! What the CLI offers, asked of it: models, slash commands, and how its MCP servers are.

use super::commands::SlashCommand;
use super::mcp::{self, ServerStatus};
use super::model::ModelError;
use super::session::ControlError;
use super::stream::outgoing;
use super::{Claude, ClaudeError};
use protocol::ids::SessionId;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// A server that is connected anew may take its time.
const CONTROL: Duration = Duration::from_secs(30);

impl Claude {
    /// That the CLI offers this model. Where it has not said yet what it offers, it is asked: a name that it takes without
    /// a word fails at the first message.
    pub(super) async fn check_model(self: &Arc<Self>, name: &str) -> Result<(), ClaudeError> {
        match self.models.check(name) {
            Err(ModelError::NothingKnown) => {}
            checked => return Ok(checked?),
        }
        let claude = Arc::clone(self);
        self.to_its_end(async move {
            if let Some(answer) = claude.keeper.initialize(|| claude.models.are_known()).await? {
                claude.learn(&answer);
            }
            Ok(())
        })
        .await?;
        Ok(self.models.check(name)?)
    }

    /// What the CLI offers, as a process in no workspace said.
    fn learn(&self, initialized: &Value) {
        self.models.learn(initialized);
        self.commands.learn(None, initialized);
    }

    /// The slash commands of a session. Where the CLI has not said yet what it offers, it is asked.
    pub async fn commands(self: &Arc<Self>, session: SessionId) -> Result<Vec<SlashCommand>, ClaudeError> {
        let workspace = self.journal.session(session).await?.ok_or(ClaudeError::UnknownSession)?.workspace;
        if let Some(known) = self.commands.of(&workspace) {
            return Ok(known);
        }
        let (claude, asked) = (Arc::clone(self), workspace.clone());
        self.to_its_end(async move {
            if let Some(answer) = claude.keeper.initialize(|| claude.commands.of(&asked).is_some()).await? {
                claude.learn(&answer);
            }
            Ok(())
        })
        .await?;
        Ok(self.commands.of(&workspace).unwrap_or_default())
    }

    /// How a session's process stands with its MCP servers.
    pub async fn mcp_status(&self, session: SessionId) -> Result<Vec<ServerStatus>, ClaudeError> {
        let answer = self.control(session, outgoing::mcp_status()).await?;
        Ok(mcp::read_status(&answer, &self.guard))
    }

    pub async fn reconnect_mcp_server(&self, session: SessionId, server: &str) -> Result<(), ClaudeError> {
        self.control(session, outgoing::mcp_reconnect(server)).await.map(drop)
    }

    pub async fn switch_mcp_server(&self, session: SessionId, server: &str, enabled: bool) -> Result<(), ClaudeError> {
        self.control(session, outgoing::mcp_toggle(server, enabled)).await.map(drop)
    }

    async fn control(&self, session: SessionId, control: outgoing::Control) -> Result<Value, ClaudeError> {
        self.open_session(session).await?;
        self.sessions.control(session, control, CONTROL).await.map_err(|error| match error {
            // The CLI's words may quote what it was given.
            ControlError::Refused(words) => ControlError::Refused(self.guard.mask(words)).into(),
            other => other.into(),
        })
    }
}
