//! Workspaces that begin with a repository from elsewhere.

mod broken_off;
mod cloned;
mod credentials;

use condrix_tests::rig::{Client, Core, CoreOptions, GitServer, World, eventually};
use serde_json::{Value, json};
use toml::Table;

struct Stage {
    world: World,
    git: GitServer,
    core: Core,
}

impl Stage {
    async fn set(settings: Table) -> Self {
        let (world, git) = (World::start().await, GitServer::start().await);
        let authority = world.gateway.folder().file("git-authority.pem", git.authority_pem());
        let variables = vec![("SSL_CERT_FILE".to_owned(), authority.display().to_string())];
        let options = CoreOptions { settings, variables, ..CoreOptions::default() };
        let core = world.core_with("one", &options).await;
        Self { world, git, core }
    }

    fn ada(&self) -> &Client {
        &self.world.ada
    }

    /// Asks for a workspace with a repository in it.
    async fn clone(&self, name: &str, repository: &str) {
        let asked = json!({ "name": name, "clone": { "url": self.git.url(repository) } });
        let begun = self.ada().post(&self.core.path("workspaces"), &asked).await.expect(202);
        assert_eq!((&begun["name"], &begun["state"]), (&json!(name), &json!("cloning")), "{begun}");
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
