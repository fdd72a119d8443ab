//! `/v1/claude`: the Core's relation to Claude.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::claude::ClaudeError;
use crate::claude::sign_in::AccountKind;
use crate::policy::Command;
use axum::extract::State;
use http::StatusCode;
use protocol::claude::{ClaudeState, SignOutOutcome};
use protocol::headers::{self, Grant};
use protocol::ids::SignInId;
use protocol::problem::Problem;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;

/// A sign-in that waits for its code.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SignIn {
    id: SignInId,
    /// Where to approve, in any browser. It shows the code then.
    #[schema(value_type = String)]
    url: Url,
    #[serde(with = "time::serde::rfc3339")]
    lapses_at: OffsetDateTime,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// As the vendor's page shows it: `CODE#STATE`.
    code: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SignedOut {
    outcome: SignOutOutcome,
    /// Processes of the CLI that people had started in terminals: they hold the sign-in, and were ended first.
    terminal_processes_ended: usize,
}

/// An answer that the gateway holds back until it knows of the change.
type Reported<T> = ([(&'static str, String); 1], axum::Json<T>);

fn reported<T>(app: &AppState, answer: T) -> Reported<T> {
    ([(headers::REVISION, app.0.claude.revision().to_string())], axum::Json(answer))
}

/// Read the Core's state. The account is for its owner and for administrators.
#[utoipa::path(
    get,
    path = "/v1/claude",
    operation_id = "read_claude",
    tag = "claude",
    responses(
        (status = 200, body = ClaudeState),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn read(State(app): State<AppState>, caller: Caller) -> Result<axum::Json<ClaudeState>, ApiError> {
    caller.may(Command::Observe, &app)?;
    Ok(axum::Json(shown(app.0.claude.state(), &caller)))
}

fn shown(mut state: ClaudeState, caller: &Caller) -> ClaudeState {
    if caller.grant < Grant::Administer && state.owner != Some(caller.user) {
        state.account = None;
    }
    state
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSignIn {
    /// `claudeai`: a person's plan, and then that person's Core. `console`: an organisation's account, which is billed for
    /// use; the Core then works with an API key that is made for it.
    #[serde(default)]
    kind: AccountKind,
}

/// Begin a sign-in. An earlier one of the same user is replaced.
#[utoipa::path(
    post,
    path = "/v1/claude/sign-ins",
    tag = "claude",
    request_body = NewSignIn,
    responses(
        (status = 201, body = SignIn),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn begin_sign_in(
    State(app): State<AppState>,
    caller: Caller,
    Json(NewSignIn { kind }): Json<NewSignIn>,
) -> Result<(StatusCode, axum::Json<SignIn>), ApiError> {
    caller.may(Command::SignIn, &app)?;
    let begun = app.0.claude.begin_sign_in(caller.user, kind).await?;
    let sign_in = SignIn { id: begun.id, url: begun.url, lapses_at: begun.lapses_at };
    Ok((StatusCode::CREATED, axum::Json(sign_in)))
}

/// Hand in the code of a sign-in. Only who began it may.
#[utoipa::path(
    post,
    path = "/v1/claude/sign-ins/{sign_in}/code",
    tag = "claude",
    params(("sign_in" = SignInId, Path,)),
    request_body = Code,
    responses(
        (status = 200, description = "signed in", body = ClaudeState),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn submit_code(
    State(app): State<AppState>,
    caller: Caller,
    Path(sign_in): Path<SignInId>,
    Json(Code { code }): Json<Code>,
) -> Result<Reported<ClaudeState>, ApiError> {
    caller.may(Command::SignIn, &app)?;
    let state = app.0.claude.submit_code(sign_in, caller.user, &code).await?;
    Ok(reported(&app, state))
}

/// Give up a sign-in. Only who began it may.
#[utoipa::path(
    delete,
    path = "/v1/claude/sign-ins/{sign_in}",
    tag = "claude",
    params(("sign_in" = SignInId, Path,)),
    responses(
        (status = 204, description = "it is over"),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn cancel_sign_in(
    State(app): State<AppState>,
    caller: Caller,
    Path(sign_in): Path<SignInId>,
) -> Result<StatusCode, ApiError> {
    caller.may(Command::SignIn, &app)?;
    app.0.claude.cancel_sign_in(sign_in, caller.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign the Core out of Claude. Its sessions end their turns and go on after the next sign-in; in terminals the CLI ends.
#[utoipa::path(
    post,
    path = "/v1/claude/sign-out",
    tag = "claude",
    responses(
        (status = 200, body = SignedOut),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn sign_out(State(app): State<AppState>, caller: Caller) -> Result<Reported<SignedOut>, ApiError> {
    caller.may(Command::SignOut, &app)?;
    let (claude, terminals) = (app.0.claude.clone(), app.0.terminals.clone());
    // To its end, also when the client hangs up: a sign-out that stops halfway is none.
    let signed_out = app.0.tasks.spawn(async move {
        // Nobody may be left who could write new credentials once they are gone.
        let (outcome, terminal_processes_ended) = claude.sign_out(terminals.end_clis()).await?;
        Ok::<_, ClaudeError>(SignedOut { outcome, terminal_processes_ended })
    });
    let signed_out = signed_out.await.map_err(|_| protocol::problem::ProblemType::Internal)??;
    Ok(reported(&app, signed_out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::UserId;

    #[test]
    fn the_account_is_shown_to_its_owner_and_to_administrators() {
        let owner = UserId::new();
        let state =
            ClaudeState { owner: Some(owner), account: Some("ada@example.com".into()), ..ClaudeState::default() };
        let caller = |user, grant| Caller { user, name: String::new(), grant };
        let account = |caller: &Caller| shown(state.clone(), caller).account;
        assert!(account(&caller(owner, Grant::Observe)).is_some());
        assert!(account(&caller(UserId::new(), Grant::Administer)).is_some());
        assert_eq!(account(&caller(UserId::new(), Grant::Operate)), None);
    }
}
