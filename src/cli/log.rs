use tracing_subscriber::EnvFilter;

use super::global::{Global, LogFormat};
use super::world::Stream;

/// Sends what the rooms log to standard error: warnings, with -v our own doings, with -vv the SDK's too.
pub fn start(global: &Global, to: &Stream) {
    let filter = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn,aws_config=error,aws_smithy_runtime=error",
        (false, 1) => "warn,provision=info",
        (false, 2) => "info,provision=debug",
        (false, _) => "debug",
    };
    let stream = to.clone();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_ansi(to.color)
        .with_target(false)
        // A log that can't be written must not end the run: the subscriber would panic on standard error.
        .log_internal_errors(false)
        .with_writer(move || stream.clone());
    // In tests several runs share a process: the first one's subscriber stays.
    let _ = match global.log_format {
        LogFormat::Text => builder.without_time().try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
