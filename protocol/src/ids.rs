//! Identifiers. Each kind is its own type, so that a user's id cannot be handed where a Core's belongs.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that was to be an identifier and is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a {kind} id")]
pub struct InvalidId {
    pub kind: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id that sorts by the time it was made (UUID version 7).
            #[expect(clippy::new_without_default, reason = "a default would be a different id each time")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Only the hyphenated lower-case form is an id: one thing has one name in a URL.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = Uuid::try_parse(text).map_err(|_| InvalidId { kind: $kind })?;
                if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text {
                    Ok(Self(id))
                } else {
                    Err(InvalidId { kind: $kind })
                }
            }
        }
    };
}

id!(/// One agent under one operating-system user.
    CoreId, "core");
id!(/// A person.
    UserId, "user");
id!(/// A browser's login. Its cookie holds another, secret value.
    LoginSessionId, "login session");
id!(/// A program's long-lived credential. Its secret half is shown once.
    ApiTokenId, "API token");
id!(/// A permission to pair one agent, once.
    PairingTokenId, "pairing token");
id!(/// One Claude conversation in a workspace; also the CLI's own session id.
    SessionId, "session");
id!(/// One message and its answer.
    TurnId, "turn");
id!(/// A tool permission that the CLI asked for.
    ApprovalId, "approval");
id!(/// A PTY on a Core.
    TerminalId, "terminal");
id!(/// One attempt to sign a Core in to Claude by OAuth.
    SignInId, "sign-in");
id!(/// One request, from the gateway's edge to the Core's log.
    RequestId, "request");
id!(/// One start of an agent: both connections of a link carry it.
    LinkId, "link");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_exactly_one_spelling() {
        let id = CoreId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in [
            id.to_string().to_uppercase(),
            id.as_uuid().simple().to_string(),
            format!("{{{id}}}"),
            format!("urn:uuid:{id}"),
            String::new(),
        ] {
            assert!(other.parse::<CoreId>().is_err(), "{other} was accepted");
        }
    }
}
