//! The log, on stderr. What must never be in it (prompts, tokens, keystrokes) is for the callers to leave out.

use crate::config::{LogConfig, LogFormat};
use std::io::{self, IsTerminal as _};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{ParseError, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log's level cannot be understood: {0}")]
    Level(#[from] ParseError),
    #[error("the log was set up before: {0}")]
    Twice(#[from] TryInitError),
}

pub fn init(config: &LogConfig) -> Result<(), TelemetryError> {
    let filter: Targets = config.level.parse()?;
    let text = match config.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = fmt::layer().with_writer(io::stderr);
    let layer = if text {
        lines.with_ansi(io::stderr().is_terminal()).boxed()
    } else {
        lines.json().flatten_event(true).boxed()
    };
    Ok(tracing_subscriber::registry().with(filter_fn(may_be_logged)).with(layer.with_filter(filter)).try_init()?)
}

/// What only this workspace's crates may log, whatever level is asked for: below `info`, libraries write out whole messages
/// with what is in them.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let ours =
        || matches!(metadata.target().split("::").next(), Some("core_agent" | "condrix_link" | "condrix_protocol"));
    *metadata.level() <= Level::INFO || ours()
}
