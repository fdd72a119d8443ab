//! The one task that owns a sign-in and its process.

use super::code::Pasted;
use super::exchange::exchange;
use super::prompt::{self, Authorization, Verdict};
use super::{AccountKind, Over, SignInError};
use crate::claude::account::{Account, AccountError};
use crate::claude::state::replaced;
use crate::supervise::Supervised;
use protocol::claude::ClaudeState;
use protocol::ids::UserId;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

/// The prompt is there within a second; a busy host may take longer.
const PROMPT: Duration = Duration::from_secs(30);

type Outcome = Result<ClaudeState, SignInError>;
type Address = Result<(Url, OffsetDateTime), SignInError>;

#[derive(Debug)]
pub(super) enum Order {
    Submit { code: Pasted, reply: oneshot::Sender<Outcome> },
    End(Over),
}

#[derive(Debug)]
pub(super) struct Task {
    process: Supervised,
    kind: AccountKind,
    account: Arc<Account>,
    by: UserId,
    lasts: Duration,
}

/// What an exchange leaves.
enum Next {
    Wait,
    Stop(Over),
}

impl Task {
    pub(super) fn new(
        process: Supervised,
        kind: AccountKind,
        account: Arc<Account>,
        by: UserId,
        lasts: Duration,
    ) -> Self {
        Self { process, kind, account, by, lasts }
    }

    /// Runs the sign-in to its end. The process has ended when this returns.
    pub(super) async fn run(mut self, inbox: &mut mpsc::Receiver<Order>, begun: oneshot::Sender<Address>) -> Over {
        let over = match self.authorization().await {
            Ok(authorization) => {
                let lapses_at = OffsetDateTime::now_utc() + self.lasts;
                // Nobody waits for the address when the request was given up; the sign-in lapses by itself.
                let _ = begun.send(Ok((authorization.url.clone(), lapses_at)));
                self.wait(&authorization, inbox).await
            }
            Err(error) => {
                let _ = begun.send(Err(error));
                Over::Failed
            }
        };
        self.end().await;
        over
    }

    /// It does not end by itself: neither by its stdin's end nor by time.
    async fn end(&mut self) {
        self.process.terminate();
        self.process.end().await;
    }

    async fn authorization(&mut self) -> Result<Authorization, SignInError> {
        let found = timeout(PROMPT, async {
            while let Some(line) = self.process.next_line().await {
                if let Some(authorization) = line.ok().as_deref().and_then(Authorization::find) {
                    return Some(authorization);
                }
            }
            None
        });
        match found.await {
            Ok(Some(authorization)) if self.kind.is_approved_at(&authorization.url) => Ok(authorization),
            Ok(Some(_)) => Err(SignInError::Failed("the CLI gave an address that is not the vendor's".to_owned())),
            Ok(None) => Err(SignInError::Failed("the CLI ended before it gave an address".to_owned())),
            Err(_) => Err(SignInError::Failed("the CLI gave no address in time".to_owned())),
        }
    }

    async fn wait(&mut self, authorization: &Authorization, inbox: &mut mpsc::Receiver<Order>) -> Over {
        let lapses = Instant::now() + self.lasts;
        loop {
            tokio::select! {
                () = sleep_until(lapses) => return Over::Lapsed,
                order = inbox.recv() => match order {
                    None => return Over::Cancelled,
                    Some(Order::End(over)) => return over,
                    Some(Order::Submit { code, reply }) => {
                        if !authorization.is_state(&code.state) {
                            // The CLI is not told: the sign-in stays as it was.
                            let _ = reply.send(Err(SignInError::WrongState));
                        } else if let Next::Stop(over) = self.submit(&code, reply, inbox).await {
                            return over;
                        }
                    }
                },
                line = self.process.next_line() => match line {
                    // By its loopback listener, in a browser on the host itself.
                    Some(Ok(line)) if prompt::is_success(&line) => {
                        let account = Arc::clone(&self.account);
                        return verified(account.signed_in(self.by, account.undecided().await).await).map_or(Over::Failed, |_| Over::Succeeded);
                    }
                    Some(_) => {}
                    None => return Over::Failed,
                },
            }
        }
    }

    /// The caller may give up waiting; what becomes of the code does not depend on that.
    ///
    /// The vendor may have granted what the CLI has not told yet, when this is ended from outside or takes too long. The
    /// credentials file tells: where the exchange has changed it, the sign-in has succeeded, and is its beginner's. Signing
    /// out again would be the other way. But it may take as long as the vendor likes, could fail in its turn, and would
    /// leave a Core that was signed in before with nothing; who began the sign-in can sign out, and a revocation that was
    /// asked to sign out does so after this.
    async fn submit(
        &mut self,
        code: &Pasted,
        reply: oneshot::Sender<Outcome>,
        inbox: &mut mpsc::Receiver<Order>,
    ) -> Next {
        let account = Arc::clone(&self.account);
        let undecided = account.undecided().await;
        let before = account.look_now();
        let exchanged = tokio::select! {
            verdict = exchange(&mut self.process, code) => verdict.map_err(|verdict| match verdict {
                Verdict::Malformed => (SignInError::Malformed("the CLI does not take this for a code"), Next::Wait),
                Verdict::WrongCode => (SignInError::WrongCode, Next::Stop(Over::Failed)),
                Verdict::Network(reason) => (SignInError::Network(reason), Next::Stop(Over::Failed)),
                Verdict::Failed(reason) => (SignInError::Failed(reason), Next::Stop(Over::Failed)),
            }),
            over = ended_meanwhile(inbox) => Err((SignInError::Over(over), Next::Stop(over))),
        };
        let (outcome, next) = match exchanged {
            Err((error, Next::Wait)) => (Err(error), Next::Wait),
            Err((error, next)) => {
                // Once it is gone, nothing can change any more.
                self.end().await;
                let now = account.look_now();
                // A code that the vendor has refused made no credentials, whoever else wrote some meanwhile.
                let refused = matches!(error, SignInError::WrongCode);
                if !refused && now.shown().is_some() && replaced(&before, &now) {
                    tracing::warn!(%error, "a sign-in had succeeded when it was ended");
                    (verified(account.signed_in(self.by, undecided).await), Next::Stop(Over::Succeeded))
                } else {
                    (Err(error), next)
                }
            }
            Ok(()) => (verified(account.signed_in(self.by, undecided).await), Next::Stop(Over::Succeeded)),
        };
        let _ = reply.send(outcome);
        next
    }
}

fn verified(outcome: Result<ClaudeState, AccountError>) -> Outcome {
    outcome.map_err(|error| {
        tracing::error!(%error, "a sign-in succeeded and could not be verified yet");
        SignInError::Failed(error.to_string())
    })
}

/// Waits for an order to end; further codes are told that one is being tried.
async fn ended_meanwhile(inbox: &mut mpsc::Receiver<Order>) -> Over {
    loop {
        match inbox.recv().await {
            None => return Over::Cancelled,
            Some(Order::End(over)) => return over,
            Some(Order::Submit { reply, .. }) => {
                let _ = reply.send(Err(SignInError::Busy));
            }
        }
    }
}
