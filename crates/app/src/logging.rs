//! Structured logs on standard error: text for people at a console, JSON for a collector. Never personal data: requests
//! are logged by id and status, not by path or person.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{Config, LogFormat};

/// Starts logging for the whole process; a second call (tests) changes nothing.
pub fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _already_started = match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().with_ansi(false).try_init(),
    };
}
