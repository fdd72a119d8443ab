//! Where errors become problems (RFC 9457): the one place, by an exhaustive match.

use crate::claude::ClaudeError;
use crate::claude::mcp::McpError;
use crate::claude::model::ModelError;
use crate::claude::process::ProcessError;
use crate::claude::session::ControlError;
use crate::claude::sign_in::{Over, SignInError};
use crate::claude::trust::TrustError;
use crate::git::{AddressError, AuthorError, CloneError, CredentialError, DeployKeyError};
use crate::journal::{JournalError, Room};
use crate::terminal::TerminalError;
use crate::workspace::WorkspaceError;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::headers;
use protocol::ids::RequestId;
use protocol::problem::{MEDIA_TYPE, Problem, ProblemType};
use tracing::Instrument as _;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{}", .0.title())]
    Refused(ProblemType),
    /// A refusal that says more than its type does.
    #[error("{}", .0.title)]
    Explained(Box<Problem>),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Clone(#[from] CloneError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    DeployKey(#[from] DeployKeyError),
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error(transparent)]
    Author(#[from] AuthorError),
    #[error(transparent)]
    Claude(#[from] ClaudeError),
    #[error(transparent)]
    SignIn(#[from] SignInError),
    #[error(transparent)]
    Terminal(#[from] TerminalError),
}

impl From<ProblemType> for ApiError {
    fn from(kind: ProblemType) -> Self {
        Self::Refused(kind)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Explained(Box::new(problem))
    }
}

impl ApiError {
    fn problem(&self) -> Problem {
        let kind = match self {
            Self::Explained(problem) => return Problem::clone(problem),
            Self::Refused(kind) => *kind,
            Self::Journal(error) | Self::Claude(ClaudeError::Journal(error)) => match error {
                JournalError::UnknownSession(_) => ProblemType::NotFound,
                JournalError::SessionExists(_) => ProblemType::Conflict,
                JournalError::Closed => ProblemType::ShuttingDown,
                JournalError::DiskFull => ProblemType::DiskFull,
                JournalError::SearchesBusy => ProblemType::TooManyRequests,
                JournalError::SearchTooBroad => {
                    return Problem::new(ProblemType::BadRequest).detail("too much is found: look for more words");
                }
                JournalError::Storage(_) | JournalError::Open(_) => ProblemType::StorageUnavailable,
                JournalError::UnknownTurn(_) | JournalError::Unusable { .. } | JournalError::Row { .. } => {
                    ProblemType::Internal
                }
            },
            Self::Claude(ClaudeError::Cli(ProcessError::TooOld(error)))
            | Self::SignIn(SignInError::Cli(ProcessError::TooOld(error))) => {
                return Problem::new(ProblemType::CliTooOld).detail(error.to_string());
            }
            Self::SignIn(error) => match error {
                SignInError::ApiKeyConfigured => ProblemType::ApiKeyConfigured,
                SignInError::InProgress => ProblemType::SignInInProgress,
                SignInError::Unknown => ProblemType::NotFound,
                SignInError::NotYours => ProblemType::Forbidden,
                SignInError::Busy => ProblemType::Conflict,
                SignInError::Malformed(why) => return Problem::new(ProblemType::SignInMalformed).detail(*why),
                SignInError::WrongState => ProblemType::SignInWrongState,
                SignInError::WrongCode => ProblemType::SignInWrongCode,
                SignInError::Network(_) => ProblemType::SignInNetwork,
                SignInError::Over(over) => match over {
                    Over::Succeeded => ProblemType::Conflict,
                    Over::Superseded => ProblemType::SignInSuperseded,
                    Over::Lapsed | Over::Cancelled | Over::Failed => {
                        return Problem::new(ProblemType::SignInLapsed).detail(error.to_string());
                    }
                },
                SignInError::Failed(_) => ProblemType::SignInFailed,
                SignInError::Cli(_) => ProblemType::ClaudeUnavailable,
                SignInError::Closed => ProblemType::ShuttingDown,
            },
            Self::Clone(error @ CloneError::TooMany) => {
                return Problem::new(ProblemType::TooManyRequests).detail(error.to_string());
            }
            Self::Clone(error @ CloneError::Ready) => {
                return Problem::new(ProblemType::Conflict).detail(error.to_string());
            }
            Self::Clone(CloneError::Closed) => ProblemType::ShuttingDown,
            Self::Clone(error @ CloneError::NoRoom) => {
                return Problem::new(ProblemType::DiskFull).detail(error.to_string());
            }
            Self::Clone(CloneError::Forget(_)) => ProblemType::StorageUnavailable,
            Self::Address(error) => return Problem::new(ProblemType::InvalidBody).detail(error.to_string()),
            Self::DeployKey(_) => ProblemType::GitUnavailable,
            Self::Credential(error) => match error {
                CredentialError::Host | CredentialError::Value => {
                    return Problem::new(ProblemType::InvalidBody).detail(error.to_string());
                }
                CredentialError::TooMany => return Problem::new(ProblemType::Conflict).detail(error.to_string()),
                CredentialError::Unknown => ProblemType::NotFound,
                CredentialError::File(_) | CredentialError::Malformed { .. } => ProblemType::StorageUnavailable,
            },
            Self::Author(error) => match error {
                AuthorError::Value => return Problem::new(ProblemType::InvalidBody).detail(error.to_string()),
                AuthorError::TooMany => return Problem::new(ProblemType::Conflict).detail(error.to_string()),
                AuthorError::Unknown => ProblemType::NotFound,
                AuthorError::File(_) | AuthorError::Io(_) => ProblemType::StorageUnavailable,
            },
            Self::Workspace(error)
            | Self::Terminal(TerminalError::Workspace(error))
            | Self::Clone(CloneError::Workspace(error))
            | Self::Claude(ClaudeError::Workspace(error)) => match error {
                WorkspaceError::InvalidName => {
                    return Problem::new(ProblemType::InvalidBody).detail(error.to_string());
                }
                WorkspaceError::TooMany => return Problem::new(ProblemType::Conflict).detail(error.to_string()),
                WorkspaceError::Unknown => ProblemType::NotFound,
                WorkspaceError::Exists => ProblemType::WorkspaceExists,
                WorkspaceError::Io(_) => ProblemType::StorageUnavailable,
            },
            Self::Claude(error) => return of_claude(error),
            Self::Terminal(error) => match error {
                TerminalError::Unknown => ProblemType::NotFound,
                TerminalError::TooMany(_) | TerminalError::TooManyOfOne(_) => {
                    return Problem::new(ProblemType::TooManyTerminals).detail(error.to_string());
                }
                TerminalError::TooManyClients(_) => {
                    return Problem::new(ProblemType::TooManyRequests).detail(error.to_string());
                }
                TerminalError::Name => return Problem::new(ProblemType::InvalidBody).detail(error.to_string()),
                TerminalError::Start(_) | TerminalError::Reach(_) => ProblemType::TerminalUnavailable,
                TerminalError::Closed => ProblemType::ShuttingDown,
                TerminalError::Workspace(_) => ProblemType::Internal,
            },
        };
        kind.into()
    }
}

const fn no_room(room: Room) -> &'static str {
    match room {
        Room::JournalFull => {
            "the journal may not grow that much: remove sessions; those in the archive go only once it is full"
        }
        Room::DiskLow => "the journal's file system has too little room left",
        Room::Enough => "there is room again",
    }
}

/// Of the CLI and its conversations.
fn of_claude(error: &ClaudeError) -> Problem {
    let kind = match error {
        ClaudeError::NotSignedIn => ProblemType::NotSignedIn,
        ClaudeError::ApiKeyConfigured => ProblemType::ApiKeyConfigured,
        ClaudeError::UnknownSession | ClaudeError::Mcp(McpError::Unknown) => ProblemType::NotFound,
        ClaudeError::SessionClosed => ProblemType::SessionClosed,
        ClaudeError::SessionBusy => ProblemType::SessionBusy,
        ClaudeError::BypassDisabled => ProblemType::BypassDisabled,
        ClaudeError::Closed | ClaudeError::Cli(ProcessError::Closed) => ProblemType::ShuttingDown,
        ClaudeError::Cli(_)
        | ClaudeError::Model(ModelError::NothingKnown)
        | ClaudeError::Control(ControlError::Timeout) => ProblemType::ClaudeUnavailable,
        ClaudeError::Busy | ClaudeError::Control(ControlError::TooMany) => ProblemType::TooManyRequests,
        ClaudeError::Owner(_)
        | ClaudeError::Transcript(_)
        | ClaudeError::Trust(TrustError::File(_))
        | ClaudeError::Mcp(McpError::File(_)) => ProblemType::StorageUnavailable,
        // What the first two are is told where they come from.
        ClaudeError::Journal(_) | ClaudeError::Workspace(_) | ClaudeError::SessionGone => ProblemType::Internal,
        ClaudeError::NoRoom(room) => return Problem::new(ProblemType::DiskFull).detail(no_room(*room)),
        ClaudeError::Model(_)
        | ClaudeError::Answer(_)
        | ClaudeError::BypassLength(_)
        | ClaudeError::Mcp(McpError::Server(_)) => {
            return Problem::new(ProblemType::InvalidBody).detail(error.to_string());
        }
        ClaudeError::Trust(TrustError::TooMany)
        | ClaudeError::Mcp(McpError::TooMany)
        | ClaudeError::Control(ControlError::NoProcess | ControlError::Refused(_)) => {
            return Problem::new(ProblemType::Conflict).detail(error.to_string());
        }
    };
    kind.into()
}

/// What [`conclude`] finds in an answer and writes out: it knows the request's id.
#[derive(Clone)]
struct Unsent(Problem);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.status >= 500 {
            tracing::error!(error = %self, cause = ?self, kind = problem.kind, "a request failed");
        } else {
            // Without the detail: it may quote the body, and bodies carry prompts and codes.
            tracing::info!(reason = %self, kind = problem.kind, "a request was refused");
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Unsent(problem));
        response
    }
}

/// The outermost layer: one span and one id for a request, and the body of whatever was refused within.
pub(super) async fn conclude(request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let trace = request.headers().get(headers::TRACEPARENT).and_then(|value| value.to_str().ok());
    let span = tracing::info_span!("api.request", request = %id, method = %request.method(), trace);
    let mut response = next.run(request).instrument(span).await;
    if let Some(Unsent(problem)) = response.extensions_mut().remove() {
        // Strings and numbers are always JSON.
        let body = serde_json::to_vec(&problem.request(id)).unwrap_or_default();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(body);
    }
    response
}

/// The gateway's id for the request, or a fresh one where it sent none that is one.
fn request_id(headers: &HeaderMap) -> RequestId {
    let sent = headers.get(headers::REQUEST_ID).and_then(|value| value.to_str().ok()).and_then(|id| id.parse().ok());
    sent.unwrap_or_else(RequestId::new)
}
