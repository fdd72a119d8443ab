//! People at the vendor.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    #[default]
    Max,
    Pro,
    /// An account of the console: no plan, API billing.
    None,
}

/// A person at the vendor. `name` is how tests speak of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub name: String,
    pub email: String,
    pub organisation: String,
    #[serde(default)]
    pub plan: Plan,
    /// The names of its connectors.
    #[serde(default)]
    pub connectors: Vec<String>,
    #[serde(default = "Uuid::new_v4")]
    pub uuid: Uuid,
    #[serde(default = "Uuid::new_v4")]
    pub organisation_uuid: Uuid,
}

impl Account {
    pub fn new(name: &str, email: &str, organisation: &str, plan: Plan) -> Self {
        Self {
            name: name.to_owned(),
            email: email.to_owned(),
            organisation: organisation.to_owned(),
            plan,
            connectors: Vec::new(),
            uuid: Uuid::new_v4(),
            organisation_uuid: Uuid::new_v4(),
        }
    }
}
