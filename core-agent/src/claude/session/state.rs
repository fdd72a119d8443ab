//! Where a session stands. Each variant has what is there in that state, and nothing else.

use super::live::{Heard, Live};
use super::places::Place;
use super::turn::Turn;
use super::{Ended, Shared};
use crate::supervise::Exit;
use protocol::event::ProcessEnd;
use protocol::ids::SessionId;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// A CLI that has not answered `initialize` by then will not.
const START: Duration = Duration::from_secs(90);
/// How long a task without process and work stays.
const LINGER: Duration = Duration::from_mins(1);
/// How long a process that a killed agent has left may take to end: its supervisor bounds it, with a refresh in flight
/// too. One that lives even then is told to the session by the supervisor of the next.
const LEFT_BEHIND: Duration = Duration::from_mins(3);

#[derive(Debug)]
pub(super) enum State {
    Asleep {
        since: Instant,
    },
    /// There is a message, and no place for another process yet, or an earlier one of this conversation still lives.
    Waiting {
        since: Instant,
    },
    Starting {
        live: Box<Live>,
        initialize: String,
        since: Instant,
    },
    Ready {
        live: Box<Live>,
        since: Instant,
    },
    Turn {
        live: Box<Live>,
        turn: Box<Turn>,
    },
    Closing(Box<Closing>),
}

#[derive(Debug)]
pub(super) struct Closing {
    pub(super) live: Box<Live>,
    pub(super) reason: ProcessEnd,
    pub(super) until: Instant,
    pub(super) terminated: bool,
    /// Whether a turn was cut short by this.
    pub(super) turn: bool,
    pub(super) replies: Vec<oneshot::Sender<Ended>>,
}

/// What happens to a session by itself.
#[derive(Debug)]
pub(super) enum Happened {
    Place(Place),
    Heard(Heard),
    Gone(Exit),
    /// Another session needs the place of this idle one.
    Wanted,
}

impl State {
    pub(super) fn asleep() -> Self {
        Self::Asleep { since: Instant::now() }
    }

    pub(super) fn waiting() -> Self {
        Self::Waiting { since: Instant::now() }
    }

    pub(super) fn ready(live: Box<Live>) -> Self {
        Self::Ready { live, since: Instant::now() }
    }

    /// The process, unless it is being ended.
    pub(super) fn live(&mut self) -> Option<&mut Live> {
        match self {
            Self::Starting { live, .. } | Self::Ready { live, .. } | Self::Turn { live, .. } => Some(live),
            Self::Asleep { .. } | Self::Waiting { .. } | Self::Closing(_) => None,
        }
    }

    /// When something must be done if nothing happens before.
    pub(super) fn deadline(&self, idle: Duration) -> Option<Instant> {
        match self {
            Self::Asleep { since } => Some(*since + LINGER),
            Self::Waiting { .. } => None,
            Self::Starting { since, .. } => Some(*since + START),
            Self::Ready { since, .. } => Some(*since + idle),
            Self::Turn { turn, .. } => turn.until,
            Self::Closing(closing) => Some(closing.until),
        }
    }

    /// Waits for what happens next. Cancel safe.
    pub(super) async fn happens(&mut self, id: SessionId, shared: &Shared) -> Happened {
        match self {
            Self::Asleep { .. } => std::future::pending().await,
            Self::Waiting { since } => {
                // Whether it is over or not: see `LEFT_BEHIND`.
                let _ = timeout_at(*since + LEFT_BEHIND, shared.launcher.alone(id)).await;
                Happened::Place(shared.places.take().await)
            }
            Self::Starting { live, .. } | Self::Turn { live, .. } => Happened::Heard(live.hear().await),
            Self::Ready { live, .. } => tokio::select! {
                heard = live.hear() => Happened::Heard(heard),
                () = shared.places.wanted() => Happened::Wanted,
            },
            Self::Closing(closing) => Happened::Gone(closing.live.gone().await),
        }
    }
}
