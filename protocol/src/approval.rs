//! What an approval asks, and what an answer to it may say.

use crate::event::PermissionMode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Asks {
    /// Whether a tool may run.
    #[default]
    Permission,
    /// Something that the model wants to know (the tool `AskUserQuestion`).
    Questions { questions: Vec<Question> },
    /// Whether to begin with what was planned (the tool `ExitPlanMode`).
    Plan { plan: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    pub question: String,
    /// A word or two, to be shown above it.
    pub header: Option<String>,
    /// Whether more than one option may be chosen.
    pub multi_select: bool,
    /// What the model proposes. A person may answer in own words as well.
    pub options: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    pub label: String,
    pub description: Option<String>,
}

/// How far an allowance reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    Once,
    /// Until the session's present process ends: a resumed session asks again.
    Session,
}

/// What stands behind a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// A person answered.
    #[default]
    Answer,
    /// A person allowed the same before, for the session.
    Session,
    /// A person lets the session run without asking for a while.
    Bypass,
}

/// What an answer says beyond allow and deny.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Terms {
    pub scope: Scope,
    /// The rules that the CLI was given for the session. None: the same call alone is not asked for again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// What the tool got in place of what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub input: Option<Map<String, Value>>,
    /// The answers, by question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answers: Option<Map<String, Value>>,
    /// The mode after a plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<PermissionMode>,
}
