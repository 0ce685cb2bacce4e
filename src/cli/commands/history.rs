use crate::apply::{RunRecord, merge};
use crate::cli::consent::EventFormat;
use crate::cli::engine::{Engine, Target, past_runs, recorded_here, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::fleet::names_resource;
use crate::report::{history_json, history_text};
use crate::resource::Stack;

/// Show past runs: when, who, what changed, how they ended
///
/// From the journals in the bucket and on this machine. With -v, or for a run that is named, also each step.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Stacks (tenant, tenant/environment, with * and ?), or runs by name; none: every stack
    #[arg(value_name = "SELECTOR|RUN")]
    names: Vec<String>,

    /// How many runs of each stack to look at, the newest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: usize,

    /// Only the journals on this machine: no credentials, no network
    #[arg(long)]
    local: bool,

    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    format: EventFormat,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    // Runs are named by their time, tenants by a letter first.
    let (runs, selectors): (Vec<_>, Vec<_>) =
        args.names.iter().partition(|name| name.starts_with(|sign: char| sign.is_ascii_digit()));
    let selectors =
        selectors.iter().map(|name| name.parse().map_err(CommandFailure::usage)).collect::<Result<Vec<_>>>()?;
    if let Some(message) = names_resource(&selectors, "runs are") {
        return Err(CommandFailure::usage(message));
    }
    let project = Project::load(world, global, &selectors)?;
    // Of a run that is named it does not matter how many came after it.
    let most = if runs.is_empty() { args.limit } else { usize::MAX };
    let stacks: Vec<_> = project.stacks().into_iter().map(|blueprint| &blueprint.stack).collect();
    let target = Target::of(world, global)?;
    let here = stacks.iter().flat_map(|stack| recorded_here(world, &target, stack, most));
    let mut records: Vec<RunRecord> = here.collect();
    let mut exit = Exit::Done;
    let mut holders = Vec::new();
    if !args.local {
        let runtime = runtime()?;
        let engine = runtime.block_on(Engine::open(world, global, &project.stacks()))?;
        for (stack, answer) in runtime.block_on(recorded_there(&engine, world, &project, &stacks, most)) {
            match answer {
                Ok((there, holder)) => {
                    records.extend(there);
                    holders.extend(holder);
                }
                Err(failure) => {
                    exit = Exit::Blocked;
                    tracing::warn!(%failure, "the journals of {} in the bucket could not be read", stack.id);
                }
            }
        }
        engine.report_timings(world)?;
    }
    let records = merge(records).into_iter().filter(|record| runs.is_empty() || runs.contains(&&record.run)).collect();
    let past = past_runs(records, &holders);
    if let Some(missing) = runs.iter().find(|run| !past.iter().any(|past| past.record.run == ***run)) {
        return Err(CommandFailure::error(format!("no journal tells of a run {missing}")));
    }
    let steps = global.verbose > 0 || !runs.is_empty();
    world.out.print(&match args.format {
        EventFormat::Text => history_text(&past, steps, world.out.width),
        EventFormat::Json => history_json(&past, steps),
    })?;
    Ok(exit)
}

type Answer = crate::resource::Result<(Vec<RunRecord>, Option<crate::apply::Holder>)>;

async fn recorded_there<'a>(
    engine: &Engine,
    world: &World,
    project: &Project,
    stacks: &[&'a Stack],
    most: usize,
) -> Vec<(&'a Stack, Answer)> {
    let asked = stacks
        .iter()
        .map(|stack| async move { (*stack, engine.recorded_there(world, stack, &project.bucket(stack), most).await) });
    futures_util::future::join_all(asked).await
}
