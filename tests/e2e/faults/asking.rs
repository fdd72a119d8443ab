//! A session in which every turn asks for something, and two people who answer at once.

use super::check::Sound;
use super::fault::Fate;
use super::talk::{Message, Talk};
use condrix_tests::rig::{Client, Core, eventually};
use serde_json::{Value, json};
use std::path::PathBuf;
use tokio::task::JoinHandle;

const WORKSPACE: &str = "orchard";

#[derive(Debug)]
pub(super) struct Asking {
    pub(super) talk: Talk,
    ben: Client,
    workspace: PathBuf,
}

/// A question that waits.
#[derive(Debug)]
pub(super) struct Question {
    turn: String,
    approval: String,
    /// What is there once the tool has run.
    made: PathBuf,
}

/// What somebody was told who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// Theirs is the decision.
    Decided(&'static str),
    /// Somebody was first.
    Late(String),
    Withdrawn,
}

/// One answer of each, on its way.
#[derive(Debug)]
pub(super) struct Race([JoinHandle<Option<Told>>; 2]);

const DECISIONS: [&str; 2] = ["allow", "deny"];

impl Asking {
    pub(super) async fn begin(core: &Core, ada: &Client, ben: &Client) -> Self {
        let talk = Talk::begin(core, ada, WORKSPACE).await;
        Self { talk, ben: ben.clone(), workspace: core.workspaces().join(WORKSPACE) }
    }

    pub(super) async fn renew(&mut self, core: &Core) {
        self.talk.renew(core, WORKSPACE).await;
    }

    pub(super) async fn ask(&mut self, round: u64) -> Question {
        let made = format!("made-{round}");
        let input = json!({ "command": format!("touch {made}"), "description": "do it" });
        let tool = json!({ "tool": { "name": "Bash", "input": input } });
        let turn = self.talk.send(&Message::new(format!("may I in round {round}? vendor:{tool}"))).await;
        let asks = |event: &condrix_tests::rig::SseEvent| {
            event.event == "approval_requested" && event.json()["turn"] == turn.as_str()
        };
        let asked = self.talk.read_to(asks).await.json();
        let approval = asked["approval"].as_str().expect("a question has an id").to_owned();
        Question { turn, approval, made: self.workspace.join(made) }
    }

    /// Both answer at once.
    pub(super) fn race(&self, question: &Question) -> Race {
        let path = format!("{}/approvals/{}", self.talk.session, question.approval);
        let both = [(&self.talk.client, DECISIONS[0]), (&self.ben, DECISIONS[1])];
        Race(both.map(|(by, decision)| tokio::spawn(try_decide(by.clone(), path.clone(), decision))))
    }

    pub(super) async fn assert_waits(&self, question: &Question) {
        let listed = self.talk.client.get(&format!("{}/approvals", self.talk.session)).await.expect(200);
        let waiting = listed["approvals"].as_array().map(|all| all.iter().map(|one| &one["approval"]).collect());
        assert_eq!(waiting, Some(vec![&json!(question.approval)]), "what nobody has answered waits");
    }

    /// Both answer until they are told something. The question has one outcome, and everybody was told that one.
    pub(super) async fn settle(&mut self, question: &Question, raced: Option<Race>) -> Settled {
        let mut told = Vec::new();
        for one in raced.into_iter().flat_map(|race| race.0) {
            told.extend(one.await.expect("a request is no panic"));
        }
        let path = format!("{}/approvals/{}", self.talk.session, question.approval);
        for (by, decision) in [(&self.ben, DECISIONS[1]), (&self.talk.client, DECISIONS[0])] {
            let attempt = async || try_decide(by.clone(), path.clone(), decision).await;
            told.push(eventually("somebody is told what became of a question", attempt).await);
        }
        self.talk.read_end_of(&question.turn).await;
        let sound = self.talk.check().await;
        let settled = Settled::of(&sound, question);
        let winners = told.iter().filter(|told| matches!(told, Told::Decided(_))).count();
        assert!(winners <= 1, "a question is decided once: {told:?}");
        for told in &told {
            let agrees = match told {
                Told::Decided(decision) => settled.decision.as_deref() == Some(decision),
                Told::Late(decision) => settled.decision.as_deref() == Some(decision),
                Told::Withdrawn => settled.decision.is_none(),
            };
            assert!(agrees, "{told:?}, but {settled:?}");
        }
        settled
    }
}

/// What became of a question.
#[derive(Debug)]
pub(super) struct Settled {
    /// None: it was taken back.
    decision: Option<String>,
    end: String,
}

impl Settled {
    fn of(sound: &Sound, question: &Question) -> Self {
        let outcome = sound.outcome_of(&question.approval);
        let decision = outcome["decision"].as_str().map(str::to_owned);
        let end = sound.end_of(&question.turn)["kind"].as_str().unwrap_or_default().to_owned();
        let allowed = decision.as_deref() == Some("allow");
        let done = question.made.exists();
        assert!(!done || allowed, "what nobody has allowed was done: {outcome}");
        assert!(done || !allowed || end != "turn_completed", "what was allowed was not done: {outcome}");
        Self { decision, end }
    }

    /// What must have become of one that nobody answered before or during the fault.
    pub(super) fn assert_met(&self, fate: Fate) {
        let (decided, end) = match fate {
            Fate::Spared => (true, "turn_completed"),
            Fate::CutShort => (false, "turn_interrupted"),
        };
        assert_eq!((self.decision.is_some(), self.end.as_str()), (decided, end), "{self:?}");
    }
}

/// What the answer says of the question; None: nothing, it has to be sent again.
async fn try_decide(client: Client, path: String, decision: &'static str) -> Option<Told> {
    let request = client.request(reqwest::Method::POST, &path).json(&json!({ "decision": decision }));
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let answer: Value = answer.json().await.ok()?;
    match (status, answer["type"].as_str().and_then(|kind| kind.rsplit(':').next())) {
        (200, _) => Some(Told::Decided(decision)),
        (409, Some("approval-decided")) => {
            Some(Told::Late(answer["decision"].as_str().expect("the decision is told").to_owned()))
        }
        (410, Some("approval-withdrawn")) => Some(Told::Withdrawn),
        _ => None,
    }
}
