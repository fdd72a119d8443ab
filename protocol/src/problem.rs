//! Problem details (RFC 9457): every refusal on the wire is one of these.

use crate::ids::RequestId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, as a client tells it apart. The slug is stable; titles and details may change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemType {
            $($(#[$doc])* $name,)*
        }

        impl ProblemType {
            /// All of them, for documentation and tests.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_types! {
    // The request itself.
    BadRequest = "bad-request", 400, "The request is malformed";
    InvalidBody = "invalid-body", 422, "The body does not say what is needed";
    HeadersTooLarge = "headers-too-large", 431, "The request's head is too large";
    BodyTooLarge = "body-too-large", 413, "The request's body is too large";
    RequestTimeout = "request-timeout", 408, "The request took too long to arrive";
    UnsupportedMediaType = "unsupported-media-type", 415, "The body must be JSON";
    NotFound = "not-found", 404, "There is nothing here";
    MethodNotAllowed = "method-not-allowed", 405, "This method does not fit this address";
    Conflict = "conflict", 409, "The request does not fit the present state";
    IdempotencyKeyRequired = "idempotency-key-required", 400, "An Idempotency-Key header is required";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "The Idempotency-Key was used for another request";
    TooManyRequests = "too-many-requests", 429, "Too many requests";
    // Who asks, and whether they may.
    Unauthenticated = "unauthenticated", 401, "Log in first";
    AnotherUser = "another-user", 409, "Somebody else is logged in here now";
    BadCredentials = "bad-credentials", 401, "The name or password is wrong";
    SetupTokenRefused = "setup-token-refused", 403, "The set-up link is not valid, was used or has lapsed";
    Forbidden = "forbidden", 403, "This is not allowed for you";
    OriginRefused = "origin-refused", 403, "The request comes from another site";
    OwnerOnly = "owner-only", 403, "Only the owner of this Core's Claude sign-in may do this";
    // Cores.
    CoreOffline = "core-offline", 503, "The Core is not connected";
    CoreBusy = "core-busy", 503, "The Core has as much to do as its link can carry";
    CoreRevoked = "core-revoked", 410, "The Core was revoked";
    CoreUnresponsive = "core-unresponsive", 504, "The Core did not answer in time";
    BadCoreAnswer = "bad-core-answer", 502, "The Core's answer was not acceptable";
    PairingRefused = "pairing-refused", 403, "The pairing token is not valid, was used or has lapsed";
    // Signing in to Claude.
    SignInWrongCode = "sign-in-wrong-code", 422, "The vendor refused the code";
    SignInWrongState = "sign-in-wrong-state", 422, "The code belongs to another sign-in";
    SignInMalformed = "sign-in-malformed", 422, "This is not a complete authorization code";
    SignInNetwork = "sign-in-network", 502, "The vendor could not be reached";
    SignInLapsed = "sign-in-lapsed", 410, "The sign-in has lapsed";
    SignInSuperseded = "sign-in-superseded", 409, "A newer sign-in has replaced this one";
    SignInInProgress = "sign-in-in-progress", 409, "Another user's sign-in is in progress";
    SignInFailed = "sign-in-failed", 502, "The sign-in failed";
    NotSignedIn = "not-signed-in", 409, "The Core is not signed in to Claude";
    SignInUnconfirmed = "sign-in-unconfirmed", 503, "The Core does not know yet whose sign-in it has";
    ApiKeyConfigured = "api-key-configured", 409, "The Core uses an API key";
    CliTooOld = "cli-too-old", 503, "The Claude CLI on this Core is too old";
    ClaudeUnavailable = "claude-unavailable", 503, "The Claude CLI cannot be run on this Core";
    // Sessions.
    SessionClosed = "session-closed", 409, "The session is closed";
    SessionArchived = "session-archived", 409, "The session is archived";
    SessionBusy = "session-busy", 409, "The session has a turn in progress or messages that wait";
    QueueFull = "queue-full", 429, "Too many messages are waiting in this session";
    ApprovalDecided = "approval-decided", 409, "The approval was already decided";
    ApprovalWithdrawn = "approval-withdrawn", 410, "The approval is no longer asked for";
    BypassDisabled = "bypass-disabled", 403, "No session of this Core runs without asking";
    ImagesFull = "images-full", 409, "The session holds as many pictures as it may";
    TooManyTerminals = "too-many-terminals", 429, "No more terminals are opened here";
    TerminalUnavailable = "terminal-unavailable", 503, "The terminal cannot be started or reached";
    GitUnavailable = "git-unavailable", 503, "git or ssh cannot be used on this Core";
    WorkspaceExists = "workspace-exists", 409, "A workspace of this name exists";
    // The server's own troubles.
    DiskFull = "disk-full", 507, "The Core has no room for what this would write";
    StorageUnavailable = "storage-unavailable", 503, "The data store is busy or not usable";
    ShuttingDown = "shutting-down", 503, "The server is shutting down";
    Internal = "internal", 500, "Something went wrong here";
}

/// A problem as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:condrix:problem:` and a stable slug.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What is wrong this time, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id: what to quote when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Members that belong to this type alone.
    #[serde(flatten)]
    pub extensions: Map<String, Value>,
}

const URN: &str = "urn:condrix:problem:";

impl Problem {
    pub fn new(kind: ProblemType) -> Self {
        Self {
            kind: format!("{URN}{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            instance: None,
            extensions: Map::new(),
        }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn request(mut self, id: RequestId) -> Self {
        self.instance = Some(format!("urn:uuid:{id}"));
        self
    }

    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// Which type this is, when it is one that this version knows.
    pub fn problem_type(&self) -> Option<ProblemType> {
        let slug = self.kind.strip_prefix(URN)?;
        ProblemType::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

impl From<ProblemType> for Problem {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn slugs_are_unique_and_lead_back_to_their_type() {
        let slugs: HashSet<_> = ProblemType::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemType::ALL.len());
        for kind in ProblemType::ALL {
            assert_eq!(Problem::new(*kind).problem_type(), Some(*kind));
            assert!((400..600).contains(&kind.status()));
        }
    }

    #[test]
    fn a_problem_reads_back_what_it_wrote() {
        let problem = Problem::new(ProblemType::ApprovalDecided).detail("too late").with("decided_by", "ada");
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        assert!(text.contains("\"decided_by\":\"ada\""));
    }
}
