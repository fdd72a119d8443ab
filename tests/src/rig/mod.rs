//! Runs the real programs on loopback, each in a folder of its own, and talks to them as a client would.
//!
//! ```text
//! World ─┬─ Vendor    in this process: the stand-in
//!        ├─ Gateway   condrix-gateway: data folder, ports, command line
//!        ├─ Core …    core-agent: home, state, workspaces, a user of its own; the CLI beneath it
//!        └─ Client …  HTTP, events, WebSockets: as a browser (cookie) or as a program (JWT)
//! ```
//!
//! Whatever a handle started ends with the handle. A test that fails shows the end of each program's log.

pub mod binary;
mod browser;
pub mod chat;
mod claude;
mod client;
#[cfg(test)]
mod client_tests;
mod clock;
mod connect_proxy;
pub mod conversation;
mod core;
mod database;
mod disk;
mod events;
mod eventually;
mod folder;
mod gateway;
mod genuine_cli;
mod git_server;
pub mod leaks;
mod npm_registry;
mod people;
pub mod port;
mod program;
pub mod reader;
mod registry;
mod relay;
mod repository;
mod reverse_proxy;
mod settings;
mod sign_in;
mod socket;
mod ssh_server;
mod terminal;
mod tls;
pub mod tree;
mod trial;
mod world;

pub use self::core::{Core, CoreOptions};
pub use browser::Stage;
pub use chat::{Chat, Line};
pub use claude::Pending;
pub use client::{Answer, Client, Credentials, fresh_key, plain_http, read};
pub use clock::Clock;
pub use connect_proxy::ConnectProxy;
pub use conversation::Conversation;
pub use database::{assert_whole, execute};
pub use disk::Disk;
pub use events::{Events, SseEvent};
pub use eventually::{DEADLINE, eventually, within};
pub use folder::{Folder, core_user};
pub use gateway::Gateway;
pub use genuine_cli::{GenuineCli, claude_binary};
pub use git_server::GitServer;
pub use npm_registry::NpmRegistry;
pub use people::PASSWORD;
pub use program::{Program, Start};
pub use reader::{Reader, history};
pub use registry::Audited;
pub use relay::Relay;
pub use reverse_proxy::ReverseProxy;
pub use sign_in::SignIn;
pub use socket::{Refused, Socket};
pub use ssh_server::SshServer;
pub use terminal::Terminal;
pub use trial::Trial;
pub use world::World;
