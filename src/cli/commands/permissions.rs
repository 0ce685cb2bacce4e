use std::collections::BTreeSet;

use crate::apply::lease_key;
use crate::aws::{STORE_CALLS, StoreCall, StoreResource};
use crate::cli::engine::journal_keys;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::{LeaseBucket, Project};
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::names_resource;
use crate::kinds::KINDS;
use crate::problem::suggest;
use crate::report::{POLICIES_OF_A_ROLE, PolicyScope, StorePolicy, policies, policies_json};
use crate::resource::{Access, Facts, Permissions, Stack, partition};

/// Print the IAM policies that an apply of the selected stacks needs, or a plan of them
///
/// One JSON document, or several, one after the other, where one managed policy is too small. They allow to read what the
/// project's templates name and what AWS's tag index does not show, and to change what the selected stacks are made of: what
/// bears their tags, or is made with them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// For plan, diff, show, history and unlock without --take: nothing that changes anything
    #[arg(long)]
    read_only: bool,

    /// Of this type, too, which no template names any more (repeatable): what is left of it can be read and deleted
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.selectors.selectors;
    if let Some(message) = names_resource(selectors, "a policy is") {
        return Err(CommandFailure::usage(message));
    }
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    let is_kind = |name: &&String| KINDS.iter().any(|kind| kind.facts().kind == **name);
    if let Some(unknown) = args.types.iter().find(|name| !is_kind(name)) {
        let names = KINDS.iter().map(|kind| kind.facts().kind);
        return Err(CommandFailure::usage(format!("there is no kind `{unknown}`")).hint(suggest(unknown, names)));
    }
    let former: BTreeSet<&str> = args.types.iter().map(String::as_str).collect();
    let used: BTreeSet<&str> =
        stacks.iter().flat_map(|stack| stack.resources.keys()).map(|address| address.kind.as_str()).collect();
    let named = project.members().kinds;
    // What a template no longer names is read only where the tag index shows it.
    let facts = KINDS.iter().map(|kind| kind.facts());
    let is_read = |facts: &&Facts| facts.is_always_read(named) || former.contains(facts.kind);
    let facts: Vec<_> = facts.filter(is_read).collect();
    // What is written is what the stacks are made of.
    let permissions = facts.iter().map(|facts| match facts.permissions {
        all if used.contains(facts.kind) || former.contains(facts.kind) => all,
        other => Permissions { read: other.read, ..Permissions::NONE },
    });
    let permissions: Vec<_> = permissions.collect();
    let access = if args.read_only { Access::Read } else { Access::Write };
    let buckets: Vec<_> = stacks.iter().map(|stack| (project.bucket(&stack.stack), &stack.stack)).collect();
    let scope = PolicyScope::of(&stacks, store_policy(&buckets, access));
    let own = [crate::aws::OWN_READS, crate::aws::SURVEY_READS].concat();
    let asks = facts.iter().flat_map(|facts| facts.preflight_reads).chain(crate::aws::QUOTA_READS);
    let asks: Vec<_> = asks.copied().collect();
    let Some(policies) = policies(&permissions, &own, &asks, access, &scope) else {
        let message = "no managed policy is large enough for so many stacks".to_owned();
        return Err(CommandFailure::error(message)
            .hint("select fewer: a role belongs to one account, and mostly to one tenant"));
    };
    if policies.len() > POLICIES_OF_A_ROLE {
        tracing::warn!(
            "these are {} policies, and a role takes {POLICIES_OF_A_ROLE} unless AWS raises the quota: select fewer stacks",
            policies.len()
        );
    }
    world.out.print_raw(&policies_json(&policies))?;
    Ok(Exit::Done)
}

/// Of the store's calls, a role that reads looks at leases and journals only; the bucket itself is made and set up by its
/// own account. Each bucket stands beside the stack that uses it.
fn store_policy(buckets: &[(LeaseBucket, &Stack)], access: Access) -> StorePolicy {
    let is_own = buckets.iter().any(|(bucket, stack)| bucket.account == stack.account);
    let may = |call: &&StoreCall| match call.about {
        _ if call.is_read() => true,
        StoreResource::Bucket => access == Access::Write && is_own,
        StoreResource::Objects => access == Access::Write,
    };
    let actions = |about: StoreResource| -> BTreeSet<&'static str> {
        let calls = STORE_CALLS.iter().filter(|call| call.about == about).filter(may);
        calls.map(|call| call.action).collect()
    };
    let objects = |(bucket, stack): &(LeaseBucket, &Stack)| {
        [lease_key(stack), journal_keys(stack) + "*"].map(|key| format!("{}/{key}", arn(bucket)))
    };
    StorePolicy {
        buckets: buckets.iter().map(|(bucket, _)| arn(bucket)).collect(),
        objects: buckets.iter().flat_map(objects).collect(),
        on_buckets: actions(StoreResource::Bucket),
        on_objects: actions(StoreResource::Objects),
    }
}

fn arn(bucket: &LeaseBucket) -> String {
    format!("arn:{}:s3:::{}", partition(&bucket.region), bucket.name)
}
