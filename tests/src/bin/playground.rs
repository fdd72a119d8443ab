//! A place to try things in: a gateway with a user, a Core that is signed in and one that waits for it, and the vendor's
//! stand-in, all in temporary folders, until its stdin ends. What it prints says where everything is.

use axum::serve;
use condrix_tests::rig::{CoreOptions, PASSWORD, World};
use condrix_tests::vendor::control;
use serde_json::json;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

const KEY: &str = "sk-ant-api03-playground";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "whoever starts it reads there where everything is")]
async fn main() -> anyhow::Result<()> {
    let world = World::start().await;
    let settings = toml::toml! {
        [terminals]
        shell = "/bin/bash"
        recording = "on"
    };
    world.vendor.accept_api_key(KEY);
    let options = CoreOptions { settings, api_key: Some(KEY.to_owned()), ..CoreOptions::default() };
    let studio = world.core_with("studio", &options).await;
    let attic = world.core("attic").await;
    let link = world.gateway.order(&["setup-link"], "").await;
    let World { gateway, vendor, .. } = world;
    let vendor = Arc::new(vendor);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let told = json!({
        "url": gateway.url(),
        "user": "ada",
        "password": PASSWORD,
        "setup": link["link"],
        "certificate": gateway.data().join("certificate.pem"),
        "metrics": gateway.metrics_url(),
        "vendor": format!("http://{}", listener.local_addr()?),
        "cores": [studio.id(), attic.id()],
    });
    println!("{told:#}");
    let control = tokio::spawn(async move { serve(listener, control::router(vendor)).await });
    let mut nothing = Vec::new();
    tokio::io::stdin().read_to_end(&mut nothing).await?;
    control.abort();
    Ok(())
}
