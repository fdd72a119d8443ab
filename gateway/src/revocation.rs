//! Revoking a Core, the promise this product is named for: durable first, then visible, then cut.
//!
//! The registry's transaction (row, epoch, audit) is what makes it true; everything after it only makes it fast. A
//! gateway that dies between the two comes back with the Core revoked.

use crate::fleet::{AgentAnswer, Fleet};
use crate::registry::{Actor, Registry, RegistryError, core_claude, cores};
use protocol::claude::{Method, RevokeConfirmation, RevokeOrder, SignOutOutcome};
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
    /// Linked, but not done in time.
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
        remaining: remaining(agent, last_known(registry, core).await),
        agent,
    })
}

/// Lets a revoked Core link again, under a new epoch. Returns that epoch.
pub async fn restore(registry: &Registry, fleet: &Fleet, core: CoreId, actor: &Actor) -> Result<u64, RevocationError> {
    let epoch = cores::restore(registry, core, actor).await?.ok_or(RevocationError::UnknownCore)?;
    fleet.readmit(core, epoch);
    Ok(epoch)
}

/// How the Core was signed in when it was last heard of. None where it was never heard of, and when that cannot be read:
/// the cut does not wait for it.
async fn last_known(registry: &Registry, core: CoreId) -> Option<Method> {
    let read = async { core_claude::all(&mut *registry.reader().await?).await };
    match read.await {
        Ok(mut known) => known.remove(&core).map(|claude| claude.method),
        Err(error) => {
            tracing::error!(%core, %error, "what a revoked Core holds cannot be read");
            None
        }
    }
}

const DELETED_LOCALLY: &str = "The credentials are gone from the host, but the vendor could not be told: they may still \
     be valid there. Remove the sign-in in the account's own settings.";
const SIGN_IN_REMAINS: &str = "The Core's Claude credentials remain on its host, unused by Condrix. To end them at the \
     vendor as well, remove the sign-in in the account's own settings.";
const KEY_REMAINS: &str = "The Core's API key remains on its host and stays valid: Condrix does not use it and cannot end \
     it. To end it, delete the API key in the vendor's console.";
const KEY_DELETED: &str = "The API key is gone from the host, and stays valid at the vendor, where the Core cannot end it. \
     To end it, delete the API key in the vendor's console.";
const EITHER_REMAINS: &str = "Whatever Claude credentials the Core has remain on its host. To end them at the vendor as \
     well, remove the sign-in in the account's own settings, or delete the API key in the vendor's console.";
const NOT_CONFIRMED: &str = "The Core is connected and did not confirm in time: its work may still be ending there, and \
     whether it was signed out is not known.";
const NOT_REACHED: &str = "The Core could not be reached: its work ends when it dials again and is refused.";

/// `known`: how the Core was signed in when it was last heard of.
fn remaining(agent: AgentSaid, known: Option<Method>) -> Option<String> {
    let held = |method| match method {
        Some(Method::None) => None,
        Some(Method::OAuth) => Some(SIGN_IN_REMAINS),
        Some(Method::ApiKey | Method::Console) => Some(KEY_REMAINS),
        None => Some(EITHER_REMAINS),
    };
    match agent {
        AgentSaid::Confirmed(RevokeConfirmation { sign_out, method, .. }) => match sign_out {
            Some(SignOutOutcome::Revoked | SignOutOutcome::NotSignedIn) => None,
            Some(SignOutOutcome::DeletedLocally) => Some(DELETED_LOCALLY),
            Some(SignOutOutcome::ApiKeyRemains) => Some(KEY_REMAINS),
            Some(SignOutOutcome::KeyDeleted) => Some(KEY_DELETED),
            Some(SignOutOutcome::Failed) if method == Method::Console => Some(KEY_REMAINS),
            Some(SignOutOutcome::Failed) => Some(SIGN_IN_REMAINS),
            None => held(Some(method)),
        }
        .map(str::to_owned),
        AgentSaid::Unconfirmed => held(known).map(|held| format!("{NOT_CONFIRMED} {held}")),
        AgentSaid::Offline => held(known).map(|held| format!("{NOT_REACHED} {held}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(method: Method, sign_out: Option<SignOutOutcome>) -> AgentSaid {
        AgentSaid::Confirmed(RevokeConfirmation { method, sign_out, ..RevokeConfirmation::default() })
    }

    #[test]
    fn a_core_that_never_signed_in_leaves_nothing_behind() {
        for agent in [confirmed(Method::None, None), AgentSaid::Unconfirmed, AgentSaid::Offline] {
            assert_eq!(remaining(agent, Some(Method::None)), None, "{agent:?}");
        }
    }

    #[test]
    fn an_api_key_remains_whether_or_not_a_sign_out_was_ordered() {
        for sign_out in [None, Some(SignOutOutcome::ApiKeyRemains)] {
            let told = remaining(confirmed(Method::ApiKey, sign_out), None).unwrap();
            assert!(told.contains("API key remains") && told.contains("vendor's console"), "{told}");
            assert!(!told.contains("account's own settings"), "{told}");
        }
    }

    #[test]
    fn a_key_of_the_console_is_told_to_live_on_at_the_vendor_wherever_it_went() {
        for (method, sign_out, begins) in [
            (Method::None, Some(SignOutOutcome::KeyDeleted), "The API key is gone from the host"),
            (Method::Console, Some(SignOutOutcome::Failed), "The Core's API key remains"),
            (Method::Console, None, "The Core's API key remains"),
        ] {
            let told = remaining(confirmed(method, sign_out), None).unwrap();
            assert!(told.starts_with(begins) && told.contains("vendor's console"), "{told}");
        }
    }

    #[test]
    fn a_silent_core_is_told_from_one_that_is_away() {
        let told = |agent| remaining(agent, Some(Method::OAuth)).unwrap();
        assert!(told(AgentSaid::Unconfirmed).contains("did not confirm"));
        assert!(told(AgentSaid::Offline).contains("could not be reached"));
        for agent in [AgentSaid::Unconfirmed, AgentSaid::Offline] {
            let told = remaining(agent, None).unwrap();
            assert!(told.contains("account's own settings") && told.contains("vendor's console"), "{told}");
        }
    }

    #[test]
    fn only_a_sign_out_that_the_vendor_took_leaves_nothing_of_a_sign_in() {
        for (sign_out, remains) in [
            (Some(SignOutOutcome::Revoked), false),
            (Some(SignOutOutcome::DeletedLocally), true),
            (Some(SignOutOutcome::Failed), true),
            (None, true),
        ] {
            assert_eq!(remaining(confirmed(Method::OAuth, sign_out), None).is_some(), remains, "{sign_out:?}");
        }
    }
}
