use clap::ValueEnum;

use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::world::World;
use crate::kinds::shapes;
use crate::report::{kind_text, kinds_json, kinds_markdown, kinds_text};
use crate::resource::Shape;
use crate::resource::glob::matches;

/// List the resource kinds, or show one with its fields, defaults and an example
#[derive(Debug, clap::Args)]
pub struct Args {
    /// AWS::EC2::VPC, with * and ?
    #[arg(value_name = "TYPE")]
    kind: Option<String>,

    /// How to write them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Markdown,
    Json,
}

pub fn run(world: &World, args: &Args) -> Result<Exit> {
    let all = shapes();
    let picked: Vec<_> = match &args.kind {
        None => all,
        Some(pattern) => {
            let wanted = pattern.to_lowercase();
            let is_wanted = |shape: &&dyn Shape| {
                let name = shape.facts().kind.to_lowercase();
                matches(&wanted, &name) || name.rsplit("::").next() == Some(&wanted)
            };
            let found: Vec<_> = all.into_iter().filter(is_wanted).collect();
            if found.is_empty() {
                let hint = "`⟪kinds⟫` lists them";
                return Err(CommandFailure::usage(format!("there is no kind `{pattern}`")).hint(hint));
            }
            found
        }
    };
    let text = match (args.format, &args.kind) {
        (Format::Json, _) => kinds_json(&picked),
        (Format::Text, None) => kinds_text(&picked),
        (Format::Text, Some(_)) => picked.iter().map(|kind| kind_text(*kind)).collect::<Vec<_>>().join("\n"),
        (Format::Markdown, _) => kinds_markdown(&picked),
    };
    world.out.print(&text)?;
    Ok(Exit::Done)
}
