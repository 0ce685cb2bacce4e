use std::collections::BTreeSet;

use crate::aws::{STORE_CALLS, StoreCall, StoreResource};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::global::Global;
use crate::cli::project::{Bucket, Project};
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::names_resource;
use crate::kinds::KINDS;
use crate::report::{StorePolicy, policy_json};
use crate::resource::{Access, Permissions, partition};

/// Print the IAM policy that an apply of the selected stacks needs, or a plan of them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// For plan, diff, show, history and unlock without --take: nothing that changes anything
    #[arg(long)]
    read_only: bool,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.selectors.selectors;
    if let Some(message) = names_resource(selectors, "a policy is") {
        return Err(Failure::usage(message));
    }
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    let used: BTreeSet<&str> =
        stacks.iter().flat_map(|stack| stack.resources.keys()).map(|address| address.kind.as_str()).collect();
    // Every kind is read, so that what a template no longer has is found and can be deleted; what is written is what
    // the stacks are made of.
    let permissions: Vec<_> = KINDS
        .iter()
        .map(|kind| match kind.facts().permissions {
            all if used.contains(kind.facts().kind) => all,
            other => Permissions { read: other.read, ..Permissions::default() },
        })
        .collect();
    let access = if args.read_only { Access::Read } else { Access::Write };
    let buckets: Vec<_> = stacks.iter().map(|stack| (project.bucket(&stack.stack), &stack.stack.account)).collect();
    let own = [crate::aws::OWN_READS, crate::aws::SURVEY_READS].concat();
    let asks: Vec<_> = KINDS.iter().flat_map(|kind| kind.facts().asks).copied().collect();
    world.out.print_raw(&policy_json(&permissions, &own, &asks, access, &store_policy(&buckets, access)))?;
    Ok(Exit::Done)
}

/// Of the store's calls, a role that reads looks at leases and journals only; the bucket itself is made and set up by its
/// own account. Each bucket stands beside the account that uses it.
fn store_policy(buckets: &[(Bucket, &String)], access: Access) -> StorePolicy {
    let is_own = buckets.iter().any(|(bucket, account)| bucket.account == **account);
    let may = |call: &&StoreCall| match call.about {
        _ if call.is_read() => true,
        StoreResource::Bucket => access == Access::Write && is_own,
        StoreResource::Objects => access == Access::Write,
    };
    let actions = |about: StoreResource| -> BTreeSet<&'static str> {
        let calls = STORE_CALLS.iter().filter(|call| call.about == about).filter(may);
        calls.map(|call| call.action).collect()
    };
    let buckets = buckets.iter().map(|(bucket, _)| arn(bucket)).collect();
    StorePolicy { buckets, on_buckets: actions(StoreResource::Bucket), on_objects: actions(StoreResource::Objects) }
}

fn arn(bucket: &Bucket) -> String {
    format!("arn:{}:s3:::{}", partition(&bucket.region), bucket.name)
}
