//! Workspaces that begin with a repository from elsewhere.

mod broken_off;
mod cloned;
mod credentials;
mod lent;
mod ssh;

use condrix_tests::rig::{Answer, Client, Conversation, Core, CoreOptions, GitServer, World, eventually, read};
use condrix_tests::vendor;
use reqwest::Method;
use serde_json::{Value, json};
use toml::Table;

/// A Core that needs no sign-in, and whose terminals edit lines.
fn keyed() -> CoreOptions {
    let settings = toml::toml! {
        [terminals]
        shell = "/bin/bash"
    };
    CoreOptions { settings, api_key: Some("sk-ant-api03-workspaces".to_owned()), ..CoreOptions::default() }
}

struct Stage {
    world: World,
    git: GitServer,
    core: Core,
}

impl Stage {
    async fn set(settings: Table) -> Self {
        Self::set_with(CoreOptions { settings, ..CoreOptions::default() }).await
    }

    async fn set_with(mut options: CoreOptions) -> Self {
        let (world, git) = (World::start().await, GitServer::start().await);
        let authority = world.gateway.folder().file("git-authority.pem", git.authority_pem());
        options.variables.push(("SSL_CERT_FILE".to_owned(), authority.display().to_string()));
        options.api_key.iter().for_each(|key| world.vendor.accept_api_key(key));
        let core = world.core_with("one", &options).await;
        Self { world, git, core }
    }

    fn ada(&self) -> &Client {
        &self.world.ada
    }

    /// Asks for a workspace with a repository in it.
    async fn clone(&self, name: &str, repository: &str) {
        self.clone_from(name, &self.git.url(repository)).await;
    }

    async fn clone_from(&self, name: &str, url: &str) {
        let asked = json!({ "name": name, "clone": { "url": url } });
        let begun = self.ada().post(&self.core.path("workspaces"), &asked).await.expect(202);
        assert_eq!((&begun["name"], &begun["state"]), (&json!(name), &json!("cloning")), "{begun}");
    }

    async fn put(&self, by: &Client, path: &str, body: &Value) -> Answer {
        let request = by.request(Method::PUT, &self.core.path(path));
        read(if body.is_null() { request } else { request.json(body) }).await
    }

    /// Lets the model run a command, which is allowed, and returns what came of it.
    async fn bash(&self, chat: &mut Conversation, command: &str) -> String {
        self.tool(chat, "Bash", json!({ "command": command, "description": "do it" })).await
    }

    /// Lets the model use a tool, which is allowed where that is asked for.
    async fn tool(&self, chat: &mut Conversation, name: &str, input: Value) -> String {
        self.world.vendor.script().once("go", vendor::Answer::Tool { name: name.to_owned(), input, text: None });
        let turn = chat.say("go").await;
        loop {
            let event = chat.until(|event| event["turn"] == turn.as_str()).await.pop().expect("an event");
            match event["kind"].as_str() {
                Some("approval_requested") => {
                    chat.decide(&event, &json!({ "decision": "allow" })).await.expect(200);
                }
                Some("tool_result") => {
                    chat.end_of(&turn).await;
                    return event["content"].to_string().replace("\\n", "\n");
                }
                Some("turn_completed" | "turn_failed" | "turn_interrupted") => panic!("no tool was used: {event}"),
                _ => {}
            }
        }
    }

    async fn workspace(&self, name: &str) -> Value {
        self.ada().get(&self.core.path(&format!("workspaces/{name}"))).await.expect(200)
    }

    /// What has become of a clone.
    async fn outcome(&self, name: &str) -> Value {
        eventually("the clone is over", async || {
            let workspace = self.workspace(name).await;
            (workspace["state"] != "cloning").then_some(workspace)
        })
        .await
    }

    async fn names(&self) -> Vec<(String, String)> {
        let listed = self.ada().get(&self.core.path("workspaces")).await.expect(200);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let workspaces = listed["workspaces"].as_array().expect("a list").iter();
        workspaces.map(|workspace| (text(&workspace["name"]), text(&workspace["state"]))).collect()
    }

    /// What lies in the folder of the workspaces, hidden things too.
    fn entries(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.core.workspaces()).expect("the folder is there").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn git_runs(&self) -> bool {
        self.core.processes().iter().any(|process| process.arguments.iter().any(|argument| argument == "clone"))
    }
}
