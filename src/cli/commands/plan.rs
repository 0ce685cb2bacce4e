use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::allow::parse_allowance;
use crate::cli::args::{Global, Selectors};
use crate::cli::command_line::{Form, parse_duration};
use crate::cli::engine::{As, Engine, Looking, Target, exit_of, nothing_there, plan_stacks, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::project::{Project, warn};
use crate::cli::world::World;
use crate::plan::{Allowance, Mode, Plan, refusals};
use crate::report::{SavedMode, Saving, TextOptions, plan_html, plan_json, plan_markdown, plan_text, saved_plan_text};

/// Show what `apply` would do; changes nothing
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// Save the plan for `apply --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// How long the saved plan may be carried out: 90s, 10m, 24h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = parse_duration, requires = "out")]
    expires: Duration,

    #[command(flatten)]
    format: FormatArgs,

    /// Exit with 2 if something differs
    #[arg(long)]
    detailed_exitcode: bool,

    /// Plan against an empty account: no credentials, no network
    #[arg(long, conflicts_with_all = ["sandbox", "endpoint_url", "out"])]
    offline: bool,

    /// Plan the destruction
    #[arg(long)]
    destroy: bool,

    /// Take a protected resource as named, as apply and destroy do (repeatable)
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    allow_destroy: Vec<Allowance>,
}

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
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    args.format.check(world)?;
    let selectors = &args.selectors.selectors;
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    let mode = if args.destroy { Mode::Destroy } else { Mode::Apply };
    let mut is_unsurveyed = false;
    let plan = if args.offline {
        let guarding = project.guarding(&args.allow_destroy);
        plan_stacks(world, &stacks, &nothing_there(&stacks), selectors, mode, &guarding)?
    } else {
        let runtime = runtime()?;
        let engine = runtime.block_on(Engine::open(world, global, &stacks))?;
        let looking = Looking {
            project: &project,
            stacks: &stacks,
            selectors,
            as_whom: As::Reader,
            mode,
            allowed: &args.allow_destroy,
            survey: false,
        };
        let looked = runtime.block_on(engine.look(world, &looking))?;
        is_unsurveyed = looked.unsurveyed().is_some();
        let mut plan = looked.plan;
        if selectors.is_empty() {
            let strays = runtime.block_on(engine.orphans(&project, &stacks));
            warn(world, global, &strays.unsearched)?;
            plan.orphans = strays.found;
        }
        engine.report_timings(world)?;
        plan
    };
    if let Some(file) = &args.out {
        let spelled = |text: &str| world.out.called.spell(text, Form::Json);
        save(file, &saved_plan_text(&plan, args.saving(world, global)?, spelled))?;
    }
    args.format.print(world, global, &plan)?;
    Ok(match exit_of(&plan, if args.detailed_exitcode { Exit::Differs } else { Exit::Done }) {
        // As the apply would end that is told the same.
        _ if is_unsurveyed => Exit::Blocked,
        _ if !refusals(&plan).is_empty() => Exit::Refused,
        exit => exit,
    })
}

impl Args {
    fn saving(&self, world: &World, global: &Global) -> Result<Saving> {
        let made = (world.clock)();
        let expires = made.checked_add(self.expires);
        Ok(Saving {
            made,
            expires: expires.map_err(|_| Failure::usage("--expires is beyond the end of time"))?,
            mode: if self.destroy { SavedMode::Destroy } else { SavedMode::Apply },
            selectors: self.selectors.selectors.iter().map(ToString::to_string).collect(),
            endpoint: Target::of(world, global)?.to_saved(),
        })
    }
}

impl FormatArgs {
    /// Sensitive values go to a terminal and nowhere else: what is written to a file or a log stays there.
    pub fn check(&self, world: &World) -> Result<()> {
        if self.show_values && (self.format != Format::Text || !world.out.is_terminal) {
            return Err(Failure::usage("--show-values is for text on a terminal only"));
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
        };
        world.out.print_as(form, &text)
    }
}

/// How plans are laid out for whoever reads standard output: a log is as wide as it needs, within reason.
pub fn text_options(world: &World, global: &Global, show_values: bool) -> TextOptions {
    const LOG: usize = 160;
    let verbose = global.verbose > 0;
    let width = world.out.width.or((!verbose).then_some(LOG));
    TextOptions { width, verbose, show_values }
}

/// Writes a plan readable by its owner alone, since it tells much about an environment; whole or not at all.
fn save(file: &Path, text: &str) -> Result<()> {
    let written = match std::fs::metadata(file) {
        // A terminal, a pipe: nothing to replace, and its mode is not ours to change.
        Ok(there) if !there.is_file() => {
            std::fs::OpenOptions::new().write(true).open(file).and_then(|mut to| to.write_all(text.as_bytes()))
        }
        // Where a link leads, so that it stays a link.
        Ok(_) => std::fs::canonicalize(file).and_then(|file| replace(&file, text)),
        Err(_) => replace(file, text),
    };
    written.map_err(|error| Failure::error(format!("cannot write {}: {error}", file.display())))
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{:016x}", fastrand::u64(..)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut to| to.write_all(text.as_bytes()));
    let written = written.and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
