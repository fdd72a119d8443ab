//! End-to-end tests: real programs, public interfaces, one binary.

mod claude;
mod documents;
mod faults;
mod gateway;
mod hostile;
mod repository;
mod resume;
mod revocation;
mod stage;
mod tour;
mod trial;
mod vendor;
