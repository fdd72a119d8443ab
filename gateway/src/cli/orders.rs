//! From a command to an order, to whoever can carry it out, to what a person reads.

use super::{CoreCommand, Output, show};
use crate::admin::{Answer, AskError, Order, ask, execute};
use crate::app::{App, StartError};
use crate::config::Config;
use crate::registry::{DataDir, OpenError};
use anyhow::{Result, anyhow, bail};
use dialoguer::Password;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(super) async fn core(config: &Config, command: CoreCommand) -> Result<()> {
    let (order, output) = match command {
        CoreCommand::Pair { name, label, output } => {
            (Order::PairCore { name, labels: label.into_iter().collect() }, output)
        }
        CoreCommand::List(output) => (Order::ListCores, output),
        CoreCommand::Revoke { core, sign_out, output } => (Order::RevokeCore { core, sign_out }, output),
        CoreCommand::Restore { core, output } => (Order::RestoreCore { core }, output),
    };
    give(config, order, output).await
}

pub(super) async fn add_user(config: &Config, name: String, output: Output) -> Result<()> {
    let password = read_password()?;
    give(config, Order::AddUser { name, password }, output).await
}

pub(super) async fn setup_link(config: &Config, first: bool, output: Output) -> Result<()> {
    give(config, Order::IssueSetupLink { first }, output).await
}

/// How long a gateway that is just starting or ending is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

async fn give(config: &Config, order: Order, output: Output) -> Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let until = Instant::now() + PATIENCE;
    let answer = loop {
        match ask(&folder.admin_socket(), &order).await {
            Ok(answer) => break answer,
            Err(AskError::NotRunning) => {}
            Err(error) => return Err(error.into()),
        }
        match App::open(config.clone()).await {
            Ok(app) => {
                let done = execute(&app, order).await;
                app.registry.close().await;
                break done?;
            }
            // Somebody has the registry and no socket yet, or none any more. Nothing was ordered so far.
            Err(StartError::Open(OpenError::InUse { .. })) if Instant::now() < until => sleep(PAUSE).await,
            Err(error) => bail!("no gateway is running, and the registry cannot be opened: {error}"),
        }
    };
    if let Answer::Refused { reason } = answer {
        bail!(reason);
    }
    show::answer(&answer, output.json)
}

fn read_password() -> Result<String> {
    if io::stdin().is_terminal() {
        let asked = Password::new().with_prompt("Password").with_confirmation("Again", "The two differ").interact()?;
        return Ok(asked);
    }
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|reason| anyhow!("the password cannot be read from standard input: {reason}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
