//! The connectors of a Claude account: the CLI asks the vendor for them where the Core's switch is on, and nowhere else; and
//! it uses them where the workspace is trusted, for elsewhere it is told to use no servers but those that it is given.

use condrix_tests::rig::{Conversation, Core, CoreOptions, World, eventually, read};
use condrix_tests::vendor::{Account, Plan};
use reqwest::Method;
use serde_json::json;

/// Whether this Core's CLI has asked for the account's connectors.
fn asked(world: &World, core: &Core) -> bool {
    let bearer = format!("Bearer {}", core.token("accessToken").expect("the Core is signed in"));
    world.vendor.record().of("/v1/mcp_servers").iter().any(|request| request.header("authorization") == Some(&*bearer))
}

/// The servers of a session's process.
async fn offered(world: &World, chat: &Conversation) -> Vec<String> {
    let told = world.ada.get(&chat.path("mcp-servers")).await.expect(200);
    let servers = told["servers"].as_array().expect("a list of servers");
    servers.iter().filter_map(|server| server["name"].as_str().map(str::to_owned)).collect()
}

async fn trust(world: &World, core: &Core) {
    let path = core.path("workspaces/garden/trust");
    assert_eq!(read(world.ada.request(Method::PUT, &path).json(&json!({}))).await.status, 204);
}

#[tokio::test]
async fn connectors_are_asked_for_where_they_are_switched_on_and_used_where_the_workspace_is_trusted() {
    let world = World::start().await;
    let account = Account::new("cleo", "cleo@example.com", "Example Labs", Plan::Max);
    world.vendor.add_account(Account { connectors: vec!["Notes".to_owned()], ..account });
    let settings = toml::toml! { claude = { connectors = true } };
    let (with, without) = (
        world.core_with("with", &CoreOptions { settings, ..CoreOptions::default() }).await,
        world.core("without").await,
    );

    with.sign_in(&world.ada, &world.vendor, "cleo").await;
    let mut chat = with.converse(&world.ada, "garden").await;
    chat.turn("hello").await;
    eventually("it has asked", async || asked(&world, &with).then_some(())).await;
    assert_eq!(offered(&world, &chat).await, Vec::<String>::new());
    trust(&world, &with).await;
    assert_eq!(chat.until_kind("process_ended").await["reason"], "idle");
    chat.turn("and now?").await;
    eventually("it is offered", async || (offered(&world, &chat).await == ["claude.ai Notes"]).then_some(())).await;

    without.sign_in(&world.ada, &world.vendor, "cleo").await;
    let mut chat = without.converse(&world.ada, "garden").await;
    trust(&world, &without).await;
    chat.turn("hello").await;
    assert_eq!(offered(&world, &chat).await, Vec::<String>::new());
    chat.turn("and now?").await;
    assert!(!asked(&world, &without));
}
