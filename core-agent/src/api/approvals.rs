//! `/v1/sessions/{session}/approvals`: tool permissions that the CLI asks for.

use super::AppState;
use super::caller::Caller;
use super::extract::{Json, Path};
use super::problem::ApiError;
use crate::journal::{Answer, Decided};
use crate::policy::{Command, Use};
use axum::extract::State;
use protocol::approval::{Scope, Terms};
use protocol::cursor::Cursor;
use protocol::event::{Decision, PermissionMode, Recorded};
use protocol::ids::{ApprovalId, SessionId};
use protocol::problem::{Problem, ProblemType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A reason is for the model to read.
const LONGEST_MESSAGE: usize = 4096;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Pending {
    /// Their `approval_requested` events, oldest first.
    approvals: Vec<Recorded>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnswer {
    decision: Decision,
    /// With a denial: the model reads it.
    #[serde(default)]
    message: Option<String>,
    /// How far an allowance reaches.
    #[serde(default)]
    scope: Scope,
    /// Where a tool is allowed: its input, edited. It takes the place of what was asked for.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    input: Option<Map<String, Value>>,
    /// Where questions are asked: each question's answer, in own words or by an option's label. Where several options may
    /// be chosen, a list of labels.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    answers: Option<Map<String, Value>>,
    /// Where a plan is allowed: the mode after it, `default` when left out.
    #[serde(default)]
    mode: Option<PermissionMode>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Answered {
    decision: Decision,
    /// The id of the `approval_decided` event.
    event: String,
}

/// List the approvals that wait for an answer.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session}/approvals",
    operation_id = "list_approvals",
    tag = "sessions",
    params(("session" = SessionId, Path,)),
    responses(
        (status = 200, body = Pending),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<axum::Json<Pending>, ApiError> {
    caller.may(Command::Observe, &app)?;
    caller.session(session, Use::See, &app).await?;
    let approvals = app.0.journal.pending_approvals(session).await?;
    Ok(axum::Json(Pending { approvals }))
}

/// Answer an approval. The first answer wins; a later one is told who was first, and what was decided.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session}/approvals/{approval}",
    operation_id = "answer_approval",
    tag = "sessions",
    params(("session" = SessionId, Path,), ("approval" = ApprovalId, Path,)),
    request_body = NewAnswer,
    responses(
        (status = 200, body = Answered),
        (status = "default", content_type = "application/problem+json", body = Problem),
    ),
)]
pub(super) async fn answer(
    State(app): State<AppState>,
    caller: Caller,
    Path((session, approval)): Path<(SessionId, ApprovalId)>,
    Json(new): Json<NewAnswer>,
) -> Result<axum::Json<Answered>, ApiError> {
    caller.may(Command::Operate, &app)?;
    caller.session(session, Use::Write, &app).await?;
    if new.message.as_ref().is_some_and(|message| message.len() > LONGEST_MESSAGE) {
        return Err(Problem::new(ProblemType::InvalidBody).detail("the message is too long").into());
    }
    let decision = new.decision;
    let terms = Terms { scope: new.scope, rules: Vec::new(), input: new.input, answers: new.answers, mode: new.mode };
    let answer = Answer { approval, decision, message: new.message, terms, by: caller.actor() };
    match app.0.claude.answer(session, answer).await? {
        Decided::Won { seq } => {
            let event = Cursor { epoch: app.0.journal.epoch(), seq }.to_string();
            Ok(axum::Json(Answered { decision, event }))
        }
        Decided::Lost { by, decision } => Err(Problem::new(ProblemType::ApprovalDecided)
            .with("decided_by", by.name)
            .with("decided_by_user", by.user.to_string())
            .with("decision", serde_json::json!(decision))
            .into()),
        Decided::Withdrawn => Err(ProblemType::ApprovalWithdrawn.into()),
        Decided::Unknown => Err(ProblemType::NotFound.into()),
    }
}
