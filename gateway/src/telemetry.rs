//! Logs: text for people, JSON for machines, one line an event. Never a prompt, a token, or a header that carries one.

use crate::config::{Log, LogFormat};
use std::io::{self, IsTerminal as _};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    #[error("log.level: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    #[error("logs were set up twice: {0}")]
    Twice(#[from] TryInitError),
}

/// What only this workspace's crates may log, whatever level is asked for: below `info`, libraries write out whole messages
/// with the cookies and tokens in them.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let ours = || matches!(metadata.target().split("::").next(), Some("gateway" | "condrix_link" | "condrix_protocol"));
    *metadata.level() <= Level::INFO || ours()
}

/// Starts logging to standard error. pingora logs by the `log` crate; its lines come along.
pub(crate) fn start(log: &Log) -> Result<(), TelemetryError> {
    let filter: EnvFilter = log.level.parse()?;
    let json = match log.format {
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged));
    if json {
        registry.with(layer().json().flatten_event(true).with_writer(io::stderr)).try_init()?;
    } else {
        let colours = io::stderr().is_terminal();
        registry.with(layer().with_target(false).with_ansi(colours).with_writer(io::stderr)).try_init()?;
    }
    // Those who log by the `log` crate are libraries, and they do so for every frame: not even made, below what they may.
    log::set_max_level(log::max_level().min(log::LevelFilter::Info));
    Ok(())
}
