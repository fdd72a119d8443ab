//! From a command to an order, to whoever can carry it out, to what a person reads.

use super::{CoreCommand, Output, show};
use crate::admin::{Answer, AskError, Order, ask, execute};
use crate::app::App;
use crate::config::Config;
use crate::registry::DataDir;
use anyhow::{Context as _, Result, bail};
use dialoguer::Password;
use std::io::{self, BufRead as _, IsTerminal as _};

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

async fn give(config: &Config, order: Order, output: Output) -> Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let answer = match ask(&folder.admin_socket(), &order).await {
        Ok(answer) => answer,
        Err(AskError::NotRunning) => {
            let app =
                App::open(config.clone()).await.context("no gateway is running, and the registry cannot be opened")?;
            let done = execute(&app, order).await;
            app.registry.close().await;
            done?
        }
        Err(error) => return Err(error.into()),
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
    io::stdin().lock().read_line(&mut line).context("the password cannot be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
