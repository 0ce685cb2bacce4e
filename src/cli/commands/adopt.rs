use crate::apply::PlanSnapshot;
use crate::blueprint::{Blueprint, Resource};
use crate::cli::allow::parse_allowance;
use crate::cli::engine::{Engine, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::interrupt::Interrupt;
use crate::cli::plan_format::text_options;
use crate::cli::project::Project;
use crate::cli::shown_run::{Agreement, Look, Shown, ShownRun};
use crate::cli::world::World;
use crate::fleet::{Adoption, AdoptionError, Selector, unmatched_resource};
use crate::plan::{AdoptionConflict, Allowance, Plan};
use crate::report::{TextOptions, adoption_text};
use crate::resource::{self, Access, Address, Command};

/// Take a resource that lost its tags, or that was made by hand, as the stack's own: writes its tags and nothing else
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The resource in the YAML, in full
    #[arg(value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    resource: Allowance,

    /// The id, ARN or name of what is there
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    agreement: Agreement,
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
    let adopting =
        Adopting { engine, options: text_options(world, global, false), project, blueprint, resource, id: &args.id };
    let (agreement, verb, line) = (&args.agreement, "adopt", args.line());
    let run = ShownRun { engine, global, project, interrupt, agreement, verb, line, takes_long: false };
    let exit = run.carry_out(world, vec![&blueprint.stack], &adopting).await?;
    if exit != Exit::Done {
        return Ok(exit);
    }
    let about = |command: &str| Command::new(command).word(stack);
    world.out.print(&format!("\nadopted; `{}` shows what differs, `{}` mends it\n", about("plan"), about("apply")))?;
    Ok(Exit::Done)
}

/// The adoption of one resource.
struct Adopting<'a> {
    engine: &'a Engine,
    options: TextOptions,
    project: &'a Project,
    blueprint: &'a Blueprint,
    resource: &'a Resource,
    id: &'a str,
}

impl Look for Adopting<'_> {
    async fn look(&self) -> Result<Shown> {
        let stacks = [self.blueprint];
        let fleet = self.engine.fleet(self.project, &stacks, Access::Write);
        let look = fleet.adoption(self.blueprint, self.resource, self.id);
        let adoption = self.engine.shown(stacks.len(), look).await;
        let adoption = adoption.map_err(|why| refusal(self.resource, self.id, why))?;
        let text = adoption_text(&adoption.plan, &adoption.differences, self.options);
        let question = format!("Adopt {} as {}?", adoption.live.id, self.resource.address);
        Ok(Shown { snapshot: only(adoption), text, question })
    }
}

impl Args {
    /// This very command line.
    fn line(&self) -> Command {
        self.agreement.add_to(Command::new("adopt").word(&self.resource).word(&self.id))
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
fn only(adoption: Adoption) -> PlanSnapshot {
    let stack = adoption.plan.stack.id.clone();
    let plan = Plan { stacks: vec![adoption.plan], ..Plan::default() };
    PlanSnapshot { plan, live: [(stack, vec![adoption.live])].into(), ..PlanSnapshot::default() }
}
