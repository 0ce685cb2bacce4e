use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::plan::text_options;
use crate::apply::Look;
use crate::blueprint::{Blueprint, Resource};
use crate::cli::allow::parse_allowance;
use crate::cli::args::Global;
use crate::cli::command_line::{Form, parse_duration};
use crate::cli::engine::{Adoption, Approved, Engine, carry_out, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::project::Project;
use crate::cli::prompt::confirm;
use crate::cli::selector::{Selector, unmatched_resource};
use crate::cli::world::{Lines, World};
use crate::plan::{Allowance, Plan};
use crate::report::{Onward, Progress, adoption_text, ledger_text};
use crate::resource::{Address, Command};

/// Take a resource that lost its tags, or that was made by hand, as the stack's own: writes its tags and nothing else
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The resource in the YAML, in full
    #[arg(value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    resource: Allowance,

    /// The id, ARN or name of what is there
    #[arg(value_name = "ID")]
    id: String,

    /// Don't ask
    #[arg(short, long)]
    yes: bool,

    /// How long to wait while another run holds the stack: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    lock_timeout: Duration,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let runtime = runtime()?;
    let end = runtime.block_on(adopt(world, global, args));
    runtime.shutdown_background();
    end
}

async fn adopt(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let interrupt = Interrupt::listen();
    let Allowance { stack, resource: name } = &args.resource;
    let selector: Selector = format!("{stack}/{name}").parse().map_err(Failure::usage)?;
    let project = Project::load(world, global, std::slice::from_ref(&selector))?;
    let stacks = project.stacks();
    let blueprint = *stacks.first().ok_or_else(|| Failure::usage(format!("{stack} is not in the YAML")))?;
    let resource = wanted(blueprint, name, &selector)?;
    let engine = interrupt.or(Engine::open(world, global, &[blueprint])).await?;
    let adoption = interrupt.or(engine.adoption(world, &project, blueprint, resource, &args.id)).await?;
    world.out.print(&adoption_text(&adoption.plan, &adoption.differences, text_options(world, global, false)))?;
    if !args.yes {
        let question = format!("Adopt {} as {}?", adoption.live.id, resource.address);
        interrupt.or(confirm(world, &question)).await?;
    }
    let ended = {
        let world = &*world;
        let look = || async { Ok(only(engine.adoption(world, &project, blueprint, resource, &args.id).await?)) };
        let again = || -> LocalBoxFuture<'_, Result<Look>> { Box::pin(look()) };
        let (plan, patience) = (whole(&adoption), args.lock_timeout);
        let progress = Progress::quiet(Box::new(Lines::new(&world.err, Form::Text)));
        let command = "adopt";
        let interrupt = &interrupt;
        let (project, plan, consent) = (&project, &plan, &|_: &Plan| Ok(()));
        let approved = Approved { project, plan, again: &again, consent, patience, progress, interrupt, command };
        carry_out(&engine, world, approved).await.map_err(|failure| match failure.exit {
            Exit::Locked => failure.next(args.line().with("--lock-timeout", "10m")),
            _ => failure.next(args.line()),
        })?
    };
    engine.report_timings(world)?;
    let about = |command: &str| Command::new(command).word(stack);
    let onward = Onward { again: args.line(), show: about("show") };
    if let Some((_, ledger)) = ended.iter().find(|(_, ledger)| ledger.done() == 0) {
        world.out.print(&format!("\n{}", ledger_text(stack, ledger, &onward)))?;
        return Ok(if ledger.interrupted { Exit::Interrupted } else { Exit::Error });
    }
    world.out.print(&format!("\nadopted; `{}` shows what differs, `{}` mends it\n", about("plan"), about("apply")))?;
    Ok(Exit::Done)
}

impl Args {
    /// This very command line.
    fn line(&self) -> Command {
        let line = Command::new("adopt").word(&self.resource).word(&self.id);
        let line = match self.lock_timeout.as_secs() {
            0 => line,
            seconds => line.option("--lock-timeout", format!("{seconds}s")),
        };
        if self.yes { line.word("--yes") } else { line }
    }
}

/// The resource that is meant, which the YAML has to have.
fn wanted<'a>(blueprint: &'a Blueprint, name: &str, selector: &Selector) -> Result<&'a Resource> {
    let address = name.parse::<Address>().map_err(Failure::usage)?;
    blueprint.resources.get(&address).ok_or_else(|| {
        let all = [(blueprint.stack.id.clone(), blueprint.resources.keys().cloned().collect())];
        let nearest = unmatched_resource(std::slice::from_ref(selector), &all).map(|(_, message)| message);
        Failure::usage(nearest.unwrap_or_else(|| format!("the YAML has no {address}")))
    })
}

fn whole(adoption: &Adoption) -> Plan {
    Plan { stacks: vec![adoption.plan.clone()], ..Plan::default() }
}

/// The run may touch the one thing, and nothing else of the stack.
fn only(adoption: Adoption) -> Look {
    let stack = adoption.plan.stack.id.clone();
    Look { plan: whole(&adoption), live: [(stack, vec![adoption.live])].into() }
}
