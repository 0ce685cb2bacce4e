use crate::blueprint::{Blueprint, Explained, Kinds, Resource, explain};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::fleet::Selector;
use crate::kinds::shapes;
use crate::problem::suggest;
use crate::report::explain_text;
use crate::resource::{Address, Command, pointer};

/// Print the final value of a resource or field, and the file and line that set it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// tenant/environment/TYPE/name, or TYPE/name in every stack; a field behind a dot:
    /// acme/production/AWS::EC2::VPC/main.CidrBlock
    #[arg(value_name = "ADDRESS[.FIELD]")]
    address: String,

    /// Write sensitive values too (on a terminal only)
    #[arg(long)]
    show_values: bool,
}

/// What the argument says.
struct Wanted {
    /// None: in every stack.
    stack: Option<Selector>,
    address: Address,
    /// A JSON pointer, or nothing.
    field: String,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    if args.show_values && !world.out.is_terminal {
        return Err(CommandFailure::usage("--show-values is for text on a terminal only"));
    }
    let wanted = parse(&args.address)?;
    let project = Project::load(world, global, wanted.stack.as_slice())?;
    let stacks = project.stacks();
    let shapes = shapes();
    let kinds = Kinds::new(&shapes);
    let mut texts = Vec::new();
    for blueprint in &stacks {
        let Some(resource) = blueprint.resources.get(&wanted.address) else { continue };
        let mut leaves = leaves(&kinds, resource, &wanted.field).ok_or_else(|| {
            CommandFailure::error(format!("{} has no field {}", wanted.address, wanted.field))
                .hint(format!("`{}` lists its fields", Command::new("kinds").word(&wanted.address.kind)))
        })?;
        leaves.iter_mut().for_each(|(_, leaf)| leaf.is_sensitive &= !args.show_values);
        let title = format!("{}/{}{}", blueprint.stack.id, wanted.address, wanted.field);
        texts.push(explain_text(&title, &leaves));
    }
    if texts.is_empty() {
        return Err(no_such_resource(&wanted.address, &kinds, &stacks));
    }
    world.out.print(&texts.join("\n"))?;
    Ok(Exit::Done)
}

/// Every leaf below a field, by its pointer; nothing if there is no such field.
fn leaves<'a>(kinds: &Kinds<'_>, resource: &'a Resource, field: &str) -> Option<Vec<(String, Explained<'a>)>> {
    let top = explain(kinds, resource, field);
    let mut below = Vec::new();
    pointer::walk(top.value?, &mut |pointer, _| below.push(format!("{field}{pointer}")));
    if below.is_empty() {
        return Some(vec![(field.to_owned(), top)]);
    }
    Some(below.into_iter().map(|at| (at.clone(), explain(kinds, resource, &at))).collect())
}

/// Reads `[tenant/environment/]TYPE/name[.field.field]`; a field may also be written as a JSON pointer.
fn parse(text: &str) -> Result<Wanted> {
    let parts: Vec<_> = text.split('/').collect();
    let typed = parts.iter().position(|part| part.contains("::"));
    let wrong = || {
        CommandFailure::usage(format!("`{text}` is no address"))
            .hint("write acme/production/AWS::EC2::VPC/main.CidrBlock")
    };
    let at = typed.filter(|at| matches!(at, 0 | 2) && parts.len() > at + 1).ok_or_else(wrong)?;
    let stack = (at == 2).then(|| parts[..2].join("/").parse()).transpose().map_err(CommandFailure::usage)?;
    let (name, dotted) = parts[at + 1].split_once('.').unwrap_or((parts[at + 1], ""));
    let address: Address = format!("{}/{name}", parts[at]).parse().map_err(|_| wrong())?;
    let steps = dotted.split('.').chain(parts[at + 2..].iter().copied()).filter(|step| !step.is_empty());
    Ok(Wanted { stack, address, field: steps.map(|step| format!("/{step}")).collect() })
}

fn no_such_resource(address: &Address, kinds: &Kinds<'_>, stacks: &[&Blueprint]) -> CommandFailure {
    let mut names: Vec<_> = stacks
        .iter()
        .flat_map(|blueprint| blueprint.resources.keys())
        .filter(|other| other.kind == address.kind)
        .map(ToString::to_string)
        .collect();
    names.sort();
    names.dedup();
    let failure = CommandFailure::error(format!("there is no {address}"));
    if !kinds.names().any(|kind| kind == address.kind) {
        failure.hint(format!("no kind is called so; {}", suggest(&address.kind, kinds.names())))
    } else if names.is_empty() {
        failure.hint(format!("nothing there is an {}; `⟪graph⟫` shows what is", address.kind))
    } else {
        failure.hint(suggest(&address.to_string(), names.iter().map(String::as_str)))
    }
}
