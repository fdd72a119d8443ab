//! One Core: whether it may be used, and its link while there is one.
//!
//! ```text
//!             revoke                        attach (both classes)
//! admitted ───────────► revoked     no link ─────────────────────► linked
//!     ▲                    │           ▲                              │
//!     └────── restore ─────┘           └── cut, fenced, connection ───┘
//! ```
//!
//! Everything that enters a Core does so under one short lock and leaves with the kill token of the Core's present
//! admission. A revocation takes the same lock, so that of an opening request and a revocation one always sees the
//! other: either the request finds the Core revoked, or its token fires.

use link::{LinkDown, Opener, Stream};
use protocol::claude::{ClaudeState, CoreReport};
use protocol::ids::{CoreId, LinkId};
use protocol::link::{Class, Refusal};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How many fenced links of a Core are remembered, to know one that comes back.
const REMEMBERED_LINKS: usize = 16;

/// A paired Core.
#[derive(Debug)]
pub struct Member {
    id: CoreId,
    state: Mutex<State>,
    /// Requests in progress. A watch, so that a revocation can see them end.
    live: watch::Sender<usize>,
    /// The newest report's.
    revision: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    standing: Standing,
    link: Option<Link>,
    report: CoreReport,
    offline_since: OffsetDateTime,
    fenced: VecDeque<LinkId>,
}

/// Whether a Core may be used. Each admission has its own epoch and its own kill token.
#[derive(Clone, Debug)]
pub enum Standing {
    Admitted { epoch: u64, kill: CancellationToken },
    Revoked { epoch: u64 },
}

impl Standing {
    pub fn admitted(epoch: u64) -> Self {
        Self::Admitted { epoch, kill: CancellationToken::new() }
    }

    pub const fn revoked(epoch: u64) -> Self {
        Self::Revoked { epoch }
    }

    const fn epoch(&self) -> u64 {
        match self {
            Self::Admitted { epoch, .. } | Self::Revoked { epoch } => *epoch,
        }
    }
}

#[derive(Debug)]
struct Link {
    id: LinkId,
    interactive: Option<Opener>,
    bulk: Option<Opener>,
    cut: CancellationToken,
    since: OffsetDateTime,
    agent_version: String,
}

impl Link {
    fn opener(&mut self, class: Class) -> &mut Option<Opener> {
        match class {
            Class::Interactive => &mut self.interactive,
            Class::Bulk => &mut self.bulk,
        }
    }

    const fn is_up(&self) -> bool {
        self.interactive.is_some() && self.bulk.is_some()
    }
}

/// What a page of Cores shows of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkStatus {
    Online { since: OffsetDateTime, agent_version: String },
    Offline { since: OffsetDateTime },
}

/// Why a request cannot go to a Core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEntered {
    #[error("the Core was revoked")]
    Revoked,
    #[error("the Core is not connected")]
    Offline,
}

/// A request's place on a Core, counted until it is dropped.
#[derive(Debug)]
pub struct Entry {
    /// Fires when the Core is revoked.
    pub kill: CancellationToken,
    opener: Opener,
    live: watch::Sender<usize>,
    revision: watch::Receiver<u64>,
}

impl Entry {
    pub async fn open(&self) -> Result<Stream, LinkDown> {
        self.opener.open().await
    }

    /// Returns once the Core's reports have come to this revision.
    pub async fn reported(&self, revision: u64) {
        // A Core that is no longer known reports nothing more.
        drop(self.revision.clone().wait_for(|known| *known >= revision).await);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.live.send_modify(|count| *count -= 1);
    }
}

/// One connection's place in a link, given back by [`Member::detach`].
#[derive(Debug)]
pub struct Attached {
    /// Fires when the link is to end.
    pub cut: CancellationToken,
    /// The link that had to give way to this one.
    pub fenced: Option<LinkId>,
    /// Whether this connection completed the link.
    pub up: bool,
}

impl Member {
    pub fn new(id: CoreId, standing: Standing, claude: ClaudeState) -> Self {
        let report = CoreReport { claude, ..CoreReport::default() };
        let state =
            State { standing, link: None, report, offline_since: OffsetDateTime::now_utc(), fenced: VecDeque::new() };
        Self { id, state: Mutex::new(state), live: watch::Sender::new(0), revision: watch::Sender::new(0) }
    }

    pub const fn id(&self) -> CoreId {
        self.id
    }

    pub fn link_status(&self) -> LinkStatus {
        let state = self.lock();
        match &state.link {
            Some(link) if link.is_up() => {
                LinkStatus::Online { since: link.since, agent_version: link.agent_version.clone() }
            }
            _ => LinkStatus::Offline { since: state.offline_since },
        }
    }

    pub fn standing(&self) -> Standing {
        self.lock().standing.clone()
    }

    /// The newest report, or what the registry remembers from before.
    pub fn report(&self) -> CoreReport {
        self.lock().report.clone()
    }

    pub fn claude(&self) -> ClaudeState {
        self.lock().report.claude.clone()
    }

