//! One Core and what is done on it: messages, questions, a terminal.

use super::aside::{self, Attempt};
use super::asking::{Asking, Question, Race};
use super::console::Console;
use super::dice::Dice;
use super::fault::{Fate, Fault};
use super::talk::{Message, Talk};
use condrix_tests::rig::{Client, Core, CoreOptions, Disk, Relay, World, assert_whole, eventually, fresh_key, tree};
use condrix_tests::vendor::{Gates, Say, Vendor};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use toml::toml;

/// Numbers in an answer.
const NUMBERS: usize = 12;
/// Of the file system that holds the Core's state.
const DISK: &str = "64m";
/// An agent, a terminal's keeper and shell.
const PROCESSES: usize = 3;
/// After so many rounds the sessions are others.
const RENEWED: u64 = 25;
const TALKS_IN: &str = "garden";
/// Within this, whatever has lost its purpose is gone.
const SETTLES: Duration = Duration::from_mins(1);
/// CLI processes, under a supervisor each.
const CLIS: usize = 2;

#[derive(Debug)]
pub(super) struct Site {
    pub(super) relay: Relay,
    /// None where nothing may be mounted.
    pub(super) disk: Option<Disk>,
    pub(super) core: Core,
    pub(super) ada: Client,
    talk: Talk,
    asking: Asking,
    pub(super) console: Console,
    /// CLI processes that wait for a session.
    spares: usize,
}

/// What is to be done in a round.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a throw of its own")]
pub(super) struct Plan {
    round: u64,
    /// The number up to which everybody has read an answer when something happens. None: the message is sent only then.
    spoken: Option<usize>,
    /// Whether, in the fault's very moment, the rest of the answer flows, a follower is away, both answer the question, the
    /// terminal prints.
    flows: bool,
    leaves: bool,
    races: bool,
    prints: bool,
}

impl Plan {
    pub(super) fn draw(round: u64, dice: &mut Dice) -> Self {
        let spoken = dice.chance().then(|| 1 + dice.below(NUMBERS - 2));
        let (flows, leaves, races, prints) = (dice.chance(), dice.chance(), dice.chance(), dice.chance());
        Self { round, spoken, flows, leaves, races, prints }
    }
}

/// What goes on while something happens.
#[derive(Debug)]
pub(super) struct Work {
    plan: Plan,
    message: Message,
    /// The turn, and the number up to which everybody has read its answer. None: it was not sent before.
    pub(super) answering: Option<(String, usize)>,
    question: Question,
    /// What is sent while it happens.
    on_its_way: Option<JoinHandle<Option<String>>>,
    aside: Option<Attempt>,
    race: Option<Race>,
    link: Value,
    visits: usize,
}

impl Work {
    pub(super) fn gate(&self, site: &Site) -> String {
        gate(site, self.plan.round)
    }
}

fn gate(site: &Site, round: u64) -> String {
    format!("{}-{round}", site.core.name())
}

/// A word that no other round's begins with.
fn word(round: u64) -> String {
    format!("round{round}th")
}

/// The answer as the vendor says it.
fn whole_answer() -> String {
    let count = u32::try_from(NUMBERS).expect("an answer is short");
    Say::numbered(count).all_chunks().concat()
}

/// What one Core has and the other has not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Particulars {
    pub(super) spares: usize,
    pub(super) carrier: &'static str,
}

impl Site {
    pub(super) async fn set(
        name: &str,
        world: &World,
        ben: &Client,
        variables: &[(String, String)],
        Particulars { spares, carrier }: Particulars,
    ) -> Self {
        let warm_spares = i64::try_from(spares).expect("a few");
        let key = format!("sk-ant-api03-{name}");
        world.vendor.accept_api_key(&key);
        let settings = toml! {
            refused_retry = "200ms"
            [link]
            carrier = carrier
            [claude]
            exit_grace = "100ms"
            warm_spares = warm_spares
            [journal]
            min_free = 4_194_304
            [terminals]
            shell = "/bin/bash"
        };
        let options = CoreOptions { settings, api_key: Some(key), variables: variables.to_vec() };
        let mut core = Core::prepare(name, &world.gateway, &world.vendor, &options);
        let disk = Disk::in_place_of(&core.state(), DISK);
        core.pair(&world.gateway).await;
        let relay = Relay::towards(world.gateway.url().port().expect("a gateway has a port")).await;
        core.dial(relay.port());
        core.run();
        core.online(&world.ada).await;
        let ada = world.ada.clone();
        let talk = Talk::begin(&core, &ada, TALKS_IN).await;
        let asking = Asking::begin(&core, &ada, ben).await;
        let console = Console::open(&core, &ada).await;
        Self { relay, disk, core, ada, talk, asking, console, spares }
    }

