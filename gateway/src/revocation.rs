//! Revoking a Core, the promise this product is named for: durable first, then visible, then cut.
//!
//! The registry's transaction (row, epoch, audit) is what makes it true; everything after it only makes it fast. A
//! gateway that dies between the two comes back with the Core revoked.

use crate::fleet::{AgentAnswer, Fleet};
use crate::registry::{Actor, Registry, RegistryError, cores};
use protocol::claude::{RevokeConfirmation, RevokeOrder, SignOutOutcome};
use protocol::ids::CoreId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What an administrator is told.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    pub core: CoreId,
    pub name: String,
    pub epoch: u64,
    #[serde(with = "time::serde::rfc3339")]
    pub revoked_at: OffsetDateTime,
    /// Requests and streams that were in progress and ended.
    pub streams_cut: usize,
    /// From the order to the end of the last of them, in milliseconds.
    pub cut_ms: f64,
    pub agent: AgentSaid,
    /// What the host still holds, and how to end it at the vendor. None when nothing is known to remain.
    pub remaining: Option<String>,
}

/// What the Core itself confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum AgentSaid {
    Confirmed(RevokeConfirmation),
    /// Linked, but silent.
    Unconfirmed,
    Offline,
}

#[derive(Debug, thiserror::Error)]
pub enum RevocationError {
    #[error("there is no such Core")]
    UnknownCore,
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Revokes a Core. Revoking one that is revoked already is no error: it is cut again, and the epoch stays.
pub async fn revoke(
    registry: &Registry,
    fleet: &Fleet,
    core: CoreId,
    order: RevokeOrder,
    actor: &Actor,
) -> Result<Receipt, RevocationError> {
    let revoked = cores::revoke(registry, core, actor).await?.ok_or(RevocationError::UnknownCore)?;
    let cut = fleet.cut(core, revoked.epoch, order).await;
    let agent = match cut.map(|cut| cut.agent) {
        Some(AgentAnswer::Confirmed(confirmation)) => AgentSaid::Confirmed(confirmation),
        Some(AgentAnswer::Silent) => AgentSaid::Unconfirmed,
        Some(AgentAnswer::Offline) | None => AgentSaid::Offline,
    };
    Ok(Receipt {
        core,
        name: revoked.name,
        epoch: revoked.epoch,
        revoked_at: revoked.revoked_at,
        streams_cut: cut.map_or(0, |cut| cut.streams),
        cut_ms: cut.map_or(0.0, |cut| cut.took.as_secs_f64() * 1_000.0),
        remaining: remaining(agent).map(str::to_owned),
        agent,
    })
}

/// Lets a revoked Core link again, under a new epoch. Returns that epoch.
pub async fn restore(registry: &Registry, fleet: &Fleet, core: CoreId, actor: &Actor) -> Result<u64, RevocationError> {
    let epoch = cores::restore(registry, core, actor).await?.ok_or(RevocationError::UnknownCore)?;
    fleet.readmit(core, epoch);
    Ok(epoch)
}

fn remaining(agent: AgentSaid) -> Option<&'static str> {
    match agent {
        AgentSaid::Confirmed(RevokeConfirmation { sign_out, .. }) => match sign_out {
            Some(SignOutOutcome::Revoked | SignOutOutcome::NotSignedIn) => None,
            Some(SignOutOutcome::DeletedLocally) => Some(
                "The credentials are gone from the host, but the vendor could not be told: they may still be valid \
                 there. Remove the sign-in in the account's own settings.",
            ),
            Some(SignOutOutcome::Failed) | None => Some(
                "The Core's Claude credentials remain on its host, unused by Condrix. To end them at the vendor as \
                 well, remove the sign-in in the account's own settings, or delete the API key in the vendor's console.",
            ),
        },
        AgentSaid::Unconfirmed | AgentSaid::Offline => Some(
            "The Core could not be reached: its Claude credentials remain on its host, and its work ends when it \
             dials again and is refused. To end them at the vendor as well, remove the sign-in in the account's own \
             settings, or delete the API key in the vendor's console.",
        ),
    }
}
