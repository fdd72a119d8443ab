//! What a session does when it is asked to.

use super::heard::STOP;
use super::state::State;
use super::task::Session;
use super::turn::Stop;
use super::{Command, Ended, Reason, SessionError};
use crate::claude::stream::outgoing;
use crate::journal::{Answer, ApprovalState, Decided};
use protocol::event::{Actor, BypassEnd, Event, InterruptReason, PermissionMode, WithdrawnReason};
use tokio::sync::oneshot;
use tokio::time::Instant;

impl Session {
    pub(super) async fn command(&mut self, command: Command) {
        // A `Wake` that found the inbox full counts on this.
        self.look = true;
        // Whoever asked may have stopped waiting: what was asked is done all the same.
        match command {
            Command::Wake => {}
            Command::Discard => self.discard(),
            Command::Interrupt { by, hurried, reply } => {
                let interrupted = self.interrupt(by).await;
                drop(hurried);
                let _ = reply.send(Ok(interrupted));
            }
            Command::Answer { answer, reply } => {
                let _ = reply.send(self.answer(*answer).await);
            }
            Command::BeginBypass { by, lasts, reply } => {
                let _ = reply.send(self.begin_bypass(by, lasts).await);
            }
            Command::Control { control, reply } => self.control(control, reply).await,
            Command::EndBypass { by, hurried, reply } => {
                self.end_bypass(by).await;
                drop(hurried);
                let _ = reply.send(());
            }
            Command::SetModel { model, by, reply } => {
                let _ = reply.send(self.set_model(model, by).await);
            }
            Command::SetMode { mode, by, reply } => {
                let _ = reply.send(self.set_mode(mode, by).await);
            }
            Command::Fork { fork, reply } => self.fork(*fork, reply),
            Command::End { reason, hurried, reply } => {
                self.end(reason, reply).await;
                drop(hurried);
            }
        }
    }

    /// Whether there was something to interrupt.
    async fn interrupt(&mut self, by: Actor) -> bool {
        match &mut self.state {
            State::Turn { live, turn } => {
                if turn.stop.is_none() {
                    turn.stop = Some(Stop::By(by));
                    turn.until = Some(Instant::now() + STOP);
                    live.control(outgoing::interrupt()).await;
                }
                true
            }
            // Its process is still to come: the message is given up before it is begun.
            State::Starting { .. } | State::Waiting { .. } => {
                let Ok(Some(message)) = self.next_message().await else { return false };
                let turn = message.turn;
                let reason = InterruptReason::User;
                let interrupted = Event::TurnInterrupted { turn, reason, by: Some(by), usage: None };
                self.write(vec![Event::TurnStarted { turn, model: None }, interrupted]).await.is_ok()
            }
            State::Asleep { .. } | State::Ready { .. } | State::Closing(_) => false,
        }
    }

    async fn answer(&mut self, mut answer: Answer) -> Result<Decided, SessionError> {
        let State::Turn { live, turn } = &mut self.state else { return self.unasked(answer).await };
        let Some(checked) = turn.approvals.check(answer.approval, answer.decision, &answer.terms) else {
            return self.unasked(answer).await;
        };
        answer.terms = checked?;
        // The CLI's own words: they may quote what is masked.
        answer.terms.rules.iter_mut().for_each(|rule| *rule = self.shared.guard.mask(std::mem::take(rule)));
        let Answer { approval, decision, message, by, terms } = answer.clone();
        // First the journal, then the CLI: what was done can always be told.
        let decided = self.shared.journal.decide_approval(self.id, answer).await?;
        if matches!(decided, Decided::Won { .. })
            && let Some(outcome) = turn.approvals.decide(approval, decision, message.as_deref(), &terms)
        {
            if let Some((tool, input)) = outcome.again {
                live.allowances.add(&tool, &input, by);
            }
            live.say(outcome.line).await;
        }
        Ok(decided)
    }

    /// An approval that no process waits for.
    async fn unasked(&self, answer: Answer) -> Result<Decided, SessionError> {
        let approval = self.shared.journal.approval(self.id, answer.approval).await?;
        Ok(match approval {
            None => Decided::Unknown,
            Some(approval) => match approval.state {
                ApprovalState::Decided { decision, by } => Decided::Lost { by, decision },
                ApprovalState::Withdrawn => Decided::Withdrawn,
                ApprovalState::Pending => {
                    let reason = WithdrawnReason::ProcessEnded;
                    let (turn, approval) = (approval.turn, approval.id);
                    // Withdrawn it is, whether or not it can be written now.
                    let _ = self.write(vec![Event::ApprovalWithdrawn { turn, approval, reason }]).await;
                    Decided::Withdrawn
                }
            },
        })
    }

    /// A process that is there changes at once; the next one begins with what the journal says.
    async fn set_model(&mut self, model: String, by: Actor) -> Result<(), SessionError> {
        self.shared.journal.append(self.id, vec![Event::ModelChanged { model: model.clone(), by }]).await?;
        if let Some(live) = self.state.live() {
            live.control(outgoing::set_model(&model)).await;
        }
        Ok(())
    }

    async fn set_mode(&mut self, mode: PermissionMode, by: Actor) -> Result<(), SessionError> {
        let changed = Event::PermissionModeChanged { mode, by: Some(by) };
        self.shared.journal.append(self.id, vec![changed]).await?;
        if let Some(live) = self.state.live() {
            live.translator.set_mode(mode);
            live.control(outgoing::set_permission_mode(mode)).await;
        }
        Ok(())
    }

    async fn end(&mut self, reason: Reason, reply: oneshot::Sender<Ended>) {
        self.drop_bypass(BypassEnd::ProcessEnded);
        let mut events = Vec::new();
        if let State::Turn { live, turn } = &mut self.state {
            live.last_word();
            events = live.translator.abandon();
            let (id, by) = (turn.id, reason.by());
            events.push(Event::TurnInterrupted { turn: id, reason: reason.interrupt(), by, usage: None });
        }
        // The process first: its work is to stop, and the journal can wait.
        let turn = !events.is_empty();
        self.closing(reason.process_end(), turn, true);
        if matches!(reason, Reason::Closed(_)) {
            self.closed = Some(reason.clone());
        }
        // What cannot be written now is found when the process is gone, or when the gate opens again.
        let written = self.write(events).await.is_ok();
        if written && reason.empties_queue() {
            let _ = self.give_up_queue(&reason).await;
        }
        if matches!(self.state, State::Waiting { .. }) {
            self.state = State::asleep();
        }
        if let State::Closing(closing) = &mut self.state {
            if !closing.terminated {
                closing.terminated = true;
                closing.live.terminate();
            }
            closing.replies.push(reply);
        } else {
            let _ = reply.send(Ended::default());
        }
    }
}
