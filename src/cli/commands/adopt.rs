use std::collections::BTreeSet;
use std::time::Duration;

use crate::apply::{LeaseTerms, Leases, LeftOut, PlanSnapshot, Rounds, RunSummary, Unleased, in_rounds};
use crate::blueprint::{Blueprint, Resource};
use crate::cli::allow::parse_allowance;
use crate::cli::command_line::{Form, parse_duration};
use crate::cli::engine::{AwsHost, AwsLeases, Engine, locked_by, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::interrupt::{Interrupt, cut_off};
use crate::cli::plan_format::text_options;
use crate::cli::project::Project;
use crate::cli::prompt::confirm;
use crate::cli::world::{Lines, World};
use crate::fleet::{Adoption, AdoptionError, Selector, unmatched_resource};
use crate::plan::{AdoptionConflict, Allowance, Plan};
use crate::report::{NextCommands, Progress, adoption_text, run_summary_text};
use crate::resource::{self, Access, Address, Command, Stack, StackId};

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
    let interrupt = &Interrupt::listen();
    let Allowance { stack, resource: name } = &args.resource;
    let selector: Selector = format!("{stack}/{name}").parse().map_err(CommandFailure::usage)?;
    let project = &Project::load(world, global, std::slice::from_ref(&selector))?;
    let stacks = project.stacks();
    let blueprint = *stacks.first().ok_or_else(|| CommandFailure::usage(format!("{stack} is not in the YAML")))?;
    let resource = wanted(blueprint, name, &selector)?;
    let engine = &interrupt.or(Engine::open(world, global, &[blueprint])).await?;
    let leases = &AwsLeases::new(engine, world, project, interrupt);
    let terms = LeaseTerms { run: &engine.run, lock_timeout: args.lock_timeout };
    let mut adopting =
        Adopting { engine, world, global, project, interrupt, leases, blueprint, resource, args, found: None };
    let mut ended = Vec::new();
    let adopted = tokio::select! {
        biased;
        adopted = in_rounds(leases, vec![&blueprint.stack], terms, &mut adopting, &mut ended) => adopted,
        () = interrupt.until_cut() => return Err(cut_off()),
    };
    adopted.map_err(|failure| match failure.exit {
        Exit::Locked => failure.next(args.line().with("--lock-timeout", "10m")),
        Exit::Declined => failure,
        _ => failure.next(args.line()),
    })?;
    engine.report_timings(world)?;
    let about = |command: &str| Command::new(command).word(stack);
    let next_commands = NextCommands { again: args.line(), show: about("show") };
    if let Some(run_summary) = ended.iter().find(|run_summary| run_summary.done() == 0) {
        world.out.print(&format!("\n{}", run_summary_text(stack, run_summary, &next_commands)))?;
        return Ok(if run_summary.interrupted { Exit::Interrupted } else { Exit::Error });
    }
    world.out.print(&format!("\nadopted; `{}` shows what differs, `{}` mends it\n", about("plan"), about("apply")))?;
    Ok(Exit::Done)
}

/// The adoption of one resource.
struct Adopting<'a> {
    engine: &'a Engine,
    world: &'a mut World,
    global: &'a Global,
    project: &'a Project,
    interrupt: &'a Interrupt,
    leases: &'a AwsLeases<'a>,
    blueprint: &'a Blueprint,
    resource: &'a Resource,
    args: &'a Args,
    /// What is adopted, as it was looked at last.
    found: Option<Adoption>,
}

