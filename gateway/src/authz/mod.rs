//! Who may do what: pure functions over values, and one table with every route there is.
//!
//! A request passes here in this order: [`check_target`] refuses paths that two readers could read differently,
//! [`route`] finds the one rule for method and path, [`check_origin`] refuses what another site made a browser send, and
//! [`decide`] allows or refuses. What has no rule is refused, so a new route is closed until someone writes its line.

mod decision;
mod origin;
mod routes;
mod table;
mod target;
mod visit;

pub use decision::{Asker, CoreFacts, Refusal, Role, decide};
pub use origin::{OriginRefused, check_origin, check_reports_origin};
pub use routes::{Matched, NoRoute, Target, route};
pub use table::{Access, Audited, Need, Owned, ROUTES, Route, Rule, Verb};
pub use target::{TargetRefused, check_target};
pub use visit::{LOST, is_visit};
