use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::budget::{Budget, Exceeded};
use super::compile::{Branch, Repeat, Tree};
use super::library::{Check, ResourceNode, Template};
use super::nulls::without_nulls;
use super::origins::{Origin, Origins};
use super::scope::{FunctionContext, Item, Named, StackContext, VariableScope};
use super::tracked::{Trail, Uses};
use super::violation::described;
use super::{Declaration, Expanded, Family, KindFacts};
use crate::problem::{Problem, Severity, Span};
use crate::resource::Address;
use crate::yaml::{Node, Placed};

/// Expands a template for one stack. All names come first, so that expressions in properties can ask for all
/// resources of the stack; a node whose expressions fail is marked, and the rest goes on.
pub fn expand(
    template: &Template,
    stack: &StackContext,
    parameters: &Node,
    kinds: &Arc<BTreeMap<&'static str, KindFacts>>,
    problems: &mut Vec<Problem>,
) -> Expanded {
    let surroundings = Arc::new(FunctionContext::new(stack, Arc::clone(kinds)));
    let scope = VariableScope::new(stack, &surroundings, parameters);
    let mut expansion = Expansion {
        problems: Vec::new(),
        parameters: parameters.entries().iter().map(|(key, _)| key.name.clone()).collect(),
        parted: BTreeMap::new(),
        budget: Budget::new(),
    };
    let mut expanded = Expanded::default();
    let mut named = Vec::new();
    for node in &template.resources {
        let scopes = expansion.scopes(&node.repeat, &scope);
        if let Some(kind) = node.kind.fixed() {
            let (kind, name) = (kind.to_owned(), node.name.pattern());
            expanded.families.push(Family { kind, name, from: scopes.all.values });
        }
        for (inner, mut uses) in scopes.passed {
            let (address, more) = scope.trail().follow(|| expansion.address(node, &inner));
            uses.add(&more);
            if let Some(address) = address {
                let physical = node.physical.as_ref().and_then(|branch| expansion.text(branch, &inner, "physical"));
                named.push((node, inner, address, physical, uses));
            }
        }
    }
    let addresses = named.iter().map(|(_, _, address, physical, uses)| {
        let physical = physical.as_ref().map(|name| name.value.clone());
        (address.value.clone(), Named { physical, uses: uses.clone() })
    });
    surroundings.set_addresses(addresses.collect());
    for (node, inner, address, physical, uses) in named {
        let declaration = expansion.declaration(node, &inner, address, physical);
        expanded.declarations.push(Declaration { exists_by: uses.values, ..declaration });
    }
    for (key, branch) in &template.outputs {
        let (branch, after) = output(branch);
        let is_set = expansion.text_gap(branch, &scope);
        if let Some(value) =
            expansion.value(branch, &scope, "", &mut Origins::new()).filter(|_| is_set).and_then(without_nulls)
            && value.as_array().is_none_or(|list| !list.is_empty())
        {
            expanded.outputs.insert(key.name.clone(), value);
            let after = after.map(|after| expansion.after(after, &scope)).filter(|after| !after.is_empty());
            expanded.outputs_after.extend(after.map(|after| (key.name.clone(), after)));
        }
    }
    let wrong: Vec<_> =
        template.checks.iter().flat_map(|check| expansion.said(check, &scope, parameters, Severity::Error)).collect();
    if !wrong.is_empty() {
        // What a wrong parameter breaks inside the template is not worth saying beside what is wrong with it.
        let is_blamed = |problem: &Problem| wrong.iter().any(|wrong| wrong.span == problem.span);
        expansion.problems.retain(|problem| !template.is_place_of(problem) && !is_blamed(problem));
    }
    for span in wrong.iter().filter_map(|problem| problem.span.as_ref()) {
        expanded.blamed.push(span.clone());
        blame_items(parameters, span, &mut expanded.blamed);
    }
    expansion.problems.extend(wrong);
    for warning in &template.warnings {
        expanded.warnings.extend(expansion.said(warning, &scope, parameters, Severity::Warning));
    }
    for problem in expansion.problems {
        // The same expression fails in the same way for every item of a `for`.
        if !problems.iter().any(|known| known.span == problem.span && known.what == problem.what) {
            problems.push(problem);
        }
    }
    expanded
}

/// A list that is to blame is so with its items.
fn blame_items(node: &Node, list: &Span, blamed: &mut Vec<Span>) {
    if node.span == *list {
        blamed.extend(node.items().iter().map(|item| item.span.clone()));
    }
    node.entries().iter().for_each(|(_, node)| blame_items(node, list, blamed));
}

/// The value of an output, and what it comes after: `{ value, after }`, or the value alone.
fn output(branch: &Branch) -> (&Branch, Option<&Branch>) {
    let Tree::Map(entries) = &branch.tree else { return (branch, None) };
    let named = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, branch)| branch);
    match (entries.len(), named("value"), named("after")) {
        (2, Some(value), Some(after)) => (value, Some(after)),
        _ => (branch, None),
    }
}

