//! `/v1/git`: what this Core proves itself with to servers of repositories.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::git::{Credential, CredentialError, Identity};
use crate::policy::Command;
use axum::extract::State;
use http::StatusCode;
use protocol::problem::{Problem, ProblemType};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// This Core's key for ssh.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DeployKey {
    /// As a server takes it: `ssh-ed25519 …`.
    public_key: String,
}

/// Whom a server of repositories is told that this Core is. The password is never shown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GitCredential {
    host: String,
    username: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GitCredentialList {
    credentials: Vec<GitCredential>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGitCredential {
    /// As in the repository's address, with its port where that is not 443: `git.example` or `git.example:8443`.
    host: String,
    username: String,
    /// A password, or more often a token.
    #[schema(value_type = String, write_only)]
    password: SecretString,
}

/// Read the public half of this Core's deploy key. It is made when it is first asked for.
#[utoipa::path(
    get,
    path = "/v1/git/deploy-key",
    operation_id = "read_deploy_key",
    tag = "git",
    responses(
        (status = 200, body = DeployKey),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn deploy_key(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<DeployKey>, ApiError> {
    caller.may(Command::SetUpGit, &app)?;
    let identity = app.0.identity.clone();
    // To its end, also when the client hangs up: a key that is half made is none.
    let public_key =
        app.0.tasks.spawn(async move { identity.public_key().await }).await.map_err(|_| ProblemType::Internal)??;
    Ok(axum::Json(DeployKey { public_key }))
}

/// List the hosts that this Core has credentials for.
#[utoipa::path(
    get,
    path = "/v1/git/credentials",
    operation_id = "list_git_credentials",
    tag = "git",
    responses(
        (status = 200, body = GitCredentialList),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn credentials(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<axum::Json<GitCredentialList>, ApiError> {
    caller.may(Command::SetUpGit, &app)?;
    let all = on_disk(&app, Identity::credentials).await?;
    let credentials = all.into_iter().map(|(host, username)| GitCredential { host, username }).collect();
    Ok(axum::Json(GitCredentialList { credentials }))
}

/// Store a credential for a host, in place of an older one. It is given to git alone.
#[utoipa::path(
    post,
    path = "/v1/git/credentials",
    operation_id = "store_git_credential",
    tag = "git",
    request_body = NewGitCredential,
    responses(
        (status = 204, description = "it is stored"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn put_credential(
    State(app): State<AppState>,
    caller: Caller,
    Json(new): Json<NewGitCredential>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::SetUpGit, &app)?;
    let NewGitCredential { host, username, password } = new;
    on_disk(&app, move |identity| identity.put_credential(&host, Credential { username, password })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget a host's credential.
#[utoipa::path(
    delete,
    path = "/v1/git/credentials/{host}",
    operation_id = "remove_git_credential",
    tag = "git",
    params(("host" = String, Path,)),
    responses(
        (status = 204, description = "it is forgotten"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn remove_credential(
    State(app): State<AppState>,
    caller: Caller,
    Path(host): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::SetUpGit, &app)?;
    on_disk(&app, move |identity| identity.remove_credential(&host)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The disk may be slow: a thread for those who wait does it.
async fn on_disk<T: Send + 'static>(
    app: &AppState,
    work: impl FnOnce(&Identity) -> Result<T, CredentialError> + Send + 'static,
) -> Result<T, ApiError> {
    let identity = app.0.identity.clone();
    let done = tokio::task::spawn_blocking(move || work(&identity)).await;
    Ok(done.map_err(|_| ProblemType::Internal)??)
}
