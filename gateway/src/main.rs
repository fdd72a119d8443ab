//! `condrix-gateway`.

use clap::Parser as _;
use gateway::cli::Cli;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> ExitCode {
    // Before anything makes a TLS connection. Nothing else in this process chooses, so it cannot be chosen already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let cli = Cli::parse();
    cli.run(until_told_to_end).await
}

/// Fires at the first SIGINT or SIGTERM. For who listens: without this, the signals end the process at once.
fn until_told_to_end() -> CancellationToken {
    let token = CancellationToken::new();
    let fired = token.clone();
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without handlers the signals keep their default effect, which ends the process too.
        return token;
    };
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        fired.cancel();
    });
    token
}
