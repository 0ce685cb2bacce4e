use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::allow::parse_allowance;
use crate::cli::consent::{Consent, EventFormat};
use crate::cli::engine::Target;
use crate::cli::execute::execute;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::only::Only;
use crate::cli::project::Project;
use crate::cli::quota::Quota;
use crate::cli::run_request::RunRequest;
use crate::cli::selectors::NamedSelectors;
use crate::cli::world::World;
use crate::fleet::Selector;
use crate::plan::{Allowance, Allowed, Mode};
use crate::report::{PlanDocument, SavedDocument, SavedPlanError, read_saved_plan};
use crate::resource::Command;

/// Make AWS as the YAML says, after asking
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    named: NamedSelectors,

    /// Go on only if the plan is still exactly the one saved by `plan --out`, and that is not expired
    #[arg(long, value_name = "FILE", conflicts_with_all = ["selectors", "all", "only"])]
    plan: Option<PathBuf>,

    /// Narrow it to the differences of one cause; says what it leaves
    #[arg(long, value_enum)]
    only: Option<Only>,

    /// What to do where a quota of AWS has no room for what is created
    #[arg(long, value_enum, default_value_t)]
    quota: Quota,

    /// Bring back the very revision from which a service was rolled back (repeatable); the first two parts take no wildcard
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    allow_roll_forward: Vec<Allowance>,

    #[command(flatten)]
    consent: Consent,

    /// How to write it; json: one event a line
    #[arg(long, value_enum, default_value_t)]
    format: EventFormat,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let saved = args.plan.as_deref().map(|file| read_plan(file, (world.clock)())).transpose()?;
    if let (Some(file), Some((_, saving))) = (&args.plan, &saved) {
        check_target(file, &Target::from_saved(saving.endpoint.as_deref()), &Target::of(world, global)?)?;
    }
    let selectors = match &saved {
        Some((_, saving)) => selectors_of(saving)?,
        None => args.named.selectors.clone(),
    };
    if selectors.is_empty() && !args.named.all && saved.is_none() {
        return Err(CommandFailure::usage("say which stacks to apply")
            .hint("name one, as in `⟪apply acme/production⟫`, or say --all"));
    }
    let project = Project::load(world, global, &selectors)?;
    let same = args.line();
    let resume = match (&args.plan, &saved) {
        (Some(file), Some((_, saving))) => plan_again(file, saving),
        _ => same.clone(),
    };
    let request = RunRequest {
        project: &project,
        stacks: project.stacks(),
        selectors: &selectors,
        mode: saved.as_ref().map_or_else(|| Only::mode(args.only), |(_, saving)| saving.mode),
        allowed: args.allowed(),
        quota: args.quota.mode(),
        saved: saved.map(|(document, _)| document),
        yes: args.consent.yes,
        lock_timeout: args.consent.lock_timeout,
        all_or_nothing: args.consent.all_or_nothing,
        parallel: args.consent.parallel,
        json: args.format == EventFormat::Json,
        verb: "apply",
        same,
        resume,
    };
    execute(world, global, &request)
}

impl Args {
    fn allowed(&self) -> Allowed {
        Allowed { destroy: self.consent.allow_destroy.clone(), roll_forward: self.allow_roll_forward.clone() }
    }

    /// This very command line.
    fn line(&self) -> Command {
        let line = Command::new("apply").words(&self.named.selectors);
        let line = if self.named.all { line.word("--all") } else { line };
        let line = self.plan.iter().fold(line, |line, file| line.option("--plan", file.display()));
        let line = self.only.iter().fold(line, |line, only| only.add_to(line));
        let line = self.quota.add_to(line);
        let forward = self.allow_roll_forward.iter();
        let line = forward.fold(line, |line, allowed| line.option("--allow-roll-forward", allowed));
        self.consent.add_to(line, self.format)
    }
}

/// Nothing is contacted for a file that may not be used.
fn read_plan(file: &Path, now: Timestamp) -> Result<(PlanDocument, SavedDocument)> {
    let bytes = std::fs::read(file);
    let bytes = bytes.map_err(|error| {
        CommandFailure::error(format!("cannot read the plan {}: {error}", file.display()))
            .hint("`⟪plan --out plan.json⟫` saves one; nothing was done")
    })?;
    let text = String::from_utf8(bytes).map_err(|_| SavedPlanError::NoPlan("it is not UTF-8".to_owned()));
    text.and_then(|text| read_saved_plan(&text, now)).map_err(|why| {
        let exit = if matches!(why, SavedPlanError::NoPlan(_)) { Exit::Error } else { Exit::Refused };
        CommandFailure::new(exit, format!("cannot use the plan {}: {why}", file.display()))
            .hint("save a new one with `⟪plan --out plan.json⟫`; nothing was done")
    })
}

/// A plan for one place is no plan for another, however alike the two may look.
fn check_target(file: &Path, made: &Target, here: &Target) -> Result<()> {
    if made == here {
        return Ok(());
    }
    let what = format!("cannot use the plan {}: it was made for {made}, and this is {here}", file.display());
    let hint = format!("{}, or save one for {here} with `⟪plan --out plan.json⟫`; nothing was done", made.way());
    Err(CommandFailure::new(Exit::Refused, what).hint(hint))
}

/// A saved plan is about what it was made for.
fn selectors_of(saving: &SavedDocument) -> Result<Vec<Selector>> {
    saving.selectors.iter().map(|name| name.parse().map_err(CommandFailure::error)).collect()
}

/// Once a saved plan has been carried out in part, or no longer holds, a new one has to be approved.
fn plan_again(file: &Path, saving: &SavedDocument) -> Command {
    let line = Command::new("plan").words(&saving.selectors);
    let line = if saving.mode == Mode::Destroy { line.word("--destroy") } else { line };
    let line = Only::of(saving.mode).into_iter().fold(line, |line, only| only.add_to(line));
    line.option("--out", file.display())
}
