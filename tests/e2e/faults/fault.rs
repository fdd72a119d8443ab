//! What goes wrong.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    GatewayKilled,
    GatewayFrozen,
    AgentKilled,
    AgentFrozen,
    /// For so long that its link is given up, as of a closed laptop.
    AgentAsleep,
    /// Told to end, and started again.
    AgentRestarted,
    CliKilled,
    CliFrozen,
    LinkCut,
    /// Some of what was said is lost, and the rest arrives.
    LinkGapped,
    /// Nothing arrives any more, and nobody is told.
    LinkHalfOpen,
    CoreRevoked,
    DiskFull,
    /// And the next one starts on it.
    AgentKilledOnFullDisk,
    /// Gateway and agents at once.
    EverythingKilled,
    /// Of gateway and agents, and of nobody else.
    ClockStepped,
}

/// What becomes of a turn in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on, and its question waits.
    Spared,
    /// It is over, and its question is taken back.
    CutShort,
}

impl Fault {
    pub(super) const ALL: [Self; 16] = [
        Self::GatewayKilled,
        Self::GatewayFrozen,
        Self::AgentKilled,
        Self::AgentFrozen,
        Self::AgentAsleep,
        Self::AgentRestarted,
        Self::CliKilled,
        Self::CliFrozen,
        Self::LinkCut,
        Self::LinkGapped,
        Self::LinkHalfOpen,
        Self::CoreRevoked,
        Self::DiskFull,
        Self::AgentKilledOnFullDisk,
        Self::EverythingKilled,
        Self::ClockStepped,
    ];

    /// Whether it is noticed by silence alone, which takes its time.
    pub(super) const fn is_slow(self) -> bool {
        matches!(self, Self::LinkHalfOpen | Self::AgentAsleep)
    }

    /// Whether a disk of the Core's own is filled.
    pub(super) const fn fills_a_disk(self) -> bool {
        matches!(self, Self::DiskFull | Self::AgentKilledOnFullDisk)
    }

    /// Whether every Core feels it. What befalls one Core must not be felt by another.
    pub(super) const fn befalls_all(self) -> bool {
        matches!(self, Self::GatewayKilled | Self::GatewayFrozen | Self::EverythingKilled | Self::ClockStepped)
    }

    pub(super) const fn fate(self) -> Fate {
        match self {
            Self::GatewayKilled
            | Self::GatewayFrozen
            | Self::AgentFrozen
            | Self::AgentAsleep
            | Self::CliFrozen
            | Self::LinkCut
            | Self::LinkGapped
            | Self::LinkHalfOpen
            | Self::ClockStepped
            // What the disk does not take is kept until it does.
            | Self::DiskFull => Fate::Spared,
            Self::AgentKilled
            | Self::AgentRestarted
            | Self::AgentKilledOnFullDisk
            | Self::CliKilled
            | Self::CoreRevoked
            | Self::EverythingKilled => Fate::CutShort,
        }
    }

    /// Whether terminals end with it.
    pub(super) const fn ends_terminals(self) -> bool {
        matches!(self, Self::CoreRevoked | Self::AgentRestarted)
    }
}
