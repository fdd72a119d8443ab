//! What runs on a Core: the link to the gateway, the genuine Claude Code CLI, the journal.
//!
//! ```text
//! run ─► link_client ─► api ─► policy · claude ─► supervise · journal
//!                          └─► workspace
//! ```
//!
//! [`run::run`] starts exactly what the program starts; tests start the same.

pub mod api;
pub mod claude;
pub mod cli;
pub mod config;
pub mod disk;
pub mod git;
pub mod guard;
pub mod installation;
pub mod journal;
pub mod link_client;
pub mod log_file;
pub mod memory;
pub mod pairing;
pub mod policy;
pub mod private_files;
pub mod proxies;
pub mod run;
pub mod state_dir;
pub mod supervise;
pub mod telemetry;
pub mod terminal;
pub mod workspace;
