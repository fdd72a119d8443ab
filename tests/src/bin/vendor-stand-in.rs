//! Runs the vendor stand-in as a process until it is killed.

use anyhow::Context as _;
use clap::Parser;
use condrix_tests::vendor::{Vendor, control};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

/// Plays the vendor for the genuine CLI, on loopback only.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the test authority's certificate goes (`NODE_EXTRA_CA_CERTS`).
    #[arg(long, value_name = "FILE")]
    ca_file: PathBuf,
    /// Where the proxy's address goes, as a URL (`HTTPS_PROXY`). Written last: once it is there, everything is.
    #[arg(long, value_name = "FILE")]
    proxy_file: PathBuf,
    /// Where the control port's address goes, as a URL.
    #[arg(long, value_name = "FILE")]
    control_file: PathBuf,
    /// API keys that are accepted from the start.
    #[arg(long, value_name = "KEY")]
    accept_key: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let vendor = Arc::new(Vendor::start().await);
    arguments.accept_key.iter().for_each(|key| vendor.accept_api_key(key));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let control = format!("http://{}", listener.local_addr()?);
    for (file, text) in [
        (&arguments.ca_file, vendor.ca_pem()),
        (&arguments.control_file, control.as_str()),
        (&arguments.proxy_file, vendor.proxy_url().as_str()),
    ] {
        std::fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))?;
    }
    axum::serve(listener, control::router(vendor)).await.context("the control port failed")
}