    /// Takes a new report in. Returns whether the Claude state in it is another.
    pub fn set_report(&self, report: CoreReport) -> bool {
        let mut state = self.lock();
        let changed = state.report.claude != report.claude;
        let revision = report.revision;
        state.report = report;
        // Only now: whoever waits for it finds the report.
        self.revision.send_replace(revision);
        changed
    }

    /// Lets a request in.
    pub fn enter(&self, class: Class) -> Result<Entry, NotEntered> {
        let mut state = self.lock();
        let Standing::Admitted { kill, .. } = &state.standing else { return Err(NotEntered::Revoked) };
        let kill = kill.clone();
        let link = state.link.as_mut().filter(|link| link.is_up()).ok_or(NotEntered::Offline)?;
        let opener = link.opener(class).clone().ok_or(NotEntered::Offline)?;
        self.live.send_modify(|count| *count += 1);
        Ok(Entry { kill, opener, live: self.live.clone(), revision: self.revision.subscribe() })
    }

    /// Decides on a proven agent before it is welcomed: the epoch to tell it, or why not.
    pub fn consider(&self, link: LinkId) -> Result<u64, Refusal> {
        let state = self.lock();
        // Once the one that fenced it has gone, a link may come back: with its first connection, and its second.
        let newer = state.link.as_ref().is_some_and(|present| present.id != link);
        match state.standing {
            Standing::Revoked { .. } => Err(Refusal::Revoked),
            Standing::Admitted { .. } if newer && state.fenced.contains(&link) => Err(Refusal::Fenced),
            Standing::Admitted { epoch, .. } => Ok(epoch),
        }
    }

    /// Takes a connection into the Core's link. A link with another id gives way: the newest start of an agent is the
    /// one that counts.
    pub fn attach(&self, id: LinkId, class: Class, agent_version: &str, opener: Opener) -> Result<Attached, Refusal> {
        let mut state = self.lock();
        if matches!(state.standing, Standing::Revoked { .. }) {
            return Err(Refusal::Revoked);
        }
        // A second connection of the same class belongs to a link that has lost one without noticing: it starts anew too.
        let renewed = |link: &mut Link| link.id != id || link.opener(class).is_some();
        let mut fenced = None;
        if let Some(old) = state.link.take_if(|link| renewed(link)) {
            old.cut.cancel();
            if old.id != id {
                fenced = Some(old.id);
                if state.fenced.len() == REMEMBERED_LINKS {
                    state.fenced.pop_front();
                }
                state.fenced.push_back(old.id);
            }
        }
        let link = state.link.get_or_insert_with(|| Link {
            id,
            interactive: None,
            bulk: None,
            cut: CancellationToken::new(),
            since: OffsetDateTime::now_utc(),
            agent_version: agent_version.to_owned(),
        });
        *link.opener(class) = Some(opener);
        Ok(Attached { cut: link.cut.clone(), fenced, up: link.is_up() })
    }

    /// Gives a connection's place back: the link ends with either of its two. Returns whether this ended it.
    pub fn detach(&self, cut: &CancellationToken) -> bool {
        // Whoever cut the link has taken it out, and perhaps a newer one stands there.
        if cut.is_cancelled() {
            return false;
        }
        let mut state = self.lock();
        cut.cancel();
        let ended = state.link.take_if(|link| link.cut.is_cancelled()).is_some();
        if ended {
            state.offline_since = OffsetDateTime::now_utc();
        }
        ended
    }

    /// Closes the Core to everything and ends every request on it. The link stays for the last words to the agent;
    /// its interactive opener is returned for them. None when a later restoration was faster.
    pub fn close(&self, epoch: u64) -> Option<(usize, Option<Opener>)> {
        let mut state = self.lock();
        if state.standing.epoch() > epoch {
            return None;
        }
        let standing = std::mem::replace(&mut state.standing, Standing::revoked(epoch));
        let live = *self.live.borrow();
        if let Standing::Admitted { kill, .. } = standing {
            kill.cancel();
        }
        Some((live, state.link.as_ref().and_then(|link| link.interactive.clone())))
    }

    /// Resolves once no request is left on the Core.
    pub async fn emptied(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        drop(self.live.subscribe().wait_for(|count| *count == 0).await);
    }

    /// Ends the link, whatever is on it.
    pub fn cut(&self) {
        let mut state = self.lock();
        if let Some(link) = state.link.take() {
            link.cut.cancel();
            state.offline_since = OffsetDateTime::now_utc();
        }
    }

    /// Opens the Core again under a new epoch, unless a later revocation was faster.
    pub fn reopen(&self, epoch: u64) {
        let mut state = self.lock();
        if state.standing.epoch() < epoch {
            state.standing = Standing::admitted(epoch);
        }
    }

    // Each change under the lock is complete before anything in it can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use link::{Timing, opener};
    use protocol::claude::Method;
    use std::sync::Arc;
    use tokio::io::duplex;

    fn any_opener() -> Opener {
        opener(duplex(64).0, Timing::default()).0
    }

    fn member() -> Member {
        Member::new(CoreId::new(), Standing::admitted(1), ClaudeState::default())
    }

