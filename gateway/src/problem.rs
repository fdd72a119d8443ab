//! The one place where the control plane's errors become what a client is told (RFC 9457).
//!
//! A handler returns an [`ApiError`]; its response carries the [`Problem`] as a value until [`finish`], the outermost
//! layer, writes it with the request's id. Whatever else answers with an error status (axum's own rejections, a panic)
//! becomes a problem there as well. Internal text goes to the log and never to a client.

use crate::auth::{AuthError, Caller, CreateApiTokenError, LogInError, SetUpError, Throttled};
use crate::registry::RegistryError;
use crate::registry::cores::ChangeCoreError;
use crate::registry::pairing_tokens::{CreatePairingTokenError, RedeemError};
use crate::revocation::RevocationError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use protocol::problem::{MEDIA_TYPE, Problem, ProblemType};
use std::any::Any;
use tracing::{error, info};

/// What a handler may end with instead of an answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("there is nothing here")]
    NotFound,
    #[error("this method does not fit this address")]
    MethodNotAllowed,
    #[error("nobody is logged in")]
    Unauthenticated,
    #[error("the request is malformed: {0}")]
    BadRequest(String),
    #[error("the body is not JSON")]
    MediaType,
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the body does not say what is needed: {0}")]
    InvalidBody(String),
    #[error("{0}")]
    Conflict(&'static str),
    #[error("a handler panicked")]
    Panicked,
    #[error("the edge did not say who calls")]
    NoCaller,
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    LogIn(#[from] LogInError),
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    #[error(transparent)]
    CreateApiToken(#[from] CreateApiTokenError),
    #[error(transparent)]
    CreatePairingToken(#[from] CreatePairingTokenError),
    #[error(transparent)]
    Redeem(#[from] RedeemError),
    #[error(transparent)]
    ChangeCore(#[from] ChangeCoreError),
    #[error(transparent)]
    Revocation(#[from] RevocationError),
    #[error(transparent)]
    Throttled(#[from] Throttled),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Goes with a response to [`finish`]: this was no refusal but a fault, and belongs in the log.
#[derive(Clone)]
struct Fault(String);

impl ApiError {
    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemType::NotFound.into(),
            Self::MethodNotAllowed => ProblemType::MethodNotAllowed.into(),
            Self::Unauthenticated => ProblemType::Unauthenticated.into(),
            Self::BadRequest(detail) => Problem::new(ProblemType::BadRequest).detail(detail),
            Self::MediaType => ProblemType::UnsupportedMediaType.into(),
            Self::BodyTooLarge => ProblemType::BodyTooLarge.into(),
            Self::InvalidBody(detail) => Problem::new(ProblemType::InvalidBody).detail(detail),
            Self::Conflict(detail) => Problem::new(ProblemType::Conflict).detail(*detail),
            Self::Panicked | Self::NoCaller => ProblemType::Internal.into(),
            Self::Auth(AuthError::Malformed | AuthError::Invalid | AuthError::Lapsed) => {
                Problem::new(ProblemType::BadCredentials).detail("The credentials are not valid.")
            }
            Self::LogIn(error) => match error {
                LogInError::BadCredentials => ProblemType::BadCredentials.into(),
                LogInError::Throttled(throttled) => too_many(*throttled),
                LogInError::Registry(error) => of_registry(error),
            },
            Self::SetUp(error) => match error {
                SetUpError::Token => ProblemType::SetupTokenRefused.into(),
                SetUpError::NameTaken => Problem::new(ProblemType::Conflict).detail("The name is taken."),
                SetUpError::Weak(weak) => Problem::new(ProblemType::InvalidBody).detail(format!("password: {weak}")),
                SetUpError::Throttled(throttled) => too_many(*throttled),
                SetUpError::Registry(error) => of_registry(error),
            },
            Self::CreateApiToken(error) => match error {
                CreateApiTokenError::TooMany => Problem::new(ProblemType::Conflict).detail(error.to_string()),
                CreateApiTokenError::Ended => ProblemType::Unauthenticated.into(),
                CreateApiTokenError::Registry(error) => of_registry(error),
            },
            Self::CreatePairingToken(error) => match error {
                CreatePairingTokenError::NameTaken | CreatePairingTokenError::TooMany => {
                    Problem::new(ProblemType::Conflict).detail(error.to_string())
                }
                CreatePairingTokenError::Registry(error) => of_registry(error),
            },
            Self::Redeem(error) => match error {
                RedeemError::Refused => ProblemType::PairingRefused.into(),
                RedeemError::Registry(error) => of_registry(error),
            },
            Self::ChangeCore(error) => match error {
                ChangeCoreError::Unknown => ProblemType::NotFound.into(),
                ChangeCoreError::NameTaken => Problem::new(ProblemType::Conflict).detail("The name is taken."),
                ChangeCoreError::Registry(error) => of_registry(error),
            },
            Self::Revocation(error) => match error {
                RevocationError::UnknownCore => ProblemType::NotFound.into(),
                RevocationError::Registry(error) => of_registry(error),
            },
            Self::Throttled(throttled) => too_many(*throttled),
            Self::Registry(error) => of_registry(error),
        }
    }
}

pub(crate) fn of_registry(error: &RegistryError) -> Problem {
    match error {
        RegistryError::Unavailable(_) | RegistryError::Crowded => ProblemType::StorageUnavailable.into(),
        RegistryError::Unreadable { .. } | RegistryError::Failed(_) => ProblemType::Internal.into(),
    }
}

/// The member that [`finish`] makes the `Retry-After` header of.
const RETRY: &str = "retry_after_seconds";

fn too_many(throttled: Throttled) -> Problem {
    // Rounded up: whoever comes back a moment too early has waited for nothing.
    let seconds = throttled.retry_after.as_millis().div_ceil(1_000);
    Problem::new(ProblemType::TooManyRequests).with(RETRY, u64::try_from(seconds).unwrap_or(u64::MAX))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if status.is_server_error() {
            response.extensions_mut().insert(Fault(self.to_string()));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

/// In an answer's extensions: it is for a person to read, and says itself what is wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForAPerson;

/// Writes problems out. Nothing that a program can send leads to an error answer of another form.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<Caller>().map(|caller| caller.request_id);
    let mut response = next.run(request).await;
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    // Only the web client's own files say that they may be kept.
    if failed || !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !failed || response.extensions().get::<ForAPerson>().is_some() {
        return response;
    }
    let mut problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| of_status(status).into());
    if let Some(id) = id {
        problem = problem.request(id);
    }
    let request = problem.instance.as_deref().unwrap_or_default();
    if let Some(Fault(reason)) = response.extensions_mut().remove::<Fault>() {
        error!(request, %reason, "a request to the control plane failed");
    } else {
        info!(request, problem = problem.kind, "a request to the control plane was refused");
    }
    write(&problem, response)
}

fn write(problem: &Problem, answered: Response) -> Response {
    let body = serde_json::to_vec(problem).expect("a problem is strings, numbers and JSON");
    let (mut parts, _) = answered.into_parts();
    parts.status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    parts.headers.remove(http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(seconds) = problem.extensions.get(RETRY).and_then(serde_json::Value::as_u64) {
        parts.headers.insert(RETRY_AFTER, seconds.into());
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        parts.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    Response::from_parts(parts, body.into())
}

/// For an error that the framework answered by itself.
const fn of_status(status: StatusCode) -> ProblemType {
    match status {
        StatusCode::NOT_FOUND => ProblemType::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemType::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemType::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemType::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => ProblemType::RequestTimeout,
        _ if status.as_u16() < 500 => ProblemType::BadRequest,
        _ => ProblemType::Internal,
    }
}

/// What a panic in a handler becomes. Its message was logged by the panic hook and is no client's business.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Panicked.into_response()
}