pub(super) struct Expansion {
    pub(super) problems: Vec<Problem>,
    /// The names that mean the same in every scope: no `for` may hide one.
    parameters: BTreeSet<String>,
    /// Their items, once a `for` ran over them.
    parted: BTreeMap<String, (Arc<[Item]>, Uses)>,
    pub(super) budget: Budget,
}

/// The scopes of a repetition.
pub(super) struct Scopes {
    /// One for every combination of items that `when` lets pass, and what decided that it is there.
    pub(super) passed: Vec<(VariableScope, Uses)>,
    /// What decided which of them there are.
    pub(super) all: Uses,
}

impl Expansion {
    /// Returns a scope for every combination of items of `for` that `when` lets pass.
    pub(super) fn scopes(&mut self, repeat: &Repeat, outer: &VariableScope) -> Scopes {
        let mut all = Uses::default();
        let mut passed = vec![(outer.clone(), Uses::default())];
        for (variable, over) in &repeat.over {
            let mut next = Vec::new();
            for (scope, uses) in &passed {
                let (items, more) = self.items(variable, over, scope);
                all.add(&more);
                let uses = || {
                    let mut uses = uses.clone();
                    uses.add(&more);
                    uses
                };
                next.extend(items.into_iter().map(|scope| (scope, uses())));
            }
            passed = next;
        }
        if let Some(when) = &repeat.when {
            passed.retain_mut(|(scope, uses)| {
                let trail = scope.trail().clone();
                let (holds, more) = trail.follow(|| self.holds(when, scope));
                all.add(&more);
                uses.add(&more);
                holds
            });
        }
        Scopes { passed, all }
    }

    /// Returns a scope for every item that one variable runs over.
    fn items(&mut self, variable: &str, over: &Branch, outer: &VariableScope) -> (Vec<VariableScope>, Uses) {
        if self.budget.is_spent() {
            return Default::default();
        }
        let Some((items, uses)) = self.parts(over, outer) else { return Default::default() };
        let length = items.len();
        let spent = self.budget.items(length, &over.span);
        if self.within(spent).is_none() {
            return Default::default();
        }
        let scopes = items.iter().enumerate().map(|(at, item)| outer.with_item(variable, item, at, length));
        (scopes.collect(), uses)
    }

    /// Parts what a variable runs over; a parameter, which means the same everywhere, once for the whole stack.
    fn parts(&mut self, over: &Branch, outer: &VariableScope) -> Option<(Arc<[Item]>, Uses)> {
        let trail = outer.trail().clone();
        let Tree::Text(text) = &over.tree else {
            let (value, uses) = trail.follow(|| self.value(over, outer, "", &mut Origins::new()));
            return Some((self.all_of(over, &value?, &[], &trail)?, uses));
        };
        let name = text.path().filter(|path| path.len() == 1).map(|path| &path[0]);
        if let Some(known) = name.and_then(|name| self.parted.get(name)) {
            return Some(known.clone());
        }
        // Not `value`: that would drop the nulls in a parameter, and expressions ask for them (`x is none`).
        let (value, mut uses) = trail.follow(|| text.evaluate(outer));
        let value = value.map_err(|problem| self.problems.push(*problem)).ok()?;
        if text.path().is_some() {
            // Which entries there are counts, not yet what they hold.
            uses = trail.follow(|| text.count(outer)).1;
        }
        let sources: Vec<&Node> = text.uses().filter_map(|path| outer.node(path)).collect();
        let items = self.all_of(over, &value, &sources, &trail)?;
        if let Some(name) = name.filter(|name| self.parameters.contains(*name)) {
            self.parted.insert(name.clone(), (Arc::clone(&items), uses.clone()));
        }
        Some((items, uses))
    }

    fn all_of(&mut self, over: &Branch, value: &Json, sources: &[&Node], trail: &Trail) -> Option<Arc<[Item]>> {
        let items = Item::all_of(value, sources, trail);
        if items.is_none() {
            let what = format!("`for` needs a list or a map, and this is {}", described(value));
            self.problems.push(Problem::error(over.span.clone(), what));
        }
        items.map(Arc::from)
    }

    fn holds(&mut self, when: &Branch, scope: &VariableScope) -> bool {
        match self.value(when, scope, "", &mut Origins::new()) {
            None | Some(Json::Null) => false,
            Some(Json::Bool(flag)) => flag,
            Some(Json::String(text)) => !text.is_empty(),
            Some(Json::Number(number)) => number.as_f64() != Some(0.0),
            Some(Json::Array(list)) => !list.is_empty(),
            Some(Json::Object(map)) => !map.is_empty(),
        }
    }

    fn address(&mut self, node: &ResourceNode, scope: &VariableScope) -> Option<Placed<Address>> {
        let kind = self.text(&node.kind, scope, "type");
        let name = self.text(&node.name, scope, "name");
        let (kind, name) = (kind?, name?);
        if !Address::is_name(&name.value) {
            let what = format!("`{}` can't be the name of a resource", name.value);
            self.problems.push(Problem::error(name.span, what).hint("small letters, digits and dashes"));
            return None;
        }
        Some(Placed { value: Address::new(kind.value, name.value), span: name.span })
    }

