//! Preconditions of every change of a stack: it lives where the YAML says, and no immutable value of it is changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::input::{Input, Mode};
use super::order::Shapes;
use crate::inventory::Orphan;
use crate::resource::{Command, OPEN, Stack};

/// Returns the precondition that is not met, and the way out: then nothing of the stack may be changed.
pub(super) fn unmet(input: &Input<'_>, shapes: &Shapes<'_>) -> Option<String> {
    let elsewhere = &input.inventory.elsewhere;
    if !elsewhere.is_empty() {
        return Some(lives_elsewhere(&input.blueprint.stack, elsewhere));
    }
    if input.mode == Mode::Destroy {
        return None;
    }
    let moved = moved(input);
    if !moved.is_empty() {
        return Some(lives_elsewhere(&input.blueprint.stack, &moved));
    }
    taken_away(input, shapes)
}

/// The regions in which the stack has what the YAML puts into its home region, if nothing at all is there: the home was
/// changed while something else still names the old region.
fn moved(input: &Input<'_>) -> Vec<Orphan> {
    let stack = &input.blueprint.stack;
    if input.inventory.regional().any(|(_, live)| live.region == stack.region) {
        return Vec::new();
    }
    let mut regions: BTreeMap<&str, usize> = BTreeMap::new();
    for (address, live) in input.inventory.regional() {
        let wanted = input.blueprint.resources.get(address);
        if wanted.is_some_and(|wanted| wanted.region == stack.region) {
            *regions.entry(&live.region).or_default() += 1;
        }
    }
    let orphan = |(region, resources): (&str, usize)| Orphan {
        stack: stack.id.clone(),
        account: stack.account.clone(),
        region: region.to_owned(),
        role: stack.write_role.clone(),
        resources,
        addresses: BTreeSet::new(),
    };
    regions.into_iter().map(orphan).collect()
}

/// The command that deletes what an orphan has, after asking.
pub fn destroy_orphan(orphan: &Orphan) -> Command {
    let Orphan { stack, account, region, role, .. } = orphan;
    let destroy = Command::new("destroy").option("--orphan", stack).option("--account", account);
    let destroy = destroy.option("--region", region);
    role.iter().fold(destroy, |line, arn| line.option("--role", arn))
}

fn lives_elsewhere(stack: &Stack, elsewhere: &[Orphan]) -> String {
    let place = |there: &Orphan| format!("in {} of {} ({} resources)", there.region, there.account, there.resources);
    let places: Vec<_> = elsewhere.iter().map(place).collect();
    let commands: Vec<_> = elsewhere.iter().map(|there| format!("`{}`", destroy_orphan(there))).collect();
    format!(
        "{} lives {} and not in {} of {}, where the YAML puts it: put `region` and `account` back, or destroy it \
         there first: {}",
        stack.id,
        places.join(" and "),
        stack.region,
        stack.account,
        commands.join(", ")
    )
}

/// A live value that is immutable while the stack lives and that the YAML no longer has: a network's range, a zone.
fn taken_away(input: &Input<'_>, shapes: &Shapes<'_>) -> Option<String> {
    let resources = &input.blueprint.resources;
    for (kind, shape) in shapes {
        let wanted: Vec<_> = resources.values().filter(|resource| resource.address.kind == **kind).collect();
        if wanted.is_empty() {
            continue;
        }
        for property in shape.facts().immutable_in_stack {
            let kept: BTreeSet<&str> =
                wanted.iter().filter_map(|resource| resource.spec.pointer(property)?.as_str()).collect();
            if kept.iter().any(|value| value.contains(OPEN)) {
                continue;
            }
            for (address, live) in input.inventory.all().filter(|(address, _)| address.kind == **kind) {
                // A value that the YAML leaves to AWS stays as it is.
                let is_free = resources.get(address).is_some_and(|wanted| wanted.spec.pointer(property).is_none());
                let value = live.spec.pointer(property).and_then(Value::as_str).filter(|_| !is_free);
                if let Some(value) = value.filter(|value| !kept.contains(value)) {
                    return Some(format!(
                        "{property} {value} of {address} ({}) can't be taken away or changed while the stack lives: put it \
                         back, or destroy the stack (`{}`) and apply it anew",
                        live.id,
                        Command::new("destroy").word(&input.blueprint.stack.id)
                    ));
                }
            }
        }
    }
    None
}