impl Rounds for Adopting<'_> {
    type Error = CommandFailure;

    fn leave_out(&mut self, stack: &StackId, why: LeftOut<'_, CommandFailure>) -> Result<()> {
        Err(match why {
            LeftOut::Unleased(Unleased::Held(holder)) => locked_by(stack, &holder),
            LeftOut::Unleased(Unleased::Failed(failure)) => failure,
            LeftOut::Stale { .. } => {
                let what = format!("{} changed after it was shown; nothing was done", self.args.id);
                CommandFailure::new(Exit::Refused, what)
            }
        })
    }

    async fn plan(&mut self, _: &Leases) -> Result<PlanSnapshot> {
        let stacks = [self.blueprint];
        let fleet = self.engine.fleet(self.project, &stacks, Access::Write);
        let look = async {
            let looked = fleet.adoption(self.blueprint, self.resource, &self.args.id).await;
            looked.map_err(|why| refusal(self.resource, &self.args.id, why))
        };
        let adoption = self.interrupt.or(self.engine.shown(stacks.len(), look)).await?;
        let snapshot = only(&adoption);
        self.found = Some(adoption);
        Ok(snapshot)
    }

    async fn agree(&mut self, _: usize, _: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        if let Some(adoption) = &self.found {
            let options = text_options(self.world, self.global, false);
            self.world.out.print(&adoption_text(&adoption.plan, &adoption.differences, options))?;
            if !self.args.yes {
                let question = format!("Adopt {} as {}?", adoption.live.id, self.resource.address);
                self.interrupt.or(confirm(self.world, &question)).await?;
            }
        }
        Ok([self.blueprint.stack.id.clone()].into())
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        let progress = Progress::quiet(Box::new(Lines::new(&self.world.err, Form::Text)));
        let host = AwsHost::new(self.engine, self.world, self.leases, self.interrupt, progress, "adopt");
        let ended = host.run(snapshot, leases, None).await?;
        ended.into_iter().map(|(stack, ended)| Ok((stack, ended?))).collect()
    }

    fn tell(&mut self, _: &[(Stack, RunSummary)]) -> Result<()> {
        Ok(())
    }

    fn may_go_on(&self) -> bool {
        false
    }
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
    let address = name.parse::<Address>().map_err(CommandFailure::usage)?;
    blueprint.resources.get(&address).ok_or_else(|| {
        let all = [(blueprint.stack.id.clone(), blueprint.resources.keys().cloned().collect())];
        let nearest = unmatched_resource(std::slice::from_ref(selector), &all).map(|(_, message)| message);
        CommandFailure::usage(nearest.unwrap_or_else(|| format!("the YAML has no {address}")))
    })
}

/// What to say of a thing that can't be adopted.
fn refusal(resource: &Resource, id: &str, why: AdoptionError) -> CommandFailure {
    let Resource { address, region, .. } = resource;
    let blocked = |failure: resource::Failure| CommandFailure { exit: Exit::Blocked, ..failure.into() };
    match why {
        AdoptionError::IsThere(id) => {
            CommandFailure::new(Exit::Refused, format!("{address} is there already: it is {id}"))
                .hint(format!("if {id} is the wrong one, remove its provision: tags by hand first"))
        }
        AdoptionError::Unread(unseen) => {
            let what = format!("{} may be {address}, and could not be read: {}", unseen.id, unseen.failure);
            CommandFailure::new(Exit::Blocked, what).hint(unseen.failure.advice())
        }
        AdoptionError::Missing => CommandFailure::error(format!("there is no {} {id} in {region}", address.kind))
            .hint("give its id, its ARN or its name, and the type that it has"),
        AdoptionError::Unseen(failure) => blocked(failure),
        AdoptionError::Conflict(id, AdoptionConflict::Owned(owner)) => {
            CommandFailure::new(Exit::Refused, format!("{id} bears the tags of {owner}"))
                .hint("if they are wrong, remove its provision: tags by hand, then adopt it")
        }
        AdoptionError::Conflict(id, AdoptionConflict::Deleting) => {
            CommandFailure::new(Exit::Refused, format!("{id} is being deleted"))
        }
        AdoptionError::Conflict(id, AdoptionConflict::Named(name)) => CommandFailure::new(
            Exit::Refused,
            format!("AWS can't tag {id}: its name is all that could make it this resource"),
        )
        .hint(format!("call it {name}, if AWS lets you rename it; else let an apply make a new one")),
        AdoptionError::Conflict(id, AdoptionConflict::Unsupported(why)) => {
            CommandFailure::new(Exit::Refused, format!("{id} {why}"))
        }
        AdoptionError::Unknown => CommandFailure::error(format!("bug: no kind {}", address.kind)),
        AdoptionError::Failed(failure) => failure.into(),
    }
}

/// The run may touch the one thing, and nothing else of the stack.
fn only(adoption: &Adoption) -> PlanSnapshot {
    let stack = adoption.plan.stack.id.clone();
    let plan = Plan { stacks: vec![adoption.plan.clone()], ..Plan::default() };
    PlanSnapshot { plan, live: [(stack, vec![adoption.live.clone()])].into(), ..PlanSnapshot::default() }
}
