//! What the command line may order, and how the order reaches whoever has the registry open.
//!
//! While a gateway runs, an order goes to it through `admin.sock` (mode 0600 in the data folder), so that a revocation
//! from the shell cuts as one from the browser does. When none runs, the command line opens the registry itself, under
//! the same exclusive lock, and carries the order out with the very same code on a fleet without links.

mod execute;
mod order;
mod socket;

pub use execute::{AdminError, execute};
pub use order::{Answer, CoreLine, Order};
pub use socket::{AskError, ask, bind, serve};

#[cfg(test)]
mod tests;
