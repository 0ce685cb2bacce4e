use std::collections::BTreeSet;

use crate::blueprint::{Blueprint, Explained, Kinds, Resource, explain};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::fleet::Selector;
use crate::kinds::shapes;
use crate::problem::suggest;
use crate::report::{count, explain_text};
use crate::resource::{Address, Command, pointer};

/// Print the final value of a resource or field, and the file and line that set it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// tenant/environment/name, with TYPE/name where several have the name, or TYPE/name in every stack; a field behind a
    /// dot: acme/production/AWS::EC2::VPC/main.CidrBlock
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
    resource: Named,
    /// A JSON pointer, or nothing.
    field: String,
}

/// How a resource is named.
enum Named {
    InFull(Address),
    /// By its name alone, whatever its type.
    ByName(String),
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
    let address = match &wanted.resource {
        Named::InFull(address) => address.clone(),
        Named::ByName(name) => the_one(name, &wanted, &kinds, &stacks)?,
    };
    let mut texts = Vec::new();
    for blueprint in &stacks {
        let Some(resource) = blueprint.resources.get(&address) else { continue };
        let mut leaves = leaves(&kinds, resource, &wanted.field).ok_or_else(|| {
            CommandFailure::error(format!("{address} has no field {}", wanted.field))
                .hint(format!("`{}` lists its fields", Command::new("kinds").word(&address.kind)))
        })?;
        leaves.iter_mut().for_each(|(_, leaf)| leaf.is_sensitive &= !args.show_values);
        let title = format!("{}/{address}{}", blueprint.stack.id, wanted.field);
        texts.push(explain_text(&title, &leaves, world.out.width));
    }
    if texts.is_empty() {
        return Err(no_such_resource(&address, &kinds, &stacks));
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

/// Finds the resource that alone has a name, or alone has the field among those that have the name.
fn the_one(name: &str, wanted: &Wanted, kinds: &Kinds<'_>, stacks: &[&Blueprint]) -> Result<Address> {
    let all = || stacks.iter().flat_map(|blueprint| &blueprint.resources);
    let named = || all().filter(|(address, _)| address.name == name);
    let addresses: BTreeSet<_> = named().map(|(address, _)| address).collect();
    let with_field = named().filter(|(_, resource)| leaves(kinds, resource, &wanted.field).is_some());
    let with_field: BTreeSet<_> = with_field.map(|(address, _)| address).collect();
    let found = if with_field.is_empty() { &addresses } else { &with_field };
    let stack = wanted.stack.as_ref().map(|stack| format!("{stack}/")).unwrap_or_default();
    match found.iter().collect::<Vec<_>>().as_slice() {
        [one] => Ok((**one).clone()),
        [] => {
            let names: BTreeSet<&str> = all().map(|(address, _)| &*address.name).collect();
            let failure = CommandFailure::error(format!("nothing is called {stack}{name}"));
            Err(failure.hint(suggest(name, names)))
        }
        several => {
            let failure =
                CommandFailure::usage(format!("{} are called {stack}{name}", count(several.len(), "resource")));
            let field = wanted.field.replace('/', ".");
            let each = several.iter().map(|address| {
                let command = Command::new("explain").word(format!("{stack}{address}{field}"));
                format!("`{command}`")
            });
            Err(each.fold(failure, CommandFailure::hint))
        }
    }
}

/// Reads `tenant/environment/name[.field.field]` or `[tenant/environment/]TYPE/name[.field.field]`; a field may also be
/// written as a JSON pointer.
fn parse(text: &str) -> Result<Wanted> {
    let parts: Vec<_> = text.split('/').collect();
    let typed = parts.iter().position(|part| part.contains("::"));
    let wrong = || {
        CommandFailure::usage(format!("`{text}` is no address"))
            .hint("write acme/production/AWS::EC2::VPC/main.CidrBlock")
    };
    // Where the name stands, and the type in front of it.
    let (at, kind) = match typed {
        Some(at @ (0 | 2)) => (at + 1, Some(parts[at])),
        Some(_) => return Err(wrong()),
        None => (2, None),
    };
    let (name, behind) = parts.get(at).map(|name| (*name, &parts[at + 1..])).ok_or_else(wrong)?;
    let stack = (at >= 2).then(|| parts[..2].join("/").parse()).transpose().map_err(CommandFailure::usage)?;
    let (name, dotted) = name.split_once('.').unwrap_or((name, ""));
    let resource = match kind {
        Some(kind) => Named::InFull(format!("{kind}/{name}").parse().map_err(|_| wrong())?),
        None if name.is_empty() => return Err(wrong()),
        None => Named::ByName(name.to_owned()),
    };
    let steps = dotted.split('.').chain(behind.iter().copied()).filter(|step| !step.is_empty());
    Ok(Wanted { stack, resource, field: steps.map(|step| format!("/{step}")).collect() })
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
