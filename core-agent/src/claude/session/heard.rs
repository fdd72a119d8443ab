//! What a session makes of what its process says.

use super::approvals;
use super::live::{Heard, Live};
use super::state::State;
use super::task::Session;
use super::turn::{self, Stop, Turn};
use crate::claude::state::Change;
use crate::claude::stream::{CanUseTool, CliLine, TurnEnd, is_for_a_person, outgoing};
use protocol::approval::{Terms, Through};
use protocol::event::{Actor, Decision, Event, PermissionMode, ProcessEnd, TurnError, WithdrawnReason};
use protocol::ids::ApprovalId;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Instant;

/// The CLI stops within tens of milliseconds when it is interrupted.
pub(super) const STOP: Duration = Duration::from_secs(5);
/// What lines of the CLI amount to.
#[derive(Debug, Default)]
struct Taken {
    events: Vec<Event>,
    /// For the CLI, once the events are durable: what was done can always be told.
    answers: Vec<String>,
}

/// For the model, in place of a person's answer.
const NOT_NOW: &str = "Nobody can be asked about this now.";

impl Session {
    pub(super) async fn heard(&mut self, heard: Heard) {
        let Heard::Lines(lines) = heard else {
            self.closed().await;
            return;
        };
        // A tool may print what was written a moment ago: the guard learns of it first.
        self.shared.account.look_now();
        let mut taken = Taken::default();
        for raw in lines {
            self.line(&raw, &mut taken).await;
        }
        if self.spare.is_some() {
            // There is no history yet that it could be part of.
            taken.events.clear();
        }
        if self.write(taken.events).await.is_err() {
            // Ordered to stop, or of no use any more. What follows must not be seen without what went before: the turn ends
            // here, and is found out later.
            self.closing(ProcessEnd::Killed, false, true);
            return;
        }
        if let Some(live) = self.state.live() {
            for answer in taken.answers {
                live.say(answer).await;
            }
        }
    }

    async fn line(&mut self, raw: &str, taken: &mut Taken) {
        let line = CliLine::parse(raw);
        if let CliLine::ControlAnswer(answer) = &line
            && self.state.live().is_some_and(|live| live.asked.deliver(answer))
        {
            return;
        }
        match std::mem::replace(&mut self.state, State::asleep()) {
            State::Starting { live, initialize, since } => {
                self.state = self.starting(live, initialize, since, line, &mut taken.events);
            }
            State::Ready { mut live, since } => {
                match line {
                    CliLine::CanUseTool { request_id, .. } => live.say(outgoing::deny(&request_id, NOT_NOW)).await,
                    other => taken.events.extend(live.translator.take(other, raw).events),
                }
                self.state = State::Ready { live, since };
            }
            State::Turn { live, turn } => {
                self.state = self.in_turn(live, turn, line, raw, taken).await;
            }
            other @ (State::Asleep { .. } | State::Waiting { .. } | State::Closing(_)) => self.state = other,
        }
    }

    /// Waits for the answer to `initialize`. What else the CLI says meanwhile is about nothing that was asked.
    fn starting(
        &self,
        mut live: Box<Live>,
        initialize: String,
        since: Instant,
        said: CliLine,
        events: &mut Vec<Event>,
    ) -> State {
        match said {
            CliLine::ControlAnswer(answer) if answer.request_id == initialize => {
                match answer.outcome {
                    Ok(initialized) => {
                        self.shared.models.learn(&initialized);
                        self.shared.commands.learn(Some(&live.workspace), &initialized);
                    }
                    Err(error) => tracing::warn!(error, "the CLI refused to say what it offers"),
                }
                live.handover = None;
                let cli_version = self.shared.board.cli_version();
                events.push(Event::ProcessStarted { resumed: live.resumed, cli_version });
                State::ready(live)
            }
            _ => State::Starting { live, initialize, since },
        }
    }

    async fn in_turn(
        &mut self,
        mut live: Box<Live>,
        mut turn: Box<Turn>,
        said: CliLine,
        raw: &str,
        taken: &mut Taken,
    ) -> State {
        match said {
            CliLine::CanUseTool { request_id, ask } => self.ask(&live, &mut turn, request_id, ask, taken).await,
            CliLine::ControlCancel { request_id } => {
                if let Some(approval) = turn.approvals.cancel(&request_id) {
                    let reason = WithdrawnReason::Cli;
                    taken.events.push(Event::ApprovalWithdrawn { turn: turn.id, approval, reason });
                }
            }
            other => {
                if let CliLine::Retry(retry) = &other
                    && retry.error_status == Some(401)
                {
                    self.refused(&live, &mut turn, retry.attempt).await;
                }
                let step = live.translator.take(other, raw);
                for event in &step.events {
                    if let Event::RateLimit { limit: Some(limit), .. } = event {
                        self.shared.board.change(Change::Limit(limit));
                    }
                }
                taken.events.extend(step.events);
                if let Some(end) = step.end {
                    self.judge_sign_in(&turn, &end);
                    let conclusion = turn::conclude(turn.id, turn.stop.clone(), end);
                    if matches!(conclusion, Event::TurnFailed { error: TurnError::AuthenticationFailed, .. }) {
                        live.stale = true;
                    }
                    taken.events.push(conclusion);
                    return State::ready(live);
                }
            }
        }
        State::Turn { live, turn }
    }

