//! The log, on stderr. What must never be in it (prompts, tokens, keystrokes) is for the callers to leave out.

use crate::config::{LogConfig, LogFormat};
use std::io::{self, IsTerminal as _};
use tracing_subscriber::filter::{ParseError, Targets};
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
    Ok(tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?)
}
