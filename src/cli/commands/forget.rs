use crate::blueprint::Blueprint;
use crate::cli::allow::parse_allowance;
use crate::cli::engine::{Engine, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::interrupt::Interrupt;
use crate::cli::project::Project;
use crate::cli::shown_run::{Agreement, Look, Shown, ShownRun};
use crate::cli::world::World;
use crate::fleet::{ForgetError, Selector};
use crate::plan::{Allowance, ForgetConflict};
use crate::report::by_hand_text;
use crate::resource::{Access, Address, Command};

/// Stop managing a resource without deleting it: takes its tags off and nothing else
///
/// For a resource that the YAML no longer names. It stays in AWS as it is, and no plan, diff or destroy of the stack is about
/// it any more.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The resource, in full
    #[arg(value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    resource: Allowance,

    #[command(flatten)]
    agreement: Agreement,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let runtime = runtime()?;
    let end = runtime.block_on(forget(world, global, args));
    runtime.shutdown_background();
    end
}

async fn forget(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let Allowance { stack, resource } = &args.resource;
    let address: Address = resource.parse().map_err(CommandFailure::usage)?;
    let selector: Selector = stack.to_string().parse().map_err(CommandFailure::usage)?;
    let project = &Project::load(world, global, &[selector])?;
    let stacks = project.stacks();
    let blueprint = *stacks.first().ok_or_else(|| CommandFailure::usage(format!("{stack} is not in the YAML")))?;
    let engine = &interrupt.or(Engine::open(world, global, &[blueprint])).await?;
    let forgetting = Forgetting { width: world.out.width, engine, project, blueprint, address: &address };
    let line = args.agreement.add_to(Command::new("forget").word(&args.resource));
    let (agreement, verb) = (&args.agreement, "forget");
    let run = ShownRun { engine, global, project, interrupt, agreement, verb, line, takes_long: false };
    let exit = run.carry_out(world, vec![&blueprint.stack], &forgetting).await?;
    if exit == Exit::Done {
        let diff = Command::new("diff").word(stack);
        world.out.print(&format!("\nforgotten; `{diff}` shows it only if it stands in a network of the stack\n"))?;
    }
    Ok(exit)
}

/// A resource that is to be forgotten.
struct Forgetting<'a> {
    /// The terminal's columns.
    width: Option<usize>,
    engine: &'a Engine,
    project: &'a Project,
    blueprint: &'a Blueprint,
    address: &'a Address,
}

impl Look for Forgetting<'_> {
    async fn look(&self) -> Result<Shown> {
        let stacks = [self.blueprint];
        let fleet = self.engine.fleet(self.project, &stacks, Access::Write);
        let looked = self.engine.shown(stacks.len(), fleet.forgetting(self.blueprint, self.address)).await;
        let snapshot = looked.map_err(|why| match why {
            ForgetError::Conflict(conflict) => self.refusal(conflict),
            ForgetError::Failed(failure) => failure.into(),
        })?;
        let question = format!("Forget {}? It stays in AWS, and is nobody's.", self.address);
        Ok(Shown { text: by_hand_text(&snapshot.plan, "forget", self.width), snapshot, question })
    }
}

impl Forgetting<'_> {
    /// What to say of a resource that can't be forgotten.
    fn refusal(&self, conflict: ForgetConflict) -> CommandFailure {
        let Self { address, blueprint, .. } = self;
        let stack = &blueprint.stack.id;
        let refused = |what: String| CommandFailure::new(Exit::Refused, what);
        match conflict {
            ForgetConflict::Wanted => refused(format!("the YAML still names {address}"))
                .hint("take it out of the YAML first: else the next apply creates it a second time"),
            ForgetConflict::Missing => CommandFailure::error(format!("{stack} has no {address}"))
                .hint(format!("`{}` lists what it has", Command::new("show").word(stack))),
            ForgetConflict::Unread(why) => {
                CommandFailure::new(Exit::Blocked, format!("{} could not be read: {why}", address.kind))
            }
            ForgetConflict::Several(ids) => refused(format!("{address} is claimed by several: {}", ids.join(", ")))
                .hint("remove the provision: tags of the wrong ones by hand"),
            ForgetConflict::Deleting => refused(format!("{address} is being deleted")),
            ForgetConflict::Named => refused(format!("AWS can't tag {address}: its name makes it the stack's"))
                .hint("rename it by hand, if AWS lets you"),
            ForgetConflict::Revisioned => {
                refused(format!("{address} has revisions, each of which bears the stack's tags"))
                    .hint("an apply deregisters them; what runs of them goes on")
            }
            ForgetConflict::Used(users) => {
                let names: Vec<_> = users.iter().map(ToString::to_string).collect();
                let failure = refused(format!("{address} is still in use by {}", names.join(", ")));
                let apply = users.iter().map(|user| {
                    let apply = Command::new("apply").word(format!("{stack}/{user}"));
                    format!("first let go of it (`{apply}`), or forget {user} too")
                });
                apply.fold(failure, CommandFailure::hint)
            }
            ForgetConflict::MayBeUsed(kind, why) => {
                CommandFailure::new(Exit::Blocked, format!("{kind} could not be read and may use {address}: {why}"))
            }
        }
    }
}
