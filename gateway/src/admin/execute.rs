//! Carrying orders out. Whoever may open the socket or the data folder may do all of this: it is the last resort of
//! whoever runs the host.

use super::{Answer, CoreLine, Order};
use crate::app::App;
use crate::auth::PasswordError;
use crate::fleet::LinkStatus;
use crate::registry::cores::CoreRow;
use crate::registry::pairing_tokens::CreatePairingTokenError;
use crate::registry::setup_tokens::For;
use crate::registry::users::{self, CreateUserError, Warrant};
use crate::registry::{
    Actor, CoreName, InvalidName, Labels, RegistryError, UserName, cores, pairing_tokens, setup_tokens,
};
use crate::revocation::{self, RevocationError};
use protocol::claude::RevokeOrder;
use protocol::pairing::PairingToken;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use time::OffsetDateTime;

#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("there is no Core called {0}")]
    UnknownCore(String),
    #[error("there is a user already")]
    NotFirst,
    #[error(transparent)]
    Name(#[from] InvalidName),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Pairing(#[from] CreatePairingTokenError),
    #[error(transparent)]
    User(#[from] CreateUserError),
    #[error(transparent)]
    Revocation(#[from] RevocationError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

pub async fn execute(app: &App, order: Order) -> Result<Answer, AdminError> {
    match order {
        Order::PairCore { name, labels } => pair(app, name, labels).await,
        Order::ListCores => list(app).await,
        Order::RevokeCore { core, sign_out } => {
            let core = find(app, &core).await?;
            let order = RevokeOrder { sign_out };
            let receipt = revocation::revoke(&app.registry, &app.fleet, core.id, order, &Actor::CommandLine).await?;
            Ok(Answer::Revoked { receipt })
        }
        Order::RestoreCore { core } => {
            let core = find(app, &core).await?;
            let epoch = revocation::restore(&app.registry, &app.fleet, core.id, &Actor::CommandLine).await?;
            Ok(Answer::Restored { core: core.id, name: core.name.to_string(), epoch })
        }
        Order::AddUser { name, password } => {
            let name: UserName = name.parse()?;
            let hash = app.auth.hash_password(SecretString::from(password)).await?;
            let user = app
                .auth
                .create_user(Warrant::CommandLine, &name, &hash, &Actor::CommandLine, OffsetDateTime::now_utc())
                .await?;
            Ok(Answer::UserAdded { user: user.id, name: user.name })
        }
        Order::IssueSetupLink { first } => issue_setup_link(app, first).await,
    }
}

async fn pair(app: &App, name: Option<String>, labels: BTreeMap<String, String>) -> Result<Answer, AdminError> {
    let name = name.map(|name| name.parse::<CoreName>()).transpose()?;
    let labels = Labels::try_from(labels)?;
    let lifetime = app.config.tokens.pairing;
    let now = OffsetDateTime::now_utc();
    let (row, secret) = pairing_tokens::create(&app.registry, name, labels, lifetime, &Actor::CommandLine, now).await?;
    let token = PairingToken {
        gateway: app.config.public_url.url().clone(),
        fingerprint: app.certificates.fingerprint(),
        secret,
    };
    Ok(Answer::PairingToken { token: token.to_text().expose_secret().to_owned(), expires_at: row.expires_at })
}

async fn list(app: &App) -> Result<Answer, AdminError> {
    let rows = cores::all(&mut *app.registry.reader().await?).await?;
    Ok(Answer::Cores { cores: rows.into_iter().map(|row| line(app, row)).collect() })
}

fn line(app: &App, row: CoreRow) -> CoreLine {
    let member = app.fleet.member(row.id);
    let claude = member.as_ref().map(|member| member.claude()).unwrap_or_default();
    let (online, agent_version) = match member.map(|member| member.link_status()) {
        Some(LinkStatus::Online { agent_version, .. }) => (true, Some(agent_version)),
        Some(LinkStatus::Offline { .. }) | None => (false, None),
    };
    CoreLine {
        id: row.id,
        name: row.name.to_string(),
        hostname: row.hostname,
        online,
        agent_version,
        revoked_at: row.revoked_at,
        epoch: row.epoch,
        claude_method: claude.method,
        claude_state: claude.state,
    }
}

async fn find(app: &App, text: &str) -> Result<CoreRow, AdminError> {
    cores::find(&mut *app.registry.reader().await?, text).await?.ok_or_else(|| AdminError::UnknownCore(text.to_owned()))
}

async fn issue_setup_link(app: &App, first: bool) -> Result<Answer, AdminError> {
    if first && users::exist(&mut *app.registry.reader().await?).await? {
        return Err(AdminError::NotFirst);
    }
    let now = OffsetDateTime::now_utc();
    let lifetime = app.config.tokens.setup;
    let whom = if first { For::First } else { For::Anybody };
    let token = setup_tokens::issue(&app.registry, whom, lifetime, &Actor::CommandLine, now).await?;
    Ok(Answer::SetupLink { link: setup_link(app, &token), expires_at: now + lifetime })
}

/// The token stands in the fragment: browsers send no fragment to any server, and no log on the way has it.
pub(crate) fn setup_link(app: &App, token: &SecretString) -> String {
    format!("{}/setup#token={}", app.config.public_url.origin(), token.expose_secret())
}
