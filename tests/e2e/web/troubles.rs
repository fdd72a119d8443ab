//! What goes wrong in a day, and how it is told.

use condrix_tests::rig::{CoreOptions, GitServer, World};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use toml::toml;

const KEY: &str = "sk-ant-api03-for-a-browser";

#[tokio::test]
async fn what_goes_wrong_is_told_in_place_and_what_comes_back_goes_on_by_itself() {
    let (world, git) = (World::start().await, GitServer::start().await);
    git.make("slow/garden.git", &[("README.md", b"# Garden\n")]).await;
    world.vendor.accept_api_key(KEY);
    let authority = world.gateway.folder().file("git-authority.pem", git.authority_pem());
    let settings = toml! {
        [terminals]
        shell = "/bin/bash"
    };
    let keyed = CoreOptions {
        settings: settings.clone(),
        api_key: Some(KEY.to_owned()),
        variables: vec![("SSL_CERT_FILE".to_owned(), authority.display().to_string())],
    };
    let keyed = world.core_with("studio", &keyed).await;
    let unsigned = world.core_with("attic", &CoreOptions { settings, ..CoreOptions::default() }).await;
    let told = json!({
        "keyed": keyed.name(),
        "unsigned": unsigned.name(),
        "repository": git.url("slow/garden.git"),
    });
    let keyed = Mutex::new(keyed);
    let answer = async |what: &str, _: &Value| {
        match what {
            "let the clone on" => git.let_on(),
            "kill the agent" => keyed.lock().await.program().kill().await,
            "start the agent" => keyed.lock().await.run_at_once(),
            other => panic!("nobody answers: {other}"),
        }
        Value::Null
    };
    world.stage(told).play("troubles", answer).await;
}
