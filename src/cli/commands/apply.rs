use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::allow::parse_allowance;
use crate::cli::args::{Global, Selectors};
use crate::cli::execute::{Wish, execute};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::project::Project;
use crate::cli::selector::Selector;
use crate::cli::world::World;
use crate::plan::{Allowance, Mode};
use crate::report::{FORMAT_VERSION, PlanDocument};

/// Make AWS as the YAML says, after asking
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// Every stack
    #[arg(long, conflicts_with = "selectors")]
    all: bool,

    /// Go on only if the plan is still exactly the one saved by `plan --out`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["selectors", "all", "only"])]
    plan: Option<PathBuf>,

    /// config: carry out what the YAML changed, leave drift alone
    #[arg(long, value_enum)]
    only: Option<Only>,

    #[command(flatten)]
    consent: Consent,

    /// How to write it; json: one event a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What apply and destroy need to be told.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Consent {
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,

    /// Let a protected resource be deleted, replaced or emptied (repeatable); the first two parts take no wildcard
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    pub allow_destroy: Vec<Allowance>,

    /// How long to wait while another run holds a stack: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    pub lock_timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    Config,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let saved = args.plan.as_deref().map(read_plan).transpose()?;
    let selectors = match &saved {
        Some(document) => stacks_of(document)?,
        None => args.selectors.selectors.clone(),
    };
    if selectors.is_empty() && !args.all {
        return Err(Failure::usage("say which stacks to apply")
            .hint("name one, as in `provision apply acme/production`, or say --all"));
    }
    let project = Project::load(world, global, &selectors)?;
    let wish = Wish {
        project: &project,
        stacks: project.stacks(),
        selectors: &selectors,
        mode: if args.only.is_some() { Mode::OnlyConfig } else { Mode::Apply },
        allowed: args.consent.allow_destroy.clone(),
        saved,
        yes: args.consent.yes,
        patience: args.consent.lock_timeout,
        json: args.format == Format::Json,
        verb: "apply",
    };
    execute(world, global, &wish)
}

fn read_plan(file: &Path) -> Result<PlanDocument> {
    let refuse = |why: String| Failure::error(format!("cannot use the plan {}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
    let document: PlanDocument = serde_json::from_str(&text)
        .map_err(|error| refuse(error.to_string()).hint("it has to be a file that `provision plan --out` wrote"))?;
    if document.format_version != FORMAT_VERSION || document.stacks.iter().any(|stack| stack.fingerprint.is_none()) {
        return Err(refuse("it was not written by `plan --out` of this version".to_owned()).hint("save the plan again"));
    }
    Ok(document)
}

/// A saved plan is about its own stacks.
fn stacks_of(document: &PlanDocument) -> Result<Vec<Selector>> {
    let names = document.stacks.iter().map(|stack| format!("{}/{}", stack.tenant, stack.environment));
    names.map(|name| name.parse().map_err(Failure::error)).collect()
}

pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 90s, 10m or 1h");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match &text[digits..] {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}
