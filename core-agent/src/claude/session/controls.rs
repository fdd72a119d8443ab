//! Requests of people to the process that is there, and its answers.

use super::state::State;
use super::task::Session;
use crate::claude::stream::ControlAnswer;
use crate::claude::stream::outgoing::Control;
use serde_json::Value;
use tokio::sync::oneshot;

/// More than people ask at once.
const MOST: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("no process of the CLI runs in this session: it starts with the next message")]
    NoProcess,
    #[error("too many requests wait for the CLI")]
    TooMany,
    #[error("the CLI does not answer")]
    Timeout,
    /// In the CLI's words.
    #[error("the CLI refuses: {0}")]
    Refused(String),
}

pub(super) type Answering = oneshot::Sender<Result<Value, ControlError>>;

/// What a process was asked and has not answered. Whoever waits learns of its end by being dropped.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<(String, Answering)>);

impl Asked {
    /// Gives an answer to whoever waits for it. Says whether anybody did.
    pub(super) fn deliver(&mut self, answer: &ControlAnswer) -> bool {
        let Some(at) = self.0.iter().position(|(id, _)| *id == answer.request_id) else { return false };
        let (_, waiting) = self.0.swap_remove(at);
        // It may have given up.
        let _ = waiting.send(answer.outcome.clone().map_err(ControlError::Refused));
        true
    }

    /// Gives the sender back where there is no room.
    fn add(&mut self, id: String, waiting: Answering) -> Result<(), Answering> {
        self.0.retain(|(_, waiting)| !waiting.is_closed());
        if self.0.len() == MOST {
            return Err(waiting);
        }
        self.0.push((id, waiting));
        Ok(())
    }
}

impl Session {
    pub(super) async fn control(&mut self, control: Control, waiting: Answering) {
        let (State::Ready { live, .. } | State::Turn { live, .. }) = &mut self.state else {
            let _ = waiting.send(Err(ControlError::NoProcess));
            return;
        };
        match live.asked.add(control.id.clone(), waiting) {
            Ok(()) => live.control(control).await,
            Err(waiting) => {
                let _ = waiting.send(Err(ControlError::TooMany));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_goes_to_who_asked_and_those_who_gave_up_make_room() {
        let mut asked = Asked::default();
        let (sender, answer) = oneshot::channel();
        asked.add("a".into(), sender).unwrap();
        let said = |id: &str| ControlAnswer { request_id: id.into(), outcome: Ok(Value::from(1)) };
        assert!(!asked.deliver(&said("b")) && asked.deliver(&said("a")) && !asked.deliver(&said("a")));
        assert_eq!(answer.await.unwrap().unwrap(), 1);
        let waiting: Vec<_> = (0..MOST)
            .map(|number| {
                let (sender, answer) = oneshot::channel();
                asked.add(number.to_string(), sender).unwrap();
                answer
            })
            .collect();
        assert!(asked.add("more".into(), oneshot::channel().0).is_err());
        drop(waiting);
        assert!(asked.add("more".into(), oneshot::channel().0).is_ok());
    }
}