    /// The vendor refused the credentials. Once it has done so often enough, the CLI is kept from trying on.
    async fn refused(&self, live: &Live, turn: &mut Turn, attempt: u32) {
        let method = self.shared.board.claude().method;
        if turn.stop.is_some() || attempt < turn::refusals(method) {
            return;
        }
        let detail = turn::refusal(method);
        self.shared.account.refused(&turn.credentials, Some(401), detail);
        turn.stop = Some(Stop::Refused(method));
        turn.until = Some(Instant::now() + STOP);
        live.control(outgoing::interrupt()).await;
    }

    async fn ask(&self, live: &Live, turn: &mut Turn, request_id: String, ask: CanUseTool, taken: &mut Taken) {
        if let Some((by, through)) = self.allowed_before(live, turn, &ask) {
            let approval = ApprovalId::new();
            let input = approvals::allowed_input(&ask.tool_name, ask.input.clone());
            taken.answers.push(outgoing::allow(&request_id, &input));
            taken.events.push(live.translator.approval_requested(turn.id, approval, ask));
            taken.events.push(Event::ApprovalDecided {
                turn: turn.id,
                approval,
                decision: Decision::Allow,
                by,
                message: None,
                through,
                terms: Terms::default(),
            });
            return;
        }
        match turn.approvals.ask(request_id.clone(), &ask, &self.shared.board) {
            Some(approval) => taken.events.push(live.translator.approval_requested(turn.id, approval, ask)),
            None => live.say(outgoing::deny(&request_id, NOT_NOW)).await,
        }
    }

    /// In whose name this tool may run unasked, and why. A turn that is to stop begins nothing more.
    fn allowed_before(&self, live: &Live, turn: &Turn, ask: &CanUseTool) -> Option<(Actor, Through)> {
        if is_for_a_person(&ask.tool_name) || turn.stop.is_some() || live.translator.mode() == PermissionMode::Plan {
            return None;
        }
        if let Some(by) = live.allowances.find(&ask.tool_name, &ask.input) {
            return Some((by.clone(), Through::Session));
        }
        let holder = self.bypass.as_ref()?.holder(Instant::now(), OffsetDateTime::now_utc())?;
        Some((holder.clone(), Through::Bypass))
    }

    /// What the end of a turn says of the Core's sign-in.
    fn judge_sign_in(&self, turn: &Turn, end: &TurnEnd) {
        match end {
            // Without output there was no answer of the vendor: a command of the CLI's own.
            TurnEnd::Completed { usage } if usage.output_tokens > 0 => self.shared.board.change(Change::Answered),
            TurnEnd::Failed { error: TurnError::AuthenticationFailed, status, detail, .. } if turn.stop.is_none() => {
                self.shared.account.refused(&turn.credentials, *status, detail);
            }
            TurnEnd::Completed { .. } | TurnEnd::Aborted { .. } | TurnEnd::Failed { .. } => {}
        }
    }

    /// The process says nothing more: it has ended, or is about to.
    async fn closed(&mut self) {
        match &mut self.state {
            State::Starting { live, .. } => {
                let words = live.last_words();
                self.in_vain = words.is_none() && !self.in_vain;
                if self.in_vain {
                    // Killed, as likely as not, and nothing was said to it: what waits is worth another start.
                    tracing::warn!("the CLI ended before it was ready and said nothing; it is started once more");
                } else {
                    let words = words.unwrap_or_else(|| "it said nothing".to_owned());
                    let detail = self.shared.guard.mask(format!("the CLI ended before it was ready: {words}"));
                    self.refuse_head(detail).await;
                }
                self.closing(ProcessEnd::Exited, false, true);
            }
            State::Turn { live, turn } => {
                let mut events = live.translator.abandon();
                events.push(turn::cut_off(turn.id, turn.stop.clone()));
                // What cannot be written now is found when the process is gone.
                let _ = self.write(events).await;
                self.closing(ProcessEnd::Exited, true, true);
            }
            State::Ready { .. } => self.closing(ProcessEnd::Exited, false, true),
            State::Asleep { .. } | State::Waiting { .. } | State::Closing(_) => {}
        }
    }
}
