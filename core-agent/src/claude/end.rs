//! Ending: signing out, the Core's revocation, the agent's own end.
//!
//! The order is the same for all: close the gate, so that nothing begins; end the sign-in, the sessions and the refresh,
//! so that no CLI process is left that could write credentials; only then sign out.

use super::session::{Ended, Gate, Reason};
use super::{Claude, ClaudeError, sign_out};
use protocol::claude::{Method, RevokeConfirmation, RevokeOrder, SignOutOutcome, State};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// The gateway waits a second for a revoked Core's answer. What has not ended by then is ended all the same, by the
/// supervisors; it is only not confirmed.
const REVOKE: Duration = Duration::from_millis(800);
/// A process may wait for its refresh in flight, and be killed after that.
const SIGN_OUT: Duration = Duration::from_secs(200);

impl Claude {
    /// Whether there is a sign-in to be signed out of: a key that the Core was set up with is none.
    fn is_signed_in(&self) -> bool {
        let claude = self.state();
        matches!(claude.method, Method::OAuth | Method::Console) && claude.state != State::SignedOut
    }

    /// Signs the Core out, and says how it ended. Sessions stay, and go on after the next sign-in. `end_others` ends what
    /// else could write credentials and is no process of a session; what it says is told with the outcome.
    pub async fn sign_out(
        &self,
        end_others: impl Future<Output = usize>,
    ) -> Result<(SignOutOutcome, usize), ClaudeError> {
        let _one = self.ending.lock().await;
        if self.state().method == Method::ApiKey {
            return Err(ClaudeError::ApiKeyConfigured);
        }
        if !self.is_signed_in() {
            return Ok((sign_out::delete_copies(&self.settings.console_key()), 0));
        }
        self.gate.send_replace(Gate::Closed);
        self.end_sessions(&Reason::SignedOut, Instant::now() + SIGN_OUT).await;
        self.keeper.idle().await;
        // Last of all: nothing keeps people from starting others while sessions end, which may take long.
        let others = end_others.await;
        let outcome = self.sign_out_now().await;
        self.open_gate().await;
        Ok((outcome?, others))
    }

    /// The Core was revoked: ends every turn and process, signs out where ordered, and says what it did. May be
    /// repeated. Nothing begins afterwards, until [`Claude::admitted`]. `epoch`: that of the link by which it was told; none
    /// where the gateway refused a link.
    pub async fn revoke(&self, order: RevokeOrder, epoch: Option<u64>) -> RevokeConfirmation {
        // Before waiting for anybody: from here nothing new begins.
        self.close_for_revocation();
        let mut admission = self.admission.lock().await;
        admission.revoked(epoch);
        // An earlier revocation's end may have come in between.
        self.close_for_revocation();
        // Nobody can be signed out of a key, and what else may lie on the host is not what the Core works with.
        let with_key = self.settings.api_key.is_some();
        // Credentials can only be deleted for good once nobody is left who could write them.
        let bound = if order.sign_out && !with_key { SIGN_OUT } else { REVOKE };
        let (ended, unfinished) = self.end_sessions(&Reason::Revoked, Instant::now() + bound).await;
        let count = |of: fn(&Ended) -> bool| counted(ended.iter().filter(|ended| of(ended)).count());
        let mut confirmation = RevokeConfirmation {
            turns_ended: count(|ended| ended.turn),
            processes_ended: count(|ended| ended.process),
            unfinished: counted(unfinished),
            ..RevokeConfirmation::default()
        };
        confirmation.sign_out = match (order.sign_out, with_key) {
            (false, _) => None,
            (true, true) => Some(SignOutOutcome::ApiKeyRemains),
            (true, false) => {
                let _one = self.ending.lock().await;
                let outcome = self.sign_out_now().await;
                let outcome = outcome.inspect_err(|error| tracing::error!(%error, "signing out failed"));
                Some(outcome.unwrap_or(SignOutOutcome::Failed))
            }
        };
        confirmation.method = self.state().method;
        confirmation
    }

