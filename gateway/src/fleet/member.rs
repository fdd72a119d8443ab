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

use super::connected::{Attached, Connected, LinkStatus, Outdated};
use super::entry::{Entry, NotEntered, Revision};
use super::standing::Standing;
use crate::metrics::Metrics;
use link::Opener;
use protocol::claude::{ClaudeState, CoreReport};
use protocol::ids::{CoreId, LinkId};
use protocol::link::{Class, Refusal};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How many fenced links of a Core are remembered, to know one that comes back.
const REMEMBERED_LINKS: usize = 16;

/// A paired Core.
#[derive(Debug)]
pub struct Member {
    id: CoreId,
    /// What they show of this Core changes under its lock.
    metrics: Arc<Metrics>,
    state: Mutex<State>,
    /// Requests in progress. A watch, so that a revocation can see them end.
    live: watch::Sender<usize>,
    revision: watch::Sender<Revision>,
    /// The fleet's.
    changes: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    standing: Standing,
    link: Option<Connected>,
    report: CoreReport,
    /// The part of a report that the registry keeps, as it has it.
    saved: ClaudeState,
    offline_since: OffsetDateTime,
    fenced: VecDeque<LinkId>,
}

/// What [`Member::close`] found.
#[derive(Debug)]
pub struct Closed {
    /// Requests that were in progress.
    pub live: usize,
    /// The link's, for the last words to the agent.
    pub opener: Option<Opener>,
    /// Whether the Core was open until then.
    pub was_open: bool,
}

impl Member {
    /// One that is not linked, with what the registry has of its sign-in.
    pub fn new(
        id: CoreId,
        standing: Standing,
        claude: ClaudeState,
        metrics: Arc<Metrics>,
        changes: watch::Sender<()>,
    ) -> Self {
        // What is known from before holds until the Core reports.
        metrics.core_known(id);
        if matches!(standing, Standing::Admitted { .. }) {
            metrics.core_claude(id, &claude);
        }
        let report = CoreReport { claude: claude.clone(), ..CoreReport::default() };
        let state = State {
            standing,
            link: None,
            report,
            saved: claude,
            offline_since: OffsetDateTime::now_utc(),
            fenced: VecDeque::new(),
        };
        let (live, revision) = (watch::Sender::new(0), watch::Sender::default());
        Self { id, metrics, state: Mutex::new(state), live, revision, changes }
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

    /// Takes a report in, unless the link that brings it has given way to another.
    pub fn set_report(&self, link: LinkId, report: CoreReport) {
        let mut state = self.lock();
        if state.link.as_ref().is_none_or(|present| present.id != link) {
            return;
        }
        if matches!(state.standing, Standing::Admitted { .. }) && state.report.claude != report.claude {
            self.metrics.core_claude(self.id, &report.claude);
        }
        let number = report.revision;
        state.report = report;
        self.changes.send_replace(());
        // Only now: whoever waits for it finds the report.
        self.revision.send_replace(Revision { link: Some(link), number });
    }

    /// What the registry has yet to be told.
    pub fn unsaved(&self) -> Option<ClaudeState> {
        let state = self.lock();
        (state.report.claude != state.saved).then(|| state.report.claude.clone())
    }

    /// The registry has this now.
    pub fn saved(&self, claude: ClaudeState) {
        self.lock().saved = claude;
    }

    /// Lets a request in.
    pub fn enter(&self, class: Class) -> Result<Entry, NotEntered> {
        let state = self.lock();
        let Standing::Admitted { kill, .. } = &state.standing else { return Err(NotEntered::Revoked) };
        let link = state.link.as_ref().filter(|link| link.is_up()).ok_or(NotEntered::Offline)?;
        let opener = link.opener(class).cloned().ok_or(NotEntered::Offline)?;
        self.live.send_modify(|count| *count += 1);
        Ok(Entry {
            kill: kill.clone(),
            link: link.id,
            cut: link.cut.clone(),
            opener,
            live: self.live.clone(),
            revision: self.revision.subscribe(),
        })
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

    /// Takes a connection into the Core's link, if the admission that its agent was welcomed to still stands. A link with
    /// another id gives way: the newest start of an agent is the one that counts.
    pub fn attach(
        &self,
        epoch: u64,
        id: LinkId,
        class: Class,
        agent_version: &str,
        opener: Opener,
    ) -> Result<Attached, Outdated> {
        let mut state = self.lock();
        if !state.standing.is_admission(epoch) {
            return Err(Outdated);
        }
        // A second connection of the same class belongs to a link that has lost one without noticing: it starts anew too.
        let renewed = |link: &mut Connected| link.id != id || link.opener(class).is_some();
        let mut fenced = None;
        if let Some(old) = state.link.take_if(renewed) {
            old.cut.cancel();
            if old.id != id {
                fenced = Some(old.id);
                if state.fenced.len() == REMEMBERED_LINKS {
                    state.fenced.pop_front();
                }
                state.fenced.push_back(old.id);
            }
        }
        if self.revision.borrow().link != Some(id) {
            // What another process of the agent has counted says nothing of this one.
            self.revision.send_replace(Revision { link: Some(id), number: 0 });
        }
        let link = state.link.get_or_insert_with(|| Connected::new(id, agent_version));
        let up = link.take(class, opener, || self.metrics.link_up(self.id));
        self.changes.send_replace(());
        Ok(Attached { cut: link.cut.clone(), fenced, up })
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
            self.changes.send_replace(());
        }
        ended
    }

    /// Closes the Core to everything and ends every request on it. The link stays for the last words to the agent. None
    /// when a later restoration was faster.
    pub fn close(&self, epoch: u64) -> Option<Closed> {
        let mut state = self.lock();
        if state.standing.epoch() > epoch {
            return None;
        }
        let standing = std::mem::replace(&mut state.standing, Standing::revoked(epoch));
        let live = *self.live.borrow();
        let was_open = matches!(standing, Standing::Admitted { .. });
        if let Standing::Admitted { kill, .. } = standing {
            kill.cancel();
        }
        self.metrics.core_revoked(self.id);
        self.changes.send_replace(());
        let opener = state.link.as_ref().and_then(|link| link.opener(Class::Interactive)).cloned();
        Some(Closed { live, opener, was_open })
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
            self.changes.send_replace(());
        }
    }

