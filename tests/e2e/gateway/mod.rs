//! The gateway as whoever runs it meets it: command line, data folder, metrics, and the connections that it carries.

mod command_line;
mod data_folder;
mod events;
mod metrics;
mod pairing;
mod websockets;
