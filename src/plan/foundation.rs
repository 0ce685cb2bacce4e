//! What forbids to touch a stack at all: it lives elsewhere, or what all of it stands on would be taken away.

use std::collections::BTreeSet;

use serde_json::Value;

use super::input::{Input, Mode};
use super::order::Shapes;
use crate::inventory::Orphan;
use crate::resource::{OPEN, Stack};

/// Returns why nothing of the stack may be made or changed, and the way out.
pub(super) fn obstacle(input: &Input<'_>, shapes: &Shapes<'_>) -> Option<String> {
    let elsewhere = &input.inventory.elsewhere;
    if !elsewhere.is_empty() {
        return Some(lives_elsewhere(&input.blueprint.stack, elsewhere));
    }
    (input.mode != Mode::Destroy).then(|| taken_away(input, shapes)).flatten()
}

fn lives_elsewhere(stack: &Stack, elsewhere: &[Orphan]) -> String {
    let place = |there: &Orphan| format!("in {} of {} ({} resources)", there.region, there.account, there.resources);
    let places: Vec<_> = elsewhere.iter().map(place).collect();
    let commands: Vec<_> = elsewhere.iter().map(|there| format!("`{}`", there.command())).collect();
    format!(
        "{} lives {} and has nothing in {} of {}, where the YAML puts it: put `region` and `account` back, or destroy it \
         there first: {}",
        stack.id,
        places.join(" and "),
        stack.region,
        stack.account,
        commands.join(", ")
    )
}

/// A lasting value that is live and that the YAML no longer has: a network's range, a zone.
fn taken_away(input: &Input<'_>, shapes: &Shapes<'_>) -> Option<String> {
    let resources = &input.blueprint.resources;
    for (kind, shape) in shapes {
        let wanted: Vec<_> = resources.values().filter(|resource| resource.address.kind == **kind).collect();
        if wanted.is_empty() {
            continue;
        }
        for property in shape.facts().lasting {
            let kept: BTreeSet<&str> =
                wanted.iter().filter_map(|resource| resource.spec.pointer(property)?.as_str()).collect();
            if kept.iter().any(|value| value.contains(OPEN)) {
                continue;
            }
            for (address, live) in input.inventory.all().filter(|(address, _)| address.kind == **kind) {
                // What the YAML leaves to AWS stays as it is.
                let is_free = resources.get(address).is_some_and(|wanted| wanted.spec.pointer(property).is_none());
                let value = live.spec.pointer(property).and_then(Value::as_str).filter(|_| !is_free);
                if let Some(value) = value.filter(|value| !kept.contains(value)) {
                    return Some(format!(
                        "{property} {value} of {address} ({}) can't be taken away or changed while the stack lives: put it \
                         back, or destroy the stack (`provision destroy {}`) and apply it anew",
                        live.id, input.blueprint.stack.id
                    ));
                }
            }
        }
    }
    None
}