    /// The gateway has welcomed this Core in this epoch: recovered sessions go on, and after a revocation the Core was
    /// restored. Waits for a revocation that is still being carried out. Returns whether work may begin.
    pub async fn admitted(&self, epoch: u64) -> bool {
        let mut admission = self.admission.lock().await;
        if !admission.welcomed(epoch) {
            return false;
        }
        let _one = self.ending.lock().await;
        if self.revoked.swap(false, Ordering::SeqCst) {
            tracing::info!("this Core was restored");
            self.open_gate().await;
        }
        self.release_recovered();
        true
    }

    fn close_for_revocation(&self) {
        self.revoked.store(true, Ordering::SeqCst);
        self.gate.send_replace(Gate::Closed);
    }

    /// Lets work begin, unless there is a reason against it. Whoever closes the gate states the reason first; it is looked
    /// for under the gate's own lock, so that of an opening and a closing the closing one wins.
    async fn open_gate(&self) {
        if self.unlock_gate() {
            self.go_on().await;
        }
    }

    /// The same, without waking anybody. Says whether it is open.
    pub(super) fn unlock_gate(&self) -> bool {
        self.gate.send_if_modified(|gate| {
            let open = !self.over.is_cancelled() && !self.revoked.load(Ordering::SeqCst) && !self.recovery().is_due();
            if open {
                *gate = Gate::Open;
            }
            open
        })
    }

    /// Lets every session with work left do it. The journal knows them all: one may have no task.
    async fn go_on(&self) {
        match self.journal.unfinished_sessions().await {
            Ok(sessions) => sessions.into_iter().for_each(|session| self.sessions.wake(session)),
            Err(error) => {
                tracing::error!(%error, "which sessions have work left cannot be read: it waits for their next message");
                self.sessions.wake_all();
            }
        }
    }

    /// Ends every process in order (the agent stops). Bounded by its caller.
    pub async fn shutdown(&self) {
        self.over.cancel();
        self.gate.send_replace(Gate::Closed);
        self.end_sessions(&Reason::Shutdown, Instant::now() + SIGN_OUT).await;
        self.keeper.idle().await;
    }

    /// Ends the sign-in in progress and every session's turn and process. What has not ended by then is only counted.
    async fn end_sessions(&self, reason: &Reason, until: Instant) -> (Vec<Ended>, usize) {
        if *reason != Reason::Shutdown {
            // What waits in them is given up as well.
            self.release_recovered();
        }
        let answers = self.sessions.end_all(reason);
        let sign_in = self.sign_ins.end();
        let ((), ended) = tokio::join!(
            async {
                // Its process ends without this as well: the task that owns it has its order.
                if timeout_at(until, sign_in).await.is_err() {
                    tracing::warn!("a sign-in's process has not ended yet");
                }
            },
            collect(answers, until)
        );
        ended
    }

    /// Every process that could write credentials must have ended, or end within this.
    async fn sign_out_now(&self) -> Result<SignOutOutcome, ClaudeError> {
        self.keeper.idle().await;
        let leaving = self.account.leaving();
        let outcome = sign_out::run(&self.launcher, &self.watcher, &self.settings).await;
        drop(leaving);
        match outcome {
            SignOutOutcome::Revoked
            | SignOutOutcome::DeletedLocally
            | SignOutOutcome::KeyDeleted
            | SignOutOutcome::NotSignedIn => {
                self.account.signed_out().map_err(ClaudeError::Owner)?;
                tracing::info!(?outcome, "the Core is signed out");
            }
            SignOutOutcome::Failed => {
                self.account.show();
                tracing::error!("credentials remain on this host after a sign-out");
            }
            // Of a Core with a key nobody asks this.
            SignOutOutcome::ApiKeyRemains => {}
        }
        Ok(outcome)
    }
}

/// What had ended by then, and how many had not.
async fn collect(answers: Vec<oneshot::Receiver<Ended>>, until: Instant) -> (Vec<Ended>, usize) {
    let (mut ended, mut late) = (Vec::with_capacity(answers.len()), 0);
    for answer in answers {
        match timeout_at(until, answer).await {
            Ok(Ok(one)) => ended.push(one),
            // Its task had nothing left to do and ended by itself.
            Ok(Err(_)) => {}
            Err(_) => late += 1,
        }
    }
    (ended, late)
}

fn counted(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
