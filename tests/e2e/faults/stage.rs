//! One gateway, one Core, one session that lives through everything.

use super::check::{Acknowledged, assert_sound};
use super::dice::Dice;
use super::fault::Fault;
use super::follower::{By, Follower};
use condrix_tests::rig::{Client, Core, CoreOptions, Relay, SseEvent, World, eventually, fresh_key, history, tree};
use condrix_tests::vendor::Say;
use rustix::process::Signal;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;
use toml::toml;

const KEY: &str = "sk-ant-api03-crash";
/// Numbers in an answer.
const NUMBERS: u32 = 12;
/// An agent that does not answer a simple question within this is taken to be stopped.
const UNANSWERED: Duration = Duration::from_millis(300);

pub(super) struct Stage {
    world: World,
    core: Core,
    relay: Relay,
    session: String,
    followers: [Follower; 2],
    acknowledged: Vec<Acknowledged>,
}

impl Stage {
    pub(super) async fn set() -> Self {
        let world = World::start().await;
        world.vendor.accept_api_key(KEY);
        let settings = toml! {
            [claude]
            exit_grace = "100ms"
        };
        let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
        let mut core = Core::prepare("crash", &world.gateway, &world.vendor, &options);
        core.pair(&world.gateway).await;
        let relay = Relay::towards(world.gateway.url().port().expect("a gateway has a port")).await;
        core.dial(relay.port());
        core.run();
        core.online(&world.ada).await;
        let session = core.converse(&world.ada, "garden").await.path("");
        let followers = [Follower::new(By::Events), Follower::new(By::Frames)];
        Self { world, core, relay, session, followers, acknowledged: Vec::new() }
    }

    /// A message, a fault in the midst of its answer or of its sending, and all is as it must be.
    pub(super) async fn round(&mut self, round: u64, fault: Fault, dice: &mut Dice) {
        let (text, gate, key) = (format!("count in round {round}."), format!("round-{round}"), fresh_key());
        self.world.vendor.script().when(&text, Say::numbered(NUMBERS).gated(&gate));
        let spoken = dice.chance();
        if spoken {
            let turn = self.send(&key, &text).await;
            let numbers = 1 + dice.below(NUMBERS as usize - 1);
            self.world.vendor.gates().release(&gate, numbers as u64);
            let last = format!("{numbers} ");
            for follower in &mut self.followers {
                let wanted = |event: &SseEvent| {
                    event.event == "text_delta" && event.json()["turn"] == turn && event.json()["text"] == last
                };
                follower.read_to(&self.world.ada, &self.session, wanted).await;
            }
            if dice.chance() {
                self.followers[0].leave();
            }
        }
        let on_its_way =
            tokio::spawn(try_send(self.world.ada.clone(), self.session.clone(), key.clone(), text.clone()));
        self.happen(fault).await;
        // It may have arrived or not; its sender cannot know, and asks again.
        on_its_way.await.expect("a request is no panic");
        self.world.vendor.gates().open(&gate);
        self.core.online(&self.world.ada).await;
        let turn = self.send(&key, &text).await;
        self.acknowledged.push(Acknowledged { text, turn: turn.clone() });

        for follower in &mut self.followers {
            let ends = |event: &SseEvent| condrix_tests::rig::reader::is_end(event) && event.json()["turn"] == turn;
            follower.read_to(&self.world.ada, &self.session, ends).await;
        }
        self.assert_all_is_well(fault, spoken, &turn).await;
    }

    async fn assert_all_is_well(&mut self, fault: Fault, spoken: bool, turn: &str) {
        let written = history(&self.world.ada, &self.session).await;
        assert_sound(&written, &self.acknowledged);
        for follower in &self.followers {
            let seen = follower.seen();
            assert_eq!(seen, written[..seen.len()], "a reader has the history and nothing else");
        }
        let end =
            written.iter().find(|event| condrix_tests::rig::reader::is_end(event) && event.json()["turn"] == turn);
        let end = end.map(|event| event.event.as_str());
        if fault.spares_the_turn() {
            assert_eq!(end, Some("turn_completed"));
        } else if spoken {
            assert_eq!(end, Some("turn_interrupted"));
        }
        // One agent, one CLI under one supervisor; what they were before is gone.
        eventually("nothing is left over", async || (self.core.processes().len() <= 3).then_some(())).await;
        assert!(self.core.cli_processes().len() <= 1);
    }

    async fn happen(&mut self, fault: Fault) {
        match fault {
            Fault::GatewayKilled => {
                self.world.gateway.program().kill().await;
                self.world.gateway.start_again().await;
            }
            Fault::AgentKilled => {
                self.core.program().kill().await;
                self.core.deserted().await;
                self.core.run();
            }
            Fault::CliKilled => {
                for process in self.core.cli_processes() {
                    tree::kill(process.pid, Signal::KILL);
                    let gone =
                        async || self.core.cli_processes().iter().all(|now| now.pid != process.pid).then_some(());
                    eventually("the CLI is gone", gone).await;
                }
            }
            Fault::LinkCut => {
                let before = self.core.listed(&self.world.ada).await["link"].clone();
                self.relay.cut();
                eventually("the gateway has noticed", async || {
                    (self.core.listed(&self.world.ada).await["link"] != before).then_some(())
                })
                .await;
            }
            Fault::AgentStopped => {
                self.core.program().signal(Signal::STOP);
                let question = self.core.path("sessions");
                eventually("the agent stands still", async || {
                    timeout(UNANSWERED, self.world.ada.get(&question)).await.is_err().then_some(())
                })
                .await;
                self.core.program().signal(Signal::CONT);
            }
        }
    }

    /// Sends until it is acknowledged, always with the same key. Returns the turn.
    async fn send(&self, key: &str, text: &str) -> String {
        let sent = eventually("the message is acknowledged", async || {
            try_send(self.world.ada.clone(), self.session.clone(), key.to_owned(), text.to_owned()).await
        });
        sent.await
    }

    /// The agent ends in order and leaves nothing.
    pub(super) async fn close(mut self) {
        assert!(self.core.program().stop().await.success());
        self.core.deserted().await;
    }
}

/// The turn, if it is acknowledged.
async fn try_send(client: Client, session: String, key: String, text: String) -> Option<String> {
    let request = client.request(reqwest::Method::POST, &format!("{session}/messages"));
    let request = request.header("idempotency-key", key).json(&json!({ "text": text }));
    // No answer, a broken one or a refusal for the moment: all the same to whoever will ask again.
    let answer = request.send().await.ok()?;
    let acknowledged = answer.status().as_u16() == 202;
    let answer: serde_json::Value = answer.json().await.ok()?;
    acknowledged.then(|| answer["turn"].as_str().expect("an acknowledgement names the turn").to_owned())
}