    /// Opens the Core again under a new epoch, unless a later revocation was faster.
    pub fn reopen(&self, epoch: u64) {
        let mut state = self.lock();
        if state.standing.epoch() < epoch {
            state.standing = Standing::admitted(epoch);
            self.metrics.core_claude(self.id, &state.report.claude);
            self.changes.send_replace(());
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
    use futures::FutureExt as _;
    use link::{Timing, opener};
    use protocol::claude::Method;
    use std::sync::Barrier;
    use tokio::io::duplex;

    fn any_opener() -> Opener {
        opener(duplex(64).0, Timing::default()).0
    }

    fn member() -> Member {
        let changes = watch::Sender::default();
        Member::new(CoreId::new(), Standing::admitted(1), ClaudeState::default(), Arc::default(), changes)
    }

    fn attach(member: &Member, epoch: u64, id: LinkId) -> Attached {
        member.attach(epoch, id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        member.attach(epoch, id, Class::Bulk, "0.1.0", any_opener()).unwrap()
    }

    fn linked() -> (Member, Attached) {
        let member = member();
        let attached = attach(&member, 1, LinkId::new());
        (member, attached)
    }

    fn report(revision: u64, method: Method) -> CoreReport {
        CoreReport { revision, claude: ClaudeState { method, ..ClaudeState::default() }, ..CoreReport::default() }
    }

    fn links(member: &Member) -> String {
        let text = String::from_utf8(member.metrics.encode().unwrap()).unwrap();
        text.lines().find_map(|line| line.strip_prefix("condrix_links ")).unwrap().to_owned()
    }

    #[test]
    fn a_core_is_online_once_both_connections_are_there() {
        let member = member();
        let id = LinkId::new();
        let first = member.attach(1, id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        assert!(!first.up);
        assert_eq!(member.enter(Class::Interactive).unwrap_err(), NotEntered::Offline);
        assert!(member.attach(1, id, Class::Bulk, "0.1.0", any_opener()).unwrap().up);
        assert!(member.enter(Class::Interactive).is_ok());
    }

    #[tokio::test]
    async fn whoever_waits_for_a_revision_finds_its_report() {
        let (member, id) = (member(), LinkId::new());
        attach(&member, 1, id);
        let entry = member.enter(Class::Interactive).unwrap();
        member.set_report(id, report(1, Method::None));
        let waiting = async {
            entry.reported(2).await;
            member.claude().method
        };
        let reporting = async {
            tokio::task::yield_now().await;
            member.set_report(id, report(2, Method::OAuth));
        };
        let (seen, ()) = tokio::join!(biased; waiting, reporting);
        assert_eq!(seen, Method::OAuth);
    }

    #[tokio::test]
    async fn a_revision_of_an_agents_last_process_says_nothing_of_this_one() {
        let (member, last, present) = (member(), LinkId::new(), LinkId::new());
        attach(&member, 1, last);
        let asked_before = member.enter(Class::Interactive).unwrap();
        member.set_report(last, report(7, Method::OAuth));
        attach(&member, 1, present);
        let entry = member.enter(Class::Interactive).unwrap();
        assert!(entry.reported(2).now_or_never().is_none(), "nothing was reported yet");
        member.set_report(last, report(8, Method::None));
        assert_eq!(member.claude().method, Method::OAuth, "it is no longer asked");
        assert!(entry.reported(2).now_or_never().is_none());
        assert!(asked_before.reported(9).now_or_never().is_some(), "that report will never come");
        member.set_report(present, report(2, Method::ApiKey));
        assert!(entry.reported(2).now_or_never().is_some());
        assert_eq!(member.claude().method, Method::ApiKey);
    }

    #[test]
    fn a_state_is_unsaved_until_the_registry_has_it_however_often_it_is_reported() {
        let (member, id) = (member(), LinkId::new());
        attach(&member, 1, id);
        assert_eq!(member.unsaved(), None);
        for revision in 1..=2 {
            member.set_report(id, report(revision, Method::OAuth));
            assert_eq!(member.unsaved().unwrap().method, Method::OAuth);
        }
        let written = member.unsaved().unwrap();
        member.set_report(id, report(3, Method::ApiKey));
        member.saved(written);
        assert_eq!(member.unsaved().unwrap().method, Method::ApiKey, "it changed while the other was written");
    }

    #[test]
    fn whoever_watches_the_cores_hears_of_whatever_they_are_shown() {
        let member = member();
        let mut changes = member.changes.subscribe();
        let mut told = |what: &str, meant: bool| {
            assert_eq!(changes.has_changed().unwrap(), meant, "{what}");
            changes.mark_unchanged();
        };
        let id = LinkId::new();
        let attached = attach(&member, 1, id);
        told("online", true);
        member.set_report(id, report(1, Method::OAuth));
        told("signed in", true);
        member.set_report(LinkId::new(), report(2, Method::None));
        told("a report of another link", false);
        drop(member.enter(Class::Interactive));
        told("a request", false);
        member.close(2).unwrap();
        told("revoked", true);
        member.cut();
        told("offline", true);
        assert!(!member.detach(&attached.cut));
        told("a late farewell", false);
        member.reopen(3);
        told("restored", true);
        member.reopen(2);
        told("an order that comes late", false);
    }

    #[test]
    fn a_core_that_was_revoked_and_restored_during_a_handshake_is_not_linked_by_it() {
        let member = member();
        let epoch = member.consider(LinkId::new()).unwrap();
        member.close(2).unwrap();
        member.reopen(3);
        let late = member.attach(epoch, LinkId::new(), Class::Interactive, "0.1.0", any_opener());
        assert_eq!(late.unwrap_err(), Outdated, "its agent has yet to hear that it was revoked");
        assert!(attach(&member, 3, LinkId::new()).up);
    }

    #[test]
    fn the_gauge_follows_the_link_and_not_those_who_say_farewell_to_it() {
        let (member, old) = linked();
        assert_eq!(links(&member), "1");
        let new = attach(&member, 1, LinkId::new());
        assert!(!member.detach(&old.cut));
        assert_eq!(links(&member), "1", "a late farewell of the old link");
        assert!(member.detach(&new.cut));
        assert_eq!(links(&member), "0");
        attach(&member, 1, LinkId::new());
        member.close(2).unwrap();
        member.cut();
        assert_eq!(links(&member), "0");
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
        let attached = member.attach(1, newer, Class::Interactive, "0.1.0", any_opener()).unwrap();
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
        member.attach(1, id, Class::Interactive, "0.1.0", any_opener()).unwrap();
        member.attach(1, id, Class::Bulk, "0.1.0", any_opener()).unwrap();
        assert!(!member.detach(&old.cut));
        assert!(member.enter(Class::Interactive).is_ok());
    }

    #[test]
    fn a_revoked_core_lets_nothing_in_until_it_is_restored_under_another_epoch() {
        let (member, attached) = linked();
        let entry = member.enter(Class::Interactive).unwrap();
        let closed = member.close(2).unwrap();
        assert!(closed.live == 1 && closed.was_open);
        assert!(!member.close(2).unwrap().was_open, "the second order is none");
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

    #[test]
    fn of_ten_thousand_openings_that_race_a_revocation_none_survives() {
        const ROUNDS: usize = 2_500;
        const OPENINGS: usize = 4;
        let (mut entered, mut refused) = (0, 0);
        for round in 0..ROUNDS {
            let (member, _attached) = linked();
            let start = Barrier::new(OPENINGS + 1);
            let opened: Vec<_> = std::thread::scope(|threads| {
                let open = || {
                    start.wait();
                    member.enter(Class::Interactive)
                };
                let close = || {
                    start.wait();
                    member.close(2).unwrap();
                };
                // The last to come is awake already when the others wake up: the revocation has every place in turn.
                let place = round % (OPENINGS + 1);
                let mut openings: Vec<_> = (0..place).map(|_| threads.spawn(open)).collect();
                threads.spawn(close);
                openings.extend((place..OPENINGS).map(|_| threads.spawn(open)));
                openings.into_iter().map(|opening| opening.join().unwrap()).collect()
            });
            for opening in opened {
                match opening {
                    Ok(entry) => {
                        entered += 1;
                        assert!(entry.kill.is_cancelled(), "a request survived the revocation");
                    }
                    Err(reason) => {
                        refused += 1;
                        assert_eq!(reason, NotEntered::Revoked);
                    }
                }
            }
            assert_eq!(*member.live.borrow(), 0);
        }
        // Each outcome a fair number of times, or one side was always first and nothing raced.
        assert!(entered.min(refused) > ROUNDS / 10, "{entered} entered, {refused} were refused: that was no race");
    }
}