    fn linked() -> (Member, Attached) {
        let member = member();
        let id = LinkId::new();
        member.attach(id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        let attached = member.attach(id, Class::Bulk, "0.1.0", any_opener()).unwrap();
        (member, attached)
    }

    #[test]
    fn a_core_is_online_once_both_connections_are_there() {
        let member = member();
        let id = LinkId::new();
        let first = member.attach(id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        assert!(!first.up);
        assert_eq!(member.enter(Class::Interactive).unwrap_err(), NotEntered::Offline);
        assert!(member.attach(id, Class::Bulk, "0.1.0", any_opener()).unwrap().up);
        assert!(member.enter(Class::Interactive).is_ok());
    }

    #[tokio::test]
    async fn whoever_waits_for_a_revision_finds_its_report() {
        let (member, _attached) = linked();
        let entry = member.enter(Class::Interactive).unwrap();
        let report = |revision, method| CoreReport {
            revision,
            claude: ClaudeState { method, ..ClaudeState::default() },
            ..CoreReport::default()
        };
        member.set_report(report(1, Method::None));
        let waiting = async {
            entry.reported(2).await;
            member.claude().method
        };
        let reporting = async {
            tokio::task::yield_now().await;
            member.set_report(report(2, Method::OAuth));
        };
        let (seen, ()) = tokio::join!(biased; waiting, reporting);
        assert_eq!(seen, Method::OAuth);
    }

    #[test]
    fn either_connection_takes_the_link_down() {
        let (member, attached) = linked();
        assert!(member.detach(&attached.cut));
        assert!(!member.detach(&attached.cut), "the second connection ends nothing more");
        assert_eq!(member.enter(Class::Bulk).unwrap_err(), NotEntered::Offline);
    }

    #[test]
    fn a_newer_link_fences_the_older_one_and_the_older_cannot_come_back_meanwhile() {
        let (member, old) = linked();
        let newer = LinkId::new();
        let attached = member.attach(newer, Class::Interactive, "0.1.0", any_opener()).unwrap();
        assert!(old.cut.is_cancelled());
        let fenced = attached.fenced.unwrap();
        assert_eq!(member.consider(fenced), Err(Refusal::Fenced));
        assert_eq!(member.consider(newer), Ok(1));
        assert!(member.detach(&attached.cut));
        assert_eq!(member.consider(fenced), Ok(1), "nothing newer is up any more");
    }

    #[test]
    fn a_late_farewell_of_an_old_connection_does_not_end_the_new_link() {
        let (member, old) = linked();
        let id = LinkId::new();
        member.attach(id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        member.attach(id, Class::Bulk, "0.1.0", any_opener()).unwrap();
        assert!(!member.detach(&old.cut));
        assert!(member.enter(Class::Interactive).is_ok());
    }

    #[test]
    fn a_revoked_core_lets_nothing_in_until_it_is_restored_under_another_epoch() {
        let (member, attached) = linked();
        let entry = member.enter(Class::Interactive).unwrap();
        assert_eq!(member.close(2).unwrap().0, 1);
        assert!(entry.kill.is_cancelled());
        assert!(!attached.cut.is_cancelled(), "the agent has yet to be told");
        assert_eq!(member.enter(Class::Interactive).unwrap_err(), NotEntered::Revoked);
        assert_eq!(member.consider(LinkId::new()), Err(Refusal::Revoked));
        member.cut();
        assert!(attached.cut.is_cancelled());
        member.reopen(3);
        assert_eq!(member.consider(LinkId::new()), Ok(3));
    }

    #[test]
    fn an_order_that_arrives_late_does_not_undo_a_newer_one() {
        let (member, _attached) = linked();
        member.reopen(3);
        assert!(member.close(2).is_none());
        assert_eq!(member.consider(LinkId::new()), Ok(3));
        assert!(member.close(4).is_some());
        member.reopen(3);
        assert_eq!(member.consider(LinkId::new()), Err(Refusal::Revoked));
    }

    #[tokio::test]
    async fn of_ten_thousand_openings_that_race_a_revocation_none_survives() {
        const ROUNDS: usize = 2_500;
        const OPENINGS: usize = 4;
        let mut entered = 0;
        for _ in 0..ROUNDS {
            let (member, _attached) = linked();
            let member = Arc::new(member);
            let openings: Vec<_> = (0..OPENINGS)
                .map(|_| {
                    let member = Arc::clone(&member);
                    tokio::task::spawn_blocking(move || member.enter(Class::Interactive))
                })
                .collect();
            let closing = tokio::task::spawn_blocking({
                let member = Arc::clone(&member);
                move || member.close(2)
            });
            closing.await.unwrap();
            for opening in openings {
                match opening.await.unwrap() {
                    Ok(entry) => {
                        entered += 1;
                        assert!(entry.kill.is_cancelled(), "a request survived the revocation");
                    }
                    Err(reason) => assert_eq!(reason, NotEntered::Revoked),
                }
            }
            member.emptied().await;
        }
        assert!(entered > 0, "no opening was ever in time: the race was not run");
    }
}
