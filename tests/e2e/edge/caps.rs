//! How many connections one address may hold.

use condrix_tests::rig::{Gateway, eventually};
use condrix_tests::wire::{Door, Wire};
use toml::toml;

const CAP: usize = 64;

async fn is_served(wire: &mut Wire) -> bool {
    wire.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    wire.reply().await.is_some_and(|reply| reply.status == 200)
}

#[tokio::test]
async fn the_sixty_fifth_connection_of_an_address_is_refused_and_nobody_elses() {
    let gateway = Gateway::start_with(&toml! { limits = { connections_per_address = 64 } }).await;
    let door = Door::of(&gateway, b"http/1.1");
    let (crowd, other) = (door.seen_as(1), door.seen_as(2));
    let mut held = Vec::new();
    for _ in 0..CAP {
        held.push(crowd.open().await);
    }
    assert!(crowd.try_open().await.is_err(), "one more was taken");
    // Those that are there are served, and so is everybody else.
    for wire in &mut held {
        assert!(is_served(wire).await);
    }
    assert!(is_served(&mut other.open().await).await);
    assert_eq!(gateway.client().get("/livez").await.status, 200);
    // One goes, one may come.
    held.pop();
    eventually("the place is free again", async || crowd.try_open().await.ok()).await;
}

#[tokio::test]
async fn connections_are_capped_in_all_as_well() {
    let gateway = Gateway::start_with(&toml! { limits = { connections = 8, connections_per_address = 64 } }).await;
    let door = Door::of(&gateway, b"http/1.1");
    // The client that asked whether the gateway is ready is gone, or goes.
    let mut held = Vec::new();
    for last in 1..=8 {
        let door = door.seen_as(last);
        held.push(eventually("there is a place", async || door.try_open().await.ok()).await);
    }
    assert!(door.seen_as(9).try_open().await.is_err(), "one more was taken");
    held.clear();
    eventually("there are places again", async || door.seen_as(9).try_open().await.ok()).await;
}
