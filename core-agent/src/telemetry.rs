//! The log, on stderr. What must never be in it (prompts, tokens, keystrokes) is for the callers to leave out.

use crate::config::{LogConfig, LogFormat};
use crate::log_file::LogFile;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Mutex;
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
    #[error("the log cannot be kept beside the agent's state: {0}")]
    File(#[source] io::Error),
}

pub fn init(config: &LogConfig, state_dir: &Path) -> Result<(), TelemetryError> {
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
    let kept = match config.keep {
        0 => None,
        kept => {
            let file = LogFile::open(state_dir, kept).map_err(TelemetryError::File)?;
            Some(fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(filter.clone()))
        }
    };
    let registry = tracing_subscriber::registry().with(filter_fn(may_be_logged)).with(layer.with_filter(filter));
    registry.with(kept).try_init()?;
    // Those who log by the `log` crate are libraries, and they do so for every frame: not even made, below what they may.
    log::set_max_level(log::max_level().min(log::LevelFilter::Info));
    Ok(())
}

/// What only this workspace's crates may log, whatever level is asked for: below `info`, libraries write out whole messages
/// with what is in them.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let ours =
        || matches!(metadata.target().split("::").next(), Some("core_agent" | "condrix_link" | "condrix_protocol"));
    *metadata.level() <= Level::INFO || ours()
}