    /// Begins an answer or leaves it to the fault's moment, asks a question, and lets a terminal print.
    pub(super) async fn begin(&mut self, vendor: &Vendor, plan: Plan) -> Work {
        let round = plan.round;
        let gate = gate(self, round);
        let message = Message::new(format!("count on {} in {}.", self.core.name(), word(round)));
        let count = u32::try_from(NUMBERS).expect("an answer is short");
        vendor.script().when(&message.text, Say::numbered(count).gated(&gate));
        let mut answering = None;
        if round.is_multiple_of(RENEWED) {
            self.talk.renew(&self.core, TALKS_IN).await;
            self.asking.renew(&self.core).await;
        }
        self.talk.attend().await;
        if let Some(number) = plan.spoken {
            let turn = self.talk.send(&message).await;
            vendor.gates().release(&gate, number as u64);
            self.talk.read_number(&turn, number).await;
            answering = Some((turn, number));
        }
        let question = self.asking.ask(round).await;
        self.console.begin(&self.core, &self.ada, round).await;
        let link = self.link().await;
        let visits = self.visits();
        Work { plan, message, answering, question, on_its_way: None, aside: None, race: None, link, visits }
    }

    /// What is done in the fault's very moment.
    pub(super) fn hurry(&mut self, gates: &Gates, work: &mut Work) {
        if work.plan.flows {
            gates.open(&work.gate(self));
        }
        if work.plan.leaves {
            self.talk.one_leaves();
        }
        work.on_its_way = Some(self.talk.attempt(&work.message));
        work.aside = Some(Attempt::begin(&self.core, &self.ada, "orchard"));
        work.race = work.plan.races.then(|| self.asking.race(&work.question));
        // A terminal prints into the fault, or after it.
        if work.plan.prints {
            self.console.go_on();
        }
    }

    /// Another Core suffers. Here everything goes on: no stream ends, and no link.
    pub(super) async fn goes_on(&mut self, gates: &Gates, mut work: Work) {
        let gate = work.gate(self);
        let (turn, read) = match work.answering.take() {
            Some(answering) => answering,
            None => (self.talk.send(&work.message).await, 0),
        };
        // While the turn is under way.
        aside::happens(&self.core, &self.talk, "orchard").await;
        for number in read + 1..=NUMBERS {
            gates.release(&gate, 1);
            self.talk.read_number(&turn, number).await;
        }
        self.talk.read_end_of(&turn).await;
        let sound = self.talk.check().await;
        assert_eq!(sound.end_of(&turn)["kind"], "turn_completed");
        sound.assert_answered(&turn, &whole_answer());
        let race = self.asking.race(&work.question);
        self.asking.settle(&work.question, Some(race)).await.assert_met(Fate::Spared);
        self.console.go_on();
        self.console.read_on().await;
        assert_eq!(self.link().await, work.link, "{} feels what befalls another", self.core.name());
        assert_eq!(self.visits(), work.visits, "a stream of {} ended", self.core.name());
    }

