use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::allow::parse_allowance;
use crate::cli::command_line::{Form, parse_duration};
use crate::cli::engine::{Engine, Target};
use crate::cli::exit::{Exit, exit_of};
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::looking::Looking;
use crate::cli::only::Only;
use crate::cli::plan_format::FormatArgs;
use crate::cli::project::{Project, warn};
use crate::cli::quota::Quota;
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::{PlanOptions, Planning};
use crate::kinds::shapes;
use crate::plan::{Allowance, Allowed, Mode, Plan, refusals};
use crate::report::{Saving, saved_plan_text};

/// Show what `apply` would do; changes nothing
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// Save the plan for `apply --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// How long the saved plan may be carried out: 90s, 10m, 24h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = parse_duration, requires = "out")]
    expires: Duration,

    #[command(flatten)]
    format: FormatArgs,

    /// Exit with 2 if something differs
    #[arg(long)]
    detailed_exitcode: bool,

    /// Plan against an empty account: no credentials, no network
    #[arg(long, conflicts_with_all = ["sandbox", "endpoint_url", "out"])]
    offline: bool,

    /// Plan the destruction
    #[arg(long, conflicts_with = "only")]
    destroy: bool,

    /// Narrow it to the differences of one cause, as `apply` does; says what it leaves
    #[arg(long, value_enum, conflicts_with = "offline")]
    only: Option<Only>,

    /// What to do where a quota of AWS has no room for what is created
    #[arg(long, value_enum, default_value_t)]
    quota: Quota,

    /// Take a protected resource as named, as apply and destroy do (repeatable)
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    allow_destroy: Vec<Allowance>,

    /// Take a service that was rolled back as named, as apply does (repeatable)
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    allow_roll_forward: Vec<Allowance>,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    args.format.check(world)?;
    let (plan, is_unsurveyed) =
        if args.offline { (offline(world, global, args)?, false) } else { planned(world, global, args)? };
    if let Some(file) = &args.out {
        let spelled = |text: &str| world.out.called.spell(text, Form::Json);
        save(file, &saved_plan_text(&plan, args.saving(world, global)?, spelled))?;
    }
    args.format.print(world, global, &plan)?;
    Ok(match exit_of(&plan, if args.detailed_exitcode { Exit::Differs } else { Exit::Done }) {
        // As the apply would end that is told the same.
        _ if is_unsurveyed => Exit::Blocked,
        _ if !refusals(&plan).is_empty() => Exit::Refused,
        exit => exit,
    })
}

/// The plan against what is there, and whether nobody knows what stands in a network that goes.
fn planned(world: &World, global: &Global, args: &Args) -> Result<(Plan, bool)> {
    let selectors = &args.selectors.selectors;
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    let guarding = project.guarding(&args.allowed());
    let options = PlanOptions { selectors, mode: args.mode(), guarding, survey: false, quota: args.quota.mode() };
    let looking = Looking::begin()?;
    let engine = looking.wait(Engine::open(world, global, &stacks))?;
    let fleet = looking.wait_for(engine.looked_at(&project, &stacks))?;
    let fleet_plan = looking.wait(engine.shown(stacks.len(), fleet.plan(&options)))?;
    let is_unsurveyed = !fleet_plan.unsurveyed().is_empty();
    let mut plan = fleet_plan.plan;
    if selectors.is_empty() {
        let strays = looking.wait_for(fleet.orphans())?;
        warn(world, global, &strays.unsearched)?;
        plan.orphans = strays.found;
    }
    engine.report_timings(world)?;
    Ok((plan, is_unsurveyed))
}

/// The plan against an empty account. Of each blueprint no more is kept than its plan has of it.
fn offline(world: &World, global: &Global, args: &Args) -> Result<Plan> {
    let (selectors, shapes) = (&args.selectors.selectors, shapes());
    let mut planning = Planning::new(selectors, args.mode(), (world.clock)());
    let project = Project::load_each(world, global, selectors, |blueprint| planning.add_new(&shapes, &blueprint))?;
    Ok(planning.held(&project.guarding(&args.allowed()))?)
}

impl Args {
    fn allowed(&self) -> Allowed {
        Allowed { destroy: self.allow_destroy.clone(), roll_forward: self.allow_roll_forward.clone() }
    }

    fn mode(&self) -> Mode {
        if self.destroy { Mode::Destroy } else { Only::mode(self.only) }
    }

    fn saving(&self, world: &World, global: &Global) -> Result<Saving> {
        let made = (world.clock)();
        let expires = made.checked_add(self.expires);
        Ok(Saving {
            made,
            expires: expires.map_err(|_| CommandFailure::usage("--expires is beyond the end of time"))?,
            mode: self.mode(),
            selectors: self.selectors.selectors.iter().map(ToString::to_string).collect(),
            endpoint: Target::of(world, global)?.to_saved(),
        })
    }
}

/// Writes a plan readable by its owner alone, since it tells much about an environment; whole or not at all.
fn save(file: &Path, text: &str) -> Result<()> {
    let written = match std::fs::metadata(file) {
        // A terminal, a pipe: nothing to replace, and its mode is not ours to change.
        Ok(there) if !there.is_file() => {
            std::fs::OpenOptions::new().write(true).open(file).and_then(|mut to| to.write_all(text.as_bytes()))
        }
        // Where a link leads, so that it stays a link.
        Ok(_) => std::fs::canonicalize(file).and_then(|file| replace(&file, text)),
        Err(_) => replace(file, text),
    };
    written.map_err(|error| CommandFailure::error(format!("cannot write {}: {error}", file.display())))
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{:016x}", fastrand::u64(..)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut to| to.write_all(text.as_bytes()));
    let written = written.and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
