//! What goes wrong.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    GatewayKilled,
    AgentKilled,
    CliKilled,
    LinkCut,
    AgentStopped,
}

impl Fault {
    pub(super) const ALL: [Self; 5] =
        [Self::GatewayKilled, Self::AgentKilled, Self::CliKilled, Self::LinkCut, Self::AgentStopped];

    /// Whether a turn in progress lives through it.
    pub(super) const fn spares_the_turn(self) -> bool {
        match self {
            Self::GatewayKilled | Self::LinkCut | Self::AgentStopped => true,
            Self::AgentKilled | Self::CliKilled => false,
        }
    }
}
