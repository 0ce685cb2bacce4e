use std::io;

use clap::ValueEnum;

use super::command_line::Form;
use super::failure::{CommandFailure, Result};
use super::global::Global;
use super::world::World;
use crate::plan::Plan;
use crate::report::{TextOptions, plan_html, plan_json, plan_markdown, plan_sarif, plan_text};

/// How plan and diff write what they found.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct FormatArgs {
    /// How to write it; markdown is for pull requests
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Write sensitive values too (text on a terminal only)
    #[arg(long)]
    show_values: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Markdown,
    Html,
    /// What the preflight found out and the warnings, for code scanning
    Sarif,
}

impl FormatArgs {
    /// Sensitive values go to a terminal and nowhere else: what is written to a file or a log stays there.
    pub fn check(&self, world: &World) -> Result<()> {
        if self.show_values && (self.format != Format::Text || !world.out.is_terminal) {
            return Err(CommandFailure::usage("--show-values is for text on a terminal only"));
        }
        Ok(())
    }

    pub fn print(&self, world: &World, global: &Global, plan: &Plan) -> io::Result<()> {
        let (form, text) = match self.format {
            Format::Text => (Form::Text, plan_text(plan, text_options(world, global, self.show_values))),
            Format::Json => (Form::Json, plan_json(plan)),
            Format::Markdown => {
                let spelled = |text: &str| world.out.called.spell(text, Form::Text);
                (Form::Text, plan_markdown(plan, spelled))
            }
            Format::Html => (Form::Html, plan_html(plan)),
            Format::Sarif => (Form::Json, plan_sarif(plan)),
        };
        world.out.print_as(form, &text)
    }
}

/// How plans are laid out for whoever reads standard output: a log is as wide as it needs, within reason.
pub fn text_options(world: &World, global: &Global, show_values: bool) -> TextOptions {
    const LOG: usize = 160;
    let verbose = global.verbose > 0;
    let width = world.out.width.or((!verbose).then_some(LOG));
    TextOptions { width, fold: world.out.width, verbose, show_values }
}
