//! The CLI's JSON lines: what it says ([`CliLine`]), what it is told ([`outgoing`]), and what of it becomes a session's
//! history ([`Translator`]).
//!
//! Observed with the genuine CLI, not promised by anybody: whatever does not look as expected is kept as it came
//! ([`CliLine::Unknown`]), and never a reason to stop.

mod asks;
mod block;
mod line;
pub mod outgoing;
mod translate;
mod turn_end;

pub use asks::{asks, is_for_a_person};
pub use line::{ApiEvent, Assistant, Block, CanUseTool, CliLine, ControlAnswer, Delta, Init, Retry};
pub use translate::{Step, Translator, nests_beyond};
pub use turn_end::{TurnEnd, TurnResult};
