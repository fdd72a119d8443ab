//! What somebody does on a Core, in the gateway's own audit log: a Core cannot leave it out.

use super::Fleet;
use crate::authz::Audited;
use crate::registry::{Action, Actor, RegistryError};
use protocol::ids::{CoreId, RequestId, TerminalId, UserId};

impl Fleet {
    /// Writes down what a request is about to do. What cannot be written down is not to happen. A
    /// terminal that is yet to be opened has no id here: it is found by the request's id in the Core's own log.
    pub async fn witness(
        &self,
        core: CoreId,
        act: Audited,
        by: UserId,
        request: RequestId,
        terminal: Option<TerminalId>,
    ) -> Result<(), RegistryError> {
        let action = match act {
            Audited::TerminalOpened => Action::TerminalOpened,
            Audited::TerminalAttached => Action::TerminalAttached,
            Audited::TerminalWatched => Action::TerminalWatched,
            Audited::TerminalClosed => Action::TerminalClosed,
        };
        let (request, terminal) = (request.to_string(), terminal.map(|terminal| terminal.to_string()));
        let terminal = terminal.as_deref().map(|terminal| ("terminal", terminal));
        let detail: Vec<_> = [("request", request.as_str())].into_iter().chain(terminal).collect();
        self.registry.record(Actor::User(by), action, &core.to_string(), &detail).await
    }
}