    /// It has happened. Everything is as it must be. Returns the end of the turn that was in progress, or began then. None: it
    /// may have ended before.
    pub(super) async fn recover(&mut self, gates: &Gates, fault: Fault, mut work: Work) -> Option<Value> {
        self.core.online(&self.ada).await;
        if let Some(on_its_way) = work.on_its_way.take()
            && let Some(turn) = on_its_way.await.expect("a request is no panic")
        {
            self.talk.acknowledge(&work.message, &turn);
        }
        if let Some(aside) = work.aside.take() {
            aside.check(&self.core, &self.ada).await;
        }
        // Whoever was answered or not: nobody knows but those who ask again.
        if work.race.is_none() && fault.fate() == Fate::Spared {
            self.asking.assert_waits(&work.question).await;
        }
        gates.open(&work.gate(self));
        let turn = self.talk.send(&work.message).await;
        self.talk.read_end_of(&turn).await;
        let sound = self.talk.check().await;
        let end = sound.end_of(&turn).clone();
        sound.assert_answered(&turn, &whole_answer());
        self.talk.assert_found(&self.core, &word(work.plan.round)).await;
        match fault.fate() {
            Fate::Spared => assert_eq!(end["kind"], "turn_completed", "{end}"),
            Fate::CutShort if work.answering.is_some() && !work.plan.flows => {
                assert_eq!(end["kind"], "turn_interrupted", "{end}");
            }
            // It began after it, or may have ended before.
            Fate::CutShort => assert_ne!(end["kind"], "turn_failed", "{end}"),
        }
        let raced = work.race.is_some();
        let settled = self.asking.settle(&work.question, work.race.take()).await;
        if !raced {
            settled.assert_met(fault.fate());
        }
        if fault.ends_terminals() {
            assert!(!self.console.is_known(&self.core, &self.ada).await, "a terminal outlived a revocation");
            self.console = Console::open(&self.core, &self.ada).await;
        } else {
            self.console.go_on();
            self.console.come_back(&self.core, &self.ada).await;
        }
        let most = CLIS + self.spares;
        let few = async || {
            self.strangers_go().await;
            (self.core.processes().len() <= PROCESSES + 2 * most).then_some(())
        };
        let settles = timeout(SETTLES, eventually("nothing is left over", few)).await;
        assert!(settles.is_ok(), "more is left than should be: {:#?}", self.core.processes());
        assert!(self.core.cli_processes().len() <= most);
        self.talk.all_leave();
        self.asking.talk.all_leave();
        Some(end).filter(|_| !work.plan.flows)
    }

    /// Sessions that were made and not acknowledged: whoever asked knows of none.
    async fn strangers_go(&self) {
        let listed = self.ada.get(&self.core.path("sessions")).await.expect(200);
        let ids =
            listed["sessions"].as_array().expect("a list").iter().map(|session| session["id"].as_str().expect("an id"));
        for session in ids.map(|id| self.core.path(&format!("sessions/{id}"))) {
            if session != self.talk.session && session != self.asking.talk.session {
                assert_eq!(self.ada.delete(&session).await.status, 204);
            }
        }
    }

    /// Its Core was revoked: streams end, and what is said from now on is not heard any more.
    pub(super) async fn falls_silent(&mut self, gates: &Gates, work: &Work) {
        gates.release(&work.gate(self), 1);
        self.console.go_on();
        self.talk.read_out().await;
        self.asking.talk.read_out().await;
        self.console.read_out(work.plan.prints).await;
        if let Some((turn, number)) = work.answering.as_ref().filter(|_| !work.plan.flows) {
            assert!(!self.talk.was_read(turn, number + 1), "a revoked Core was heard");
        }
        let agent = self.core.program().pid();
        eventually("nothing of a revoked Core works on", async || {
            self.core.processes().iter().all(|process| Some(process.pid) == agent).then_some(())
        })
        .await;
    }

    /// A new message is refused for want of room.
    pub(super) async fn refuses_messages(&self) {
        let (client, path) = (&self.ada, format!("{}/messages", self.talk.session));
        let answer = client.post_once(&path, &fresh_key(), &json!({ "text": "is there room?" })).await;
        answer.expect_problem(507, "disk-full");
    }

    /// Its link, as the gateway has it.
    pub(super) async fn link(&self) -> Value {
        self.core.listed(&self.ada).await["link"].take()
    }

    /// What is done on it now and does not outlive its agent.
    pub(super) fn work_processes(&self) -> Vec<u32> {
        let all = self.core.processes();
        let is_keeper = |process: &&tree::Process| process.arguments.iter().any(|part| part == "keep-terminal");
        let keepers: Vec<u32> = all.iter().filter(is_keeper).map(|process| process.pid).collect();
        let of_keeper = |process: &&tree::Process| keepers.contains(&process.pid) || keepers.contains(&process.parent);
        all.iter().filter(|process| !of_keeper(process)).map(|process| process.pid).collect()
    }

    fn visits(&self) -> usize {
        self.talk.visits() + self.asking.talk.visits()
    }

    /// The agent ends in order and leaves nothing but a whole journal.
    pub(super) async fn close(mut self) {
        assert!(self.core.program().stop().await.success());
        self.core.deserted().await;
        assert_whole(&self.core.state().join("journal.db")).await;
    }
}
