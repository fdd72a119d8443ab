//! What gateway, agents and clients say to each other.
//!
//! Values and pure functions only: no sockets, no files, no runtime, no web framework. Everything here is shared by at
//! least two of the programs; what only one of them needs lives there.

pub mod approval;
pub mod claude;
pub mod cursor;
pub mod event;
pub mod headers;
pub mod ids;
pub mod image;
pub mod keys;
pub mod link;
pub mod pairing;
pub mod problem;
pub mod secret;
pub mod statement;
