use std::collections::BTreeMap;

use crate::blueprint::Blueprint;
use crate::cli::consent::{Consent, EventFormat};
use crate::cli::execute::execute;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::run_request::RunRequest;
use crate::cli::selectors::NamedSelectors;
use crate::cli::world::World;
use crate::plan::{Allowed, Mode, QuotaMode};
use crate::resource::{Command, Stack, StackId, Tags};

/// Delete everything of a stack, after asking; protected resources need --allow-destroy
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    named: NamedSelectors,

    /// A stack that is no longer in the YAML; needs --account and --region
    #[arg(long, value_name = "TENANT/ENVIRONMENT", conflicts_with_all = ["selectors", "all"], requires_all = ["account", "region"])]
    orphan: Option<String>,

    /// The orphan's account, twelve digits
    #[arg(long, requires = "orphan", value_parser = account)]
    account: Option<String>,

    /// The orphan's home region
    #[arg(long, requires = "orphan")]
    region: Option<String>,

    /// The role to assume in the orphan's account
    #[arg(long, value_name = "ARN", requires = "orphan")]
    role: Option<String>,

    #[command(flatten)]
    consent: Consent,

    /// How to write it; json: one event a line
    #[arg(long, value_enum, default_value_t)]
    format: EventFormat,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.named.selectors;
    let orphan;
    let project;
    let stacks = match &args.orphan {
        Some(name) => {
            project = Project::unselected(global)?;
            orphan = blueprint_of_orphan(&project, name, args)?;
            vec![&orphan]
        }
        None if selectors.is_empty() && !args.named.all => {
            return Err(CommandFailure::usage("say which stacks to destroy")
                .hint("name one, as in `⟪destroy acme/certification⟫`, or say --all"));
        }
        None => {
            project = Project::load(world, global, selectors)?;
            project.stacks()
        }
    };
    let request = RunRequest {
        project: &project,
        stacks,
        selectors,
        mode: Mode::Destroy,
        allowed: Allowed { destroy: args.consent.allow_destroy.clone(), ..Allowed::default() },
        quota: QuotaMode::Off,
        saved: None,
        yes: args.consent.yes,
        lock_timeout: args.consent.lock_timeout,
        all_or_nothing: args.consent.all_or_nothing,
        parallel: args.consent.parallel,
        json: args.format == EventFormat::Json,
        verb: "destroy",
        same: args.line(),
        resume: args.line(),
    };
    execute(world, global, &request)
}

impl Args {
    /// This very command line.
    fn line(&self) -> Command {
        let line = Command::new("destroy").words(&self.named.selectors);
        let line = if self.named.all { line.word("--all") } else { line };
        let options = [
            ("--orphan", &self.orphan),
            ("--account", &self.account),
            ("--region", &self.region),
            ("--role", &self.role),
        ];
        let given = options.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let line = given.fold(line, |line, (name, value)| line.option(name, value));
        self.consent.add_to(line, self.format)
    }
}

/// A stack that should have nothing in it; what is there is found by its tags. Guarded as production is.
fn blueprint_of_orphan(project: &Project, name: &str, args: &Args) -> Result<Blueprint> {
    let (tenant, environment) = name
        .split_once('/')
        .filter(|(tenant, environment)| crate::tenant::is_name(tenant) && crate::tenant::is_name(environment))
        .ok_or_else(|| CommandFailure::usage(format!("`{name}` names no stack: write tenant/environment")))?;
    let id = StackId::new(tenant, environment);
    // What the YAML has in another account or region by now is an orphan where it was.
    let is_there =
        |stack: &Stack| Some(&stack.account) == args.account.as_ref() && Some(&stack.region) == args.region.as_ref();
    let moved = project.fleet().iter().find(|stack| stack.id == id).is_some_and(|stack| !is_there(stack));
    if project.has(&id) && !moved {
        let failure = CommandFailure::usage(format!("{id} is in the YAML and no orphan"));
        return Err(failure.hint(format!("`{}`", Command::new("destroy").word(id))));
    }
    let stack = Stack {
        id,
        project: project.name().to_owned(),
        account: args.account.clone().unwrap_or_default(),
        region: args.region.clone().unwrap_or_default(),
        template: String::new(),
        tags: Tags::default(),
        read_role: args.role.clone(),
        write_role: args.role.clone(),
        external_id: None,
        protected: true,
    };
    Ok(Blueprint {
        stack,
        resources: BTreeMap::new(),
        outputs: BTreeMap::new(),
        outputs_after: BTreeMap::new(),
        warnings: Vec::new(),
        families: Vec::new(),
    })
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(text.to_owned()) } else { Err("an account has twelve digits".to_owned()) }
}
