//! How whoever looks at all of a Core's sessions learns that one of them stands otherwise than before.

use protocol::event::Visibility;
use protocol::ids::{SessionId, UserId};

/// Changes that a follower may be behind by. One that is further behind is told that it is, and looks at all of them anew.
pub(super) const BEHIND: usize = 256;

/// A session that was made, whose settings or activity have changed, or that is gone. A history that only grows is no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Altered {
    pub session: SessionId,
    pub owner: UserId,
    /// For whom it was there before: who could not see it then hears nothing of its end.
    pub visibility: Visibility,
}