    fn declaration(
        &mut self,
        node: &ResourceNode,
        scope: &VariableScope,
        address: Placed<Address>,
        physical: Option<Placed<String>>,
    ) -> Declaration {
        let before = self.problems.len();
        let mut origins = Origins::new();
        origins.insert(String::new(), Origin::new(node.span.clone()));
        let properties = node.properties.as_ref().and_then(|branch| self.value(branch, scope, "", &mut origins));
        let region = node.region.as_ref().and_then(|branch| self.text(branch, scope, "region"));
        let was = node.was.as_ref().and_then(|branch| self.text(branch, scope, "was"));
        let protected =
            node.protected.as_ref().and_then(|branch| match self.value(branch, scope, "", &mut Origins::new())? {
                Json::Bool(flag) => Some(flag),
                other => {
                    let what = format!("`protected` must be true or false, and is {}", described(&other));
                    self.problems.push(Problem::error(branch.span.clone(), what));
                    None
                }
            });
        let external = node.external.as_ref().and_then(|branch| {
            let value = self.value(branch, scope, "", &mut Origins::new())?;
            let path = |item: &Json| item.as_str().map(str::to_owned);
            let paths: Option<_> = value.as_array().and_then(|list| list.iter().map(path).collect());
            if paths.is_none() {
                let other = value.as_array().and_then(|list| list.iter().find(|item| !item.is_string()));
                let is = other.map_or_else(|| described(&value), |item| format!("a list with {}", described(item)));
                let what = format!("`external` must be a list of paths, and is {is}");
                self.problems.push(Problem::error(branch.span.clone(), what).hint("external: [/DesiredCount]"));
            }
            paths
        });
        let after = node.after.as_ref().map(|branch| self.after(branch, scope)).unwrap_or_default();
        Declaration {
            address,
            region,
            properties: properties.and_then(without_nulls).unwrap_or_else(|| Json::Object(Map::new())),
            origins,
            was,
            physical,
            protected,
            external: external.unwrap_or_default(),
            exists_by: Vec::new(),
            after,
            span: node.span.clone(),
            is_broken: !node.is_sound || self.problems.len() > before,
        }
    }

    fn after(&mut self, branch: &Branch, scope: &VariableScope) -> Vec<Placed<Address>> {
        let mut origins = Origins::new();
        let value = self.value(branch, scope, "", &mut origins).and_then(without_nulls);
        let Some(Json::Array(items)) = value else {
            if let Some(other) = value {
                let what = format!("`after` must be a list of addresses, and is {}", described(&other));
                let problem = Problem::error(branch.span.clone(), what).hint("after: [AWS::EC2::RouteTable/main]");
                self.problems.push(problem);
            }
            return Vec::new();
        };
        let mut all = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let origin = origins.get(&format!("/{index}"));
            let span = origin.map_or(&branch.span, |origin| &origin.span).clone();
            match item
                .as_str()
                .ok_or_else(|| format!("an address is text, and this is {}", described(item)))
                .and_then(str::parse)
            {
                Ok(value) => all.push(Placed { value, span }),
                Err(what) => self.problems.push(Problem::error(span, format!("`after`: {what}"))),
            }
        }
        all
    }

    fn text(&mut self, branch: &Branch, scope: &VariableScope, name: &str) -> Option<Placed<String>> {
        match self.value(branch, scope, "", &mut Origins::new())? {
            Json::String(value) => Some(Placed { value, span: branch.span.clone() }),
            Json::Number(number) => Some(Placed { value: number.to_string(), span: branch.span.clone() }),
            other => {
                let what = format!("`{name}` must be text, and is {}", described(&other));
                self.problems.push(Problem::error(branch.span.clone(), what));
                None
            }
        }
    }

    /// Notes what there was no room for.
    pub(super) fn within(&mut self, spent: Result<(), Exceeded>) -> Option<()> {
        spent.map_err(|exceeded| self.problems.extend(exceeded)).ok()
    }

    /// Returns whether an output's text has no gap: a joined text with an unset value in it is left out.
    fn text_gap(&mut self, branch: &Branch, scope: &VariableScope) -> bool {
        let Tree::Text(text) = &branch.tree else { return true };
        let is_unset = |path: &str| {
            let steps: Vec<_> = path.split('.').map(str::to_owned).collect();
            scope.exact(&steps).is_some_and(Node::is_null)
        };
        !(text.path().is_none() && text.evaluate(scope).is_err() && text.uses().any(is_unset))
    }

    fn said(&mut self, check: &Check, scope: &VariableScope, parameters: &Node, severity: Severity) -> Vec<Problem> {
        let mut all = Vec::new();
        for (scope, _) in self.scopes(&check.repeat, scope).passed {
            let Some(say) = self.text(&check.say, &scope, "say") else { continue };
            let at = check.at.as_ref().and_then(|branch| self.text(branch, &scope, "at"));
            let span = at.map_or_else(|| check.span.clone(), |at| parameters.nearest(at.value.split('.')).span.clone());
            let hint = check.hint.as_ref().and_then(|branch| self.text(branch, &scope, "hint"));
            let hint = hint.map(|hint| hint.value);
            all.push(Problem { severity, hint, ..Problem::error(span, say.value) });
        }
        all
    }
}
