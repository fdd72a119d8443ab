//! The one task that owns a sign-in and its process.

use super::code::Pasted;
use super::exchange::exchange;
use super::prompt::{self, Authorization, Verdict};
use super::{Over, SignInError};
use crate::claude::account::Account;
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
    pub(super) fn new(process: Supervised, account: Arc<Account>, by: UserId, lasts: Duration) -> Self {
        Self { process, account, by, lasts }
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
        // It does not end by itself: neither by its stdin's end nor by time.
        self.process.terminate();
        self.process.end().await;
        over
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
            Ok(Some(authorization)) => Ok(authorization),
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
                    Some(Ok(line)) if prompt::is_success(&line) => return self.succeeded().await.map_or(Over::Failed, |_| Over::Succeeded),
                    Some(_) => {}
                    None => return Over::Failed,
                },
            }
        }
    }

    /// The caller may give up waiting; what becomes of the code does not depend on that.
    async fn submit(
        &mut self,
        code: &Pasted,
        reply: oneshot::Sender<Outcome>,
        inbox: &mut mpsc::Receiver<Order>,
    ) -> Next {
        let verdict = tokio::select! {
            verdict = exchange(&mut self.process, code) => verdict,
            over = ended_meanwhile(inbox) => {
                let _ = reply.send(Err(SignInError::Over(over)));
                return Next::Stop(over);
            }
        };
        let (outcome, next) = match verdict {
            Ok(()) => match self.succeeded().await {
                Ok(state) => (Ok(state), Next::Stop(Over::Succeeded)),
                Err(error) => (Err(error), Next::Stop(Over::Failed)),
            },
            Err(Verdict::Malformed) => {
                (Err(SignInError::Malformed("the CLI does not take this for a code")), Next::Wait)
            }
            Err(Verdict::WrongCode) => (Err(SignInError::WrongCode), Next::Stop(Over::Failed)),
            Err(Verdict::Network(reason)) => (Err(SignInError::Network(reason)), Next::Stop(Over::Failed)),
            Err(Verdict::Failed(reason)) => (Err(SignInError::Failed(reason)), Next::Stop(Over::Failed)),
        };
        let _ = reply.send(outcome);
        next
    }

    async fn succeeded(&self) -> Outcome {
        self.account.signed_in(self.by).await.map_err(|error| {
            tracing::error!(%error, "a sign-in succeeded and could not be verified");
            SignInError::Failed(error.to_string())
        })
    }
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
