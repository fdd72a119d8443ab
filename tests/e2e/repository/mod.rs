//! A hostile repository: whatever it holds, opening it and working in it fires nothing and gives no secret away.

mod approved;
mod instructions;
pub(crate) mod listener;
mod open;
mod planning;
mod plant;
mod reach;
mod trusted;

use condrix_tests::rig::conversation::Event;
use condrix_tests::rig::leaks::files_with;
use condrix_tests::rig::{Conversation, Core, Folder, World, core_user};
use condrix_tests::vendor::Answer;
use listener::Listener;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// In a file of the agent's state, which a repository may link to.
const STATE_CANARY: &str = "canary-in-the-state-of-the-agent";
const WORKSPACE: &str = "garden";

/// A Core on a plan, with a workspace that a repository is planted in.
struct Stage {
    world: World,
    core: Core,
    /// Where the repository sends what it can get.
    elsewhere: Listener,
    /// Commands of the repository leave a file here.
    touched: PathBuf,
    _folder: Folder,
}

impl Stage {
    async fn set() -> Self {
        let world = World::start().await;
        let core = world.core("one").await;
        core.sign_in(&world.ada, &world.vendor, "ada").await;
        Self::around(world, core).await
    }

    async fn around(world: World, core: Core) -> Self {
        let folder = Folder::new("canaries");
        let touched = folder.private("touched", core_user());
        core.write_private(&core.state().join("planted.key"), STATE_CANARY);
        world.ada.post(&core.path("workspaces"), &json!({ "name": WORKSPACE })).await.expect(201);
        Self { world, core, elsewhere: Listener::start().await, touched, _folder: folder }
    }

    fn repository(&self) -> PathBuf {
        self.core.workspaces().join(WORKSPACE)
    }

    async fn session(&self, mode: &str) -> Conversation {
        let session = json!({ "workspace": WORKSPACE, "permission_mode": mode });
        self.core.begin_session(&self.world.ada, &session).await
    }

    /// What must never leave the Core.
    fn secrets(&self) -> Vec<String> {
        let tokens = ["accessToken", "refreshToken"].into_iter().filter_map(|name| self.core.token(name));
        tokens.chain([STATE_CANARY.to_owned()]).collect()
    }

    /// Nothing ran, and nobody was told a secret: not the vendor (but by the CLI's own authentication), not the other
    /// listener, not a reader of events, not the journal, not a transcript.
    fn assert_nothing_got_out(&self, events: &[Event]) {
        let fired: Vec<_> = std::fs::read_dir(&self.touched)
            .expect("the folder is there")
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert!(fired.is_empty(), "fired: {fired:?}");
        assert_eq!(self.elsewhere.heard(), "", "somebody else was asked");
        let events = serde_json::to_string(events).expect("events are JSON");
        for secret in self.secrets() {
            for request in self.world.vendor.record().all() {
                let proves_itself = matches!(request.route(), "/v1/oauth/token" | "/v1/oauth/token/revoke");
                let told = proves_itself || !request.body.contains(&secret);
                assert!(told, "{secret} in a body for {}{}", request.host, request.path);
                let headers = request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
                assert!(headers.clone().all(|(_, value)| !value.contains(&secret)), "{secret} in a header");
                assert!(!request.path.contains(&secret), "{secret} in an address");
            }
            assert!(!events.contains(&secret), "{secret} in an event");
            let kept = if secret == STATE_CANARY {
                self.core.state().join("planted.key")
            } else {
                self.core.credentials_file()
            };
            assert_eq!(files_with(self.core.folder(), &secret), [kept], "{secret} in files of the Core");
            assert!(files_with(self.world.gateway.folder().path(), &secret).is_empty(), "{secret} at the gateway");
        }
    }
}

/// What became of a tool that the model asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Became {
    /// The rules denied it, whatever a person would have said.
    Denied(String),
    /// A person was asked, and said no.
    Asked,
    /// It ran unasked.
    Ran(String),
}

/// Lets the model ask for a tool and refuses where a person is asked.
async fn attempt(stage: &Stage, chat: &mut Conversation, name: &str, input: Value) -> Became {
    let trigger = format!("attempt {}", condrix_tests::rig::fresh_key());
    stage.world.vendor.script().once(&trigger, Answer::Tool { name: name.to_owned(), input, text: None });
    let turn = chat.say(&trigger).await;
    let (mut asked, mut result) = (false, None);
    loop {
        let event = chat.next().await;
        match event["kind"].as_str() {
            Some("approval_requested") => {
                asked = true;
                chat.decide(&event, &json!({ "decision": "deny" })).await.expect(200);
            }
            Some("tool_result") if result.is_none() => result = Some(event),
            Some("turn_completed") if event["turn"] == turn.as_str() => break,
            Some("turn_failed" | "turn_interrupted") => panic!("{event}"),
            _ => {}
        }
    }
    let result = result.unwrap_or_else(|| panic!("{name} had no result"));
    let text = result["content"].to_string();
    match (asked, result["is_error"] == true) {
        (true, _) => Became::Asked,
        (false, true) => Became::Denied(text),
        (false, false) => Became::Ran(text),
    }
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}
