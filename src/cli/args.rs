use clap::{Parser, Subcommand};

use super::commands::{
    adopt, apply, completions, destroy, diff, explain, export, forget, graph, history, init, kinds, man, permissions,
    plan, restart, rollback, sandbox, schema, show, templates, unlock, validate,
};
use super::global::Global;

/// Isolated, highly available AWS stacks for every customer's every environment, from YAML.
///
/// A SELECTOR is tenant, tenant/environment or tenant/environment/RESOURCE, each part with * and ?; RESOURCE is a name
/// or TYPE/name: acme, acme/production, */certification, acme/production/db-*, acme/production/AWS::RDS::*
#[derive(Debug, Parser)]
#[command(
    name = "provision",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done, 1 error, 2 something differs (diff, plan --detailed-exitcode), 3 you said no, \
                  4 something is blocked or could not be read, 5 locked by another run, 6 a guard refused or the saved \
                  plan is stale, 64 wrong use, 130 interrupted."
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Args),
    Validate(validate::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Diff(diff::Args),
    Destroy(destroy::Args),
    Adopt(adopt::Args),
    Forget(forget::Args),
    Restart(restart::Args),
    Rollback(rollback::Args),
    Show(show::Args),
    Explain(explain::Args),
    Graph(graph::Args),
    Kinds(kinds::Args),
    Schema(schema::Args),
    Templates(templates::Args),
    Permissions(permissions::Args),
    Export(export::Args),
    History(history::Args),
    Sandbox(sandbox::Args),
    Completions(completions::Args),
    Man(man::Args),
    /// Print the project's tenants and stacks, a line each: what the completion scripts offer
    #[command(hide = true)]
    CompleteStacks,
    Unlock(unlock::Args),
}
