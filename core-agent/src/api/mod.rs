//! The agent's HTTP API, as the gateway reaches it over the link. Every route is listed here, and nowhere else.
//!
//! Only the gateway can open streams on a link, so what its headers say of the caller is believed ([`caller`]); what the
//! caller may do is [`crate::policy`]'s to decide, in every handler. Errors become problems in one place ([`problem`]).

mod approvals;
mod author;
mod bypass;
pub mod caller;
mod claude;
mod commands;
mod events;
pub mod extract;
mod follow;
mod git;
mod images;
mod journal;
mod link;
mod mcp_servers;
mod messages;
mod news;
pub mod problem;
mod recordings;
mod search;
mod session_mcp;
mod sessions;
mod terminals;
#[cfg(test)]
mod tests;
mod trust;
mod workspaces;

use crate::claude::Claude;
use crate::config::Config;
use crate::git::{Authors, Clones, Identity};
use crate::journal::Journal;
use crate::terminal::Terminals;
use crate::workspace::Workspaces;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use problem::ApiError;
use protocol::link::paths;
use protocol::problem::ProblemType;
use std::any::Any;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest request body: a message is text that a person wrote or pasted.
const MAX_BODY: usize = 1024 * 1024;
/// The largest message with pictures.
const MAX_MESSAGE: usize = 8 * 1024 * 1024;
/// Bodies with pictures that are read at once.
pub const MAX_UPLOADS: usize = 4;

/// What handlers work with.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub journal: Journal,
    pub workspaces: Workspaces,
    /// What this Core proves itself with to servers of repositories.
    pub identity: Identity,
    /// In whose names people commit.
    pub authors: Authors,
    pub clones: Clones,
    pub claude: Arc<Claude>,
    pub terminals: Arc<Terminals>,
    /// One permit for each reader of events.
    pub readers: Arc<Semaphore>,
    /// One permit for each body with pictures that is read.
    pub uploads: Arc<Semaphore>,
    /// What goes on behind an answer.
    pub tasks: TaskTracker,
    /// Ends what would otherwise never end: readers and reports.
    pub stop: CancellationToken,
}

#[derive(Clone, Debug)]
pub struct AppState(pub Arc<App>);

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Condrix Core",
        description = "What a Core answers. Through a gateway, `/v1/…` is `/api/v1/cores/{core}/…`.",
    ),
    tags(
        (name = "claude"),
        (name = "workspaces"),
        (name = "git"),
        (name = "sessions"),
        (name = "mcp"),
        (name = "terminals"),
    ),
)]
struct Described;

/// The routes for people. Which of them a caller may use is for the handler to ask ([`caller::Caller::may`]); a handler
/// without a [`caller::Caller`] would answer anybody, and a test looks for that.
fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(workspaces::list, workspaces::create))
        .routes(routes!(workspaces::read, workspaces::remove))
        .routes(routes!(git::deploy_key))
        .routes(routes!(git::credentials, git::put_credential))
        .routes(routes!(git::remove_credential))
        .routes(routes!(author::read, author::set, author::remove))
        .routes(routes!(trust::trust, trust::distrust))
        .routes(routes!(mcp_servers::list))
        .routes(routes!(mcp_servers::set, mcp_servers::remove))
        .routes(routes!(mcp_servers::list_of_workspace))
        .routes(routes!(mcp_servers::set_of_workspace, mcp_servers::remove_of_workspace))
        .routes(routes!(session_mcp::read))
        .routes(routes!(session_mcp::switch))
        .routes(routes!(session_mcp::reconnect))
        .routes(routes!(claude::read))
        .routes(routes!(claude::begin_sign_in))
        .routes(routes!(claude::submit_code))
        .routes(routes!(claude::cancel_sign_in))
        .routes(routes!(claude::sign_out))
        .routes(routes!(sessions::list, sessions::create))
        .routes(routes!(sessions::read, sessions::change::change, sessions::remove::remove))
        .routes(routes!(sessions::change::close))
        .routes(routes!(sessions::change::interrupt))
        .routes(routes!(sessions::fork::fork))
        .routes(routes!(sessions::export::export))
        .routes(routes!(sessions::remove::list))
        .routes(routes!(search::search))
        .routes(routes!(journal::read))
        .merge(OpenApiRouter::new().routes(routes!(messages::send)).layer(DefaultBodyLimit::max(MAX_MESSAGE)))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::answer))
        .routes(routes!(bypass::begin, bypass::end))
        .routes(routes!(images::read))
        .routes(routes!(commands::list))
        .routes(routes!(events::follow))
        .routes(routes!(news::follow))
        .routes(routes!(terminals::list, terminals::create))
        .routes(routes!(terminals::read, terminals::rename, terminals::close))
        .routes(routes!(terminals::attach::attach))
        .routes(routes!(terminals::attach::watch))
        .routes(routes!(recordings::list))
        .routes(routes!(recordings::download, recordings::delete))
}

/// The API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

/// What a link's streams are served with.
pub fn router(app: AppState) -> Router {
    let (router, _) = described().split_for_parts();
    router
        .route(paths::REPORTS, get(link::reports))
        .route(paths::REVOKED, post(link::revoked))
        .fallback(async || ApiError::Refused(ProblemType::NotFound))
        .method_not_allowed_fallback(async || ApiError::Refused(ProblemType::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(problem::conclude))
        .with_state(app)
}

/// The panic itself went to the log where it happened.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::Refused(ProblemType::Internal).into_response()
}
