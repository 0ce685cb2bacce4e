use std::path::PathBuf;

use clap::{ArgAction, ValueEnum};

/// What every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The project: the folder with tenants/ and, if there are, templates/ and provision.yaml
    #[arg(short = 'C', long, value_name = "DIR", global = true, default_value = ".", hide_default_value = true)]
    pub dir: PathBuf,

    /// Talk to the local AWS instead of the real one; started when needed, kept until `provision sandbox down`
    #[arg(long, global = true, conflicts_with = "endpoint_url")]
    pub sandbox: bool,

    /// Any other AWS-compatible endpoint [env: AWS_ENDPOINT_URL]
    #[arg(long, value_name = "URL", global = true, value_parser = endpoint)]
    pub endpoint_url: Option<String>,

    /// The AWS profile; without it the standard AWS credential chain [env: AWS_PROFILE]
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,

    /// When to write colours; NO_COLOR turns them off too
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t, hide_default_value = true)]
    pub color: Color,

    /// Say less: only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more: fields of what is created, AWS calls (-vv: with details)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// How warnings and errors are written to standard error
    #[arg(long, value_name = "FORMAT", global = true, value_enum, default_value_t, hide_default_value = true)]
    pub log_format: LogFormat,

    /// Print, per service and action, calls, throttles, time waited on AWS, and our own time
    #[arg(long, global = true)]
    pub timings: bool,
}

impl Global {
    /// The project's folder if none is named.
    pub fn here() -> PathBuf {
        PathBuf::from(".")
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// An endpoint as the SDK takes it: it says of others only that the call can't be built.
pub fn endpoint(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    let is_url = !host.is_empty() && !host.starts_with([':', '/']) && !text.contains(char::is_whitespace);
    if is_url { Ok(text.to_owned()) } else { Err(format!("`{text}` is no URL: write http://127.0.0.1:5000")) }
}
