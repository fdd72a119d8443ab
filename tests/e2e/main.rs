//! End-to-end tests: real programs, public interfaces, one binary.

mod stage;
mod trial;
mod vendor;
