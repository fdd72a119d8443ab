//! A workspace that an administrator trusts may use what it brings along: that directory, for as long as it is trusted.

use super::{Stage, WORKSPACE, plant::plant, text_of};
use condrix_tests::rig::conversation::said;
use condrix_tests::rig::{Answer, Client, Conversation, eventually, read};
use reqwest::Method;
use serde_json::{Value, json};

impl Stage {
    async fn trust(&self, by: &Client) -> Answer {
        read(by.request(Method::PUT, &self.core.path(&format!("workspaces/{WORKSPACE}/trust")))).await
    }

    async fn distrust(&self, by: &Client) -> Answer {
        by.delete(&self.core.path(&format!("workspaces/{WORKSPACE}/trust"))).await
    }

    /// What the list of workspaces says of it.
    async fn trusted(&self) -> Value {
        let listed = self.world.ada.get(&self.core.path("workspaces")).await.expect(200);
        let workspaces = listed["workspaces"].as_array().expect("a list of workspaces");
        let it = workspaces.iter().find(|workspace| workspace["name"] == WORKSPACE);
        it.expect("it is listed")["trusted"].clone()
    }

    fn fired(&self, what: &str) -> bool {
        self.touched.join(what).exists()
    }

    fn forget_what_fired(&self) {
        for entry in std::fs::read_dir(&self.touched).expect("the folder is there").flatten() {
            std::fs::remove_file(entry.path()).expect("a file is removed");
        }
    }

    async fn has_its_command(&self, chat: &Conversation) -> bool {
        let listed = self.world.ada.get(&chat.path("commands")).await.expect(200);
        let commands = listed["commands"].as_array().expect("a list of commands");
        assert!(commands.iter().any(|command| command["name"] == "compact"), "{listed}");
        commands.iter().any(|command| command["name"] == "evil")
    }
}

#[tokio::test]
async fn a_repository_fires_only_while_an_administrator_trusts_that_very_directory() {
    let stage = Stage::set().await;
    let ada = stage.world.ada.clone();
    plant(&stage, &stage.repository());
    let bob = stage.world.gateway.add_user("bob").await;
    stage.trust(&bob).await.expect_problem(403, "owner-only");
    let mut chat = stage.session("default").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    assert_eq!((stage.has_its_command(&chat).await, stage.trusted().await), (false, Value::Null));
    stage.assert_nothing_got_out(chat.seen());

    // The idle process makes way for one that reads the repository's settings.
    assert_eq!(stage.trust(&ada).await.status, 204);
    assert_eq!(chat.until_kind("process_ended").await["reason"], "idle");
    assert_eq!(stage.trusted().await["by"]["name"], "ada");
    let turn = chat.say("hello again").await;
    eventually("its hooks and its server run", async || {
        (stage.fired("hook-SessionStart") && stage.fired("mcp")).then_some(())
    })
    .await;
    eventually("its endpoint is asked", async || stage.elsewhere.heard().contains("POST /v1/messages").then_some(()))
        .await;
    assert!(stage.has_its_command(&chat).await);
    let arguments = stage.core.cli_processes()[0].arguments.join(" ");
    let denied = format!("Read(/{}/**)", text_of(&stage.core.state()));
    assert!(arguments.contains(&denied), "what is denied stays denied: {arguments}");
    chat.interrupt().await.expect(202);
    chat.end_of(&turn).await;

    // Withdrawn: at once, where nothing is being done.
    assert_eq!(stage.distrust(&ada).await.status, 204);
    chat.until_kind("process_ended").await;
    stage.core.quiet().await;
    stage.forget_what_fired();
    let turn = chat.turn("and now").await;
    assert_eq!(said(&turn, "text"), "You said: and now");
    assert!(!stage.fired("hook-SessionStart") && !stage.fired("mcp"));
    assert!(!stage.has_its_command(&chat).await);
    assert_eq!(stage.trusted().await, Value::Null);

    // Another directory in its place is not the one that was trusted.
    assert_eq!(stage.trust(&ada).await.status, 204);
    chat.until_kind("process_ended").await;
    std::fs::rename(stage.repository(), stage.core.workspaces().join("elsewhere")).unwrap();
    std::fs::create_dir(stage.repository()).unwrap();
    plant(&stage, &stage.repository());
    assert_eq!(stage.trusted().await, Value::Null);
    let mut chat = stage.session("default").await;
    assert_eq!(said(&chat.turn("hello").await, "text"), "You said: hello");
    assert!(!stage.fired("hook-SessionStart") && !stage.fired("mcp"));
    let nowhere = read(ada.request(Method::PUT, &stage.core.path("workspaces/nowhere/trust"))).await;
    nowhere.expect_problem(404, "not-found");
    read(ada.request(Method::PUT, &stage.core.path("workspaces/.git/trust")).json(&json!({})))
        .await
        .expect_problem(422, "invalid-body");
}
