//! A Core that does not play by the rules: it pairs and links as an agent does, keeps the bytes of every request as they
//! came, and answers with whatever a test wants.

mod act;
mod dial;
mod identity;
mod received;
mod serve;
mod socket;

pub use act::{Act, Then, json_answer};
pub use dial::{Hand, Link, dial};
pub use identity::{Identity, redeem};
pub use received::Received;
pub use socket::Socket;

use crate::rig::{Client, Gateway, eventually};
use protocol::ids::LinkId;
use serve::Stage;
use std::sync::Arc;

#[derive(Debug)]
pub struct Rogue {
    pub identity: Identity,
    stage: Arc<Stage>,
    link: Option<Link>,
}

impl Rogue {
    /// A rogue that is paired and online, and answers every request with JSON that names it.
    pub async fn start(gateway: &Gateway, name: &str) -> Self {
        let mut rogue = Self::prepare(gateway, name).await;
        rogue.up(LinkId::new()).await;
        let up = format!("condrix_core_up{{core=\"{}\"}} 1", rogue.identity.core);
        eventually("the Core is online", async || gateway.metrics().await.contains(&up).then_some(())).await;
        rogue
    }

    /// One that is paired only.
    pub async fn prepare(gateway: &Gateway, name: &str) -> Self {
        Self { identity: Identity::pair(gateway, name).await, stage: Arc::default(), link: None }
    }

    /// Brings the link up under this id; the gateway must take it. It is online a moment after it was welcomed.
    pub async fn up(&mut self, id: LinkId) {
        self.link = Some(self.try_up(id).await.expect("the gateway takes the link"));
    }

    /// Another link of the same Core, beside the one that this handle keeps.
    pub async fn try_up(&self, id: LinkId) -> Result<Link, link::HandshakeError> {
        Link::up(&self.identity, id, &self.stage).await
    }

    /// Ends the link without a word.
    pub fn down(&mut self) {
        self.link = None;
    }

    pub fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("the link was brought up")
    }

    /// From now on requests are answered like this.
    pub fn play(&self, play: impl Fn(&Received) -> Act + Send + Sync + 'static) {
        self.stage.play(Arc::new(play));
    }

    /// From the next link on, the gateway's question for reports is answered like this.
    pub fn report(&self, act: Act) {
        self.stage.report(act);
    }

    /// Whether a request of a client is with it now.
    pub fn is_asked(&self) -> bool {
        self.stage.is_asked()
    }

    /// What has come so far, the gateway's own questions left out.
    pub fn received(&self) -> Vec<Received> {
        self.stage.received()
    }

    /// The same once every stream has ended, and nothing is remembered afterwards.
    pub async fn settled(&self) -> Vec<Received> {
        eventually("all streams have ended", async || self.stage.take_when_idle()).await
    }

    /// The public path of something on this Core.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/cores/{}/{rest}", self.identity.core)
    }

    pub async fn is_online(&self, client: &Client) -> bool {
        let shown = client.get(&format!("/api/v1/cores/{}", self.identity.core)).await.expect(200);
        shown["link"]["status"] == "online"
    }

    /// Waits for that.
    pub async fn comes_online(&self, client: &Client) {
        eventually("the Core is online", async || self.is_online(client).await.then_some(())).await;
    }

    /// Since when the gateway has had its link, as the gateway tells it: another link has another time.
    pub async fn online_since(&self, client: &Client) -> String {
        let shown = client.get(&format!("/api/v1/cores/{}", self.identity.core)).await.expect(200);
        assert_eq!(shown["link"]["status"], "online", "{shown}");
        shown["link"]["since"].to_string()
    }
}
