//! Between the agent and every CLI process: a small process of its own, so that nothing outlives the agent and nothing is
//! ended in the middle of an OAuth refresh.
//!
//! ```text
//!  agent ──stdin──► core-agent supervise ──stdin──► child
//!        ◄─stdout──   (subreaper, own session)  ◄─stdout──  └─ tools, setsid or not
//! ```
//!
//! The supervisor's stdin is its lifeline: it ends when the agent closes it and when the agent dies, by `SIGKILL` too.
//! The agent's side is [`Supervised`]; the supervisor itself is [`run`], synchronous on purpose: threads and pipes.

mod alone;
mod lines;
mod process;
mod refresh;
mod relay;
mod spec;
mod supervisor;
pub(crate) mod tree;

pub use alone::free;
pub use lines::LineError;
pub use process::{Exit, SuperviseError, Supervised, Supervisor};
pub use refresh::in_flight;
pub use spec::Spec;
pub use supervisor::run;
