use crate::cli::engine::Engine;
use crate::cli::exit::{Exit, exit_of};
use crate::cli::failure::Result;
use crate::cli::global::Global;
use crate::cli::looking::Looking;
use crate::cli::plan_format::FormatArgs;
use crate::cli::project::{Project, warn};
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::{FleetPlan, PlanOptions};
use crate::plan::{Allowed, Mode, QuotaMode};

/// Compare live AWS with the YAML: drift, pending changes, unmanaged resources, orphans; never changes anything
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    #[command(flatten)]
    format: FormatArgs,

    /// Exit with 2 for unmanaged resources and orphans alone, too
    #[arg(long)]
    strict: bool,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    args.format.check(world)?;
    let selectors = &args.selectors.selectors;
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    let looking = Looking::begin()?;
    let engine = looking.wait(Engine::open(world, global, &stacks))?;
    let fleet = looking.wait_for(engine.looked_at(&project, &stacks))?;
    let options = PlanOptions {
        selectors,
        mode: Mode::Apply,
        guarding: project.guarding(&Allowed::default()),
        survey: true,
        quota: QuotaMode::Off,
    };
    let FleetPlan { mut plan, inventories } = looking.wait(engine.shown(stacks.len(), fleet.plan(&options)))?;
    let strays = looking.wait_for(fleet.orphans())?;
    warn(world, global, &strays.unsearched)?;
    plan.orphans = strays.found;
    engine.report_timings(world)?;
    args.format.print(world, global, &plan)?;
    let unread = !strays.unsearched.is_empty()
        || inventories.values().any(|one| one.survey_failure.is_some() || one.incomplete.is_some());
    let unmanaged = !plan.orphans.is_empty() || plan.stacks.iter().any(|stack| !stack.unmanaged.is_empty());
    Ok(match exit_of(&plan, Exit::Differs) {
        Exit::Done | Exit::Differs if unread => Exit::Blocked,
        Exit::Done if args.strict && unmanaged => Exit::Differs,
        exit => exit,
    })
}
