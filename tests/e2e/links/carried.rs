//! Links in their second carrier, behind proxies.

use condrix_tests::rig::{ConnectProxy, Core, CoreOptions, Reader, ReverseProxy, Socket, World, eventually};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

/// More than a busy machine takes to end a gateway, and less than what would hold it.
const MUCH: Duration = Duration::from_mins(1);

async fn links(world: &World) -> Option<String> {
    let text = world.gateway.metrics().await;
    text.lines()
        .find_map(|line| line.strip_prefix("condrix_links "))
        .map(|count| count.trim_start_matches('-').to_owned())
}

/// How often the agent has said that its link is up in a WebSocket.
fn times_up(core: &Core) -> usize {
    core.log_text().lines().filter(|line| line.contains("the link is up") && line.contains("WebSocket")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_comes_up_through_proxies_and_whoever_alters_it_breaks_it_alone() {
    // It would be waited for so long if a link were waited for.
    let mut world = World::start_with(&toml::toml! { shutdown_deadline = "2m" }).await;
    let (connecting, ending) = (ConnectProxy::start().await, ReverseProxy::before(&world.gateway).await);
    let variables = [("HTTPS_PROXY", connecting.url()), ("NO_PROXY", String::new())];
    let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
    let options =
        CoreOptions { variables, settings: toml::toml! { refused_retry = "500ms" }, ..CoreOptions::default() };
    let mut core = Core::prepare("behind", &world.gateway, &world.vendor, &options);

    core.pair(&world.gateway).await;
    let gateway = format!("localhost:{}", world.gateway.url().port().unwrap());
    assert_eq!(connecting.asked(), [gateway.as_str()], "pairing goes through the proxy");
    core.dial(ending.port());
    core.run();
    core.online(&world.ada).await;
    assert_eq!(times_up(&core), 1);
    assert_eq!(links(&world).await.as_deref(), Some("1"));
    let through = format!("localhost:{}", ending.port());
    // Two that came to nothing, directly, and the two of the link.
    assert_eq!(connecting.asked()[1..], [through.as_str(); 4]);
    assert_eq!(ending.open(), 2);
    assert!(!core.log_text().contains(ConnectProxy::PASSWORD), "the proxy's password was logged");

    let conversation = core.converse(&world.ada, "garden").await;
    let session = conversation.path("");
    let mut reader = Reader::socket(&world.ada, &session, None).await;
    ending.alter();
    // What is asked now is what the gateway says next.
    let asked = world.ada.get(&core.path("workspaces")).await;
    assert!(ending.has_altered() && matches!(asked.status, 502 | 503), "{}", asked.text);
    reader.to_the_end().await;
    eventually("the link is back, in the same carrier", async || (times_up(&core) == 2).then_some(())).await;
    core.online(&world.ada).await;
    world.ada.get("/api/v1/me").await.expect(200);

    let mut reader = Reader::socket(&world.ada, &session, None).await;
    let revoked = world.ada.post(&core.path("revoke"), &json!({})).await.expect(200);
    assert_eq!(revoked["agent"]["status"], "confirmed", "{revoked}");
    reader.to_the_end().await;
    assert_eq!(links(&world).await.as_deref(), Some("0"));
    world.ada.get(&core.path("workspaces")).await.expect_problem(410, "core-revoked");
    eventually("the proxy carries nothing more", async || (ending.open() == 0).then_some(())).await;

    world.ada.post(&core.path("restore"), &json!({})).await.expect(200);
    core.online(&world.ada).await;
    // What is on its way over a link arrives before the gateway ends, and the link itself is not waited for.
    let (ada, path) = (world.ada.clone(), core.path("claude/sign-ins"));
    let on_its_way = tokio::spawn(async move { ada.post(&path, &json!({})).await });
    eventually("the CLI works on it", async || (!core.cli_processes().is_empty()).then_some(())).await;
    let asked = Instant::now();
    assert!(world.gateway.program().stop().await.success());
    on_its_way.await.unwrap().expect(201);
    assert!(asked.elapsed() < MUCH, "a link that is carried was waited for");
    assert!(!world.gateway.log_text().contains("ERROR"), "{}", world.gateway.log_text());
}

#[tokio::test]
async fn what_carries_links_takes_nothing_else() {
    let world = World::start().await;
    let nobody = world.gateway.client();
    nobody.get("/link/v1").await.expect_problem(400, "bad-request");
    let posted = nobody.request(Method::POST, "/link/v1").json(&json!({})).send().await.unwrap();
    assert_eq!(posted.status(), 405);
    for other in ["/link/v1/reports", "/link", "/link/v2"] {
        assert_eq!(nobody.socket(other).await.unwrap_err().status(), Some(404), "{other}");
    }
    let open = async || -> Socket { nobody.socket_with("/link/v1", HeaderMap::new()).await.expect("a WebSocket") };
    for no_link in [Message::text("hello"), Message::binary(&b"GET / HTTP/1.1\r\n\r\n"[..])] {
        let mut socket = open().await;
        socket.send(no_link).await.unwrap();
        let mut last = socket.next().await;
        // A TLS alert may come before the end.
        while last.is_some() {
            last = socket.next().await;
        }
    }
    assert_eq!(links(&world).await.as_deref(), Some("0"));
    assert!(!world.gateway.log_text().contains("ERROR"), "{}", world.gateway.log_text());
}
