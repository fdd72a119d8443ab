//! What somebody does on a Core, in the gateway's own audit log: a Core cannot leave it out.

use super::Fleet;
use crate::authz::Audited;
use crate::registry::{Action, Actor, RegistryError};
use protocol::ids::{CoreId, RequestId, UserId};

impl Fleet {
    /// Writes down what a request is about to do. What cannot be written down is not to happen. `path` is the request's on
    /// the Core. What is yet to be made has no id there: it is found by the request's in the Core's own log.
    pub async fn witness(
        &self,
        core: CoreId,
        act: Audited,
        by: UserId,
        request: RequestId,
        path: &str,
    ) -> Result<(), RegistryError> {
        let action = match act {
            Audited::TerminalOpened => Action::TerminalOpened,
            Audited::TerminalAttached => Action::TerminalAttached,
            Audited::TerminalWatched => Action::TerminalWatched,
            Audited::TerminalClosed => Action::TerminalClosed,
            Audited::RecordingRead => Action::RecordingRead,
            Audited::RecordingRemoved => Action::RecordingRemoved,
            Audited::BypassBegun => Action::BypassBegun,
            Audited::WorkspaceTrusted => Action::WorkspaceTrusted,
            Audited::WorkspaceDistrusted => Action::WorkspaceDistrusted,
            Audited::McpServerSet => Action::McpServerSet,
            Audited::McpServerRemoved => Action::McpServerRemoved,
            Audited::GitCredentialSet => Action::GitCredentialSet,
            Audited::GitCredentialRemoved => Action::GitCredentialRemoved,
            Audited::SessionRemoved => Action::SessionRemoved,
        };
        let detail = [("request", request.to_string()), ("path", path.to_owned())];
        let detail = detail.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.registry.record(Actor::User(by), action, &core.to_string(), &detail).await
    }
}
