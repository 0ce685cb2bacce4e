use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::after::Afters;
use super::checked::Subject;
use super::kinds::{Kinds, Known};
use super::sound::Sound;
use super::{Blueprint, Resource, after, graph, ignored, lint, names, references};
use crate::problem::{Problem, Span, suggest};
use crate::resource::{Address, Reference, Stack};
use crate::template::{Declaration, Expanded};
use crate::tenant::IgnoreRule;

/// Checks what a template declares against the kinds and makes the stack's graph; notes every mistake, and gives
/// nothing if there is one.
pub fn build(
    kinds: &Kinds<'_>,
    stack: &Stack,
    expanded: Expanded,
    ignore: &[IgnoreRule],
    problems: &mut Vec<Problem>,
) -> Option<Blueprint> {
    let mut found = Vec::new();
    let Expanded { declarations, families, outputs, outputs_after, mut warnings, blamed } = expanded;
    let all = unique(&declarations, &mut found);
    let mut resources = BTreeMap::new();
    let mut afters = Afters::default();
    let is_broken = declarations.iter().any(|declaration| declaration.is_broken);
    for declaration in declarations {
        let kind = &declaration.address.value.kind;
        let Some(known) = kinds.get(kind) else {
            let what = format!("there is no kind `{kind}`");
            found.push(Problem::error(declaration.span.clone(), what).hint(suggest(kind, kinds.names())));
            continue;
        };
        references::of_properties(kinds, &declaration, known, &all, &mut found);
        names::check(&declaration, known, stack, &all, &mut found);
        afters.add(&declaration, &all, &mut found);
        if let Some(resource) = resource(declaration, known, stack, &mut found) {
            resources.insert(resource.address.clone(), resource);
        }
    }
    for (name, value) in &outputs {
        references::of_output(kinds, name, value, &all, &mut found);
    }
    for (name, after) in &outputs_after {
        after::check(&format!("the output {name}"), after, &all, &mut found);
    }
    let is_whole = !is_broken && !found.iter().any(Problem::is_error);
    // What is there is checked as a whole, whatever of it is missing.
    graph::follow(kinds, &afters, &mut resources);
    graph::check(kinds, &afters, &resources, &mut found);
    lint::check(&resources, &mut found);
    if is_whole {
        warnings.extend(lint::warnings(&resources));
    }
    ignored::attach(ignore, kinds, &all, &mut resources, &mut found);
    for problem in found {
        // One mistake in a node with `for` shows once, and what the template says of a value is said for people.
        let is_said = problem.span.as_ref().is_some_and(|span| blamed.contains(span)) || problems.contains(&problem);
        if !is_said {
            problems.push(problem);
        }
    }
    (is_whole && problems.iter().all(|problem| !problem.is_error())).then(|| Blueprint {
        stack: stack.clone(),
        resources,
        outputs,
        outputs_after: outputs_after
            .into_iter()
            .map(|(name, after)| (name, after.into_iter().map(|address| address.value).collect()))
            .collect(),
        warnings,
        families,
    })
}

/// Returns the place of every address; one that is there twice is a mistake.
fn unique(declarations: &[Declaration], problems: &mut Vec<Problem>) -> BTreeMap<Address, Span> {
    let mut all = BTreeMap::new();
    for declaration in declarations {
        let address = &declaration.address;
        if let Some(first) = all.insert(address.value.clone(), address.span.clone()) {
            let what = format!("{} is there twice; the other is at {first}", address.value);
            problems.push(Problem::error(address.span.clone(), what).hint("give one of them another name"));
        }
    }
    all
}

fn resource(
    mut declaration: Declaration,
    known: &Known<'_>,
    stack: &Stack,
    problems: &mut Vec<Problem>,
) -> Option<Resource> {
    if declaration.is_broken {
        return None;
    }
    let region = declaration.region.as_ref().map_or_else(|| stack.region.clone(), |region| region.value.clone());
    let address = declaration.address.value.clone();
    let subject = Subject { known, stack, address: &address, region: &region };
    let sound = match known.remembered.get(&declaration.properties) {
        Some(sound) => sound,
        None => sound(subject, &declaration, problems)?,
    };
    external(&declaration, known.facts.kind, problems);
    let raw = &declaration.properties;
    let origins = std::mem::take(&mut declaration.origins);
    subject.arns(raw, &origins, problems);
    let origins = subject.origins(raw, &sound.spec, origins);
    Some(Resource {
        address,
        region,
        is_global: known.facts.is_global,
        set: sound.set.clone(),
        origins,
        spec: Arc::clone(&sound.spec),
        exists_by: declaration.exists_by,
        edges: sound.edges.clone(),
        was: declaration.was.map(|was| was.value),
        physical: declaration.physical.map(|name| name.value),
        protected: declaration.protected,
        external: declaration.external,
        ignore: Vec::new(),
    })
}

/// Checks properties and passes them through their type. What something is wrong with is not remembered: each of its places
/// is told.
fn sound(subject: Subject<'_>, declaration: &Declaration, problems: &mut Vec<Problem>) -> Option<Arc<Sound>> {
    let Subject { known, address, .. } = subject;
    if !subject.schema(declaration, problems) {
        return None;
    }
    let raw = &declaration.properties;
    let (spec, mistakes) = match known.shape.read(raw.clone()) {
        Ok(read) => read,
        // A reference to another kind is refused by the type too; it is said already, with its place.
        Err(what) if what.contains("expects a reference") => return None,
        Err(what) => {
            problems.push(Problem::error(declaration.span.clone(), format!("{address}: {what}")));
            return None;
        }
    };
    let before = problems.len();
    subject.spec(raw, &spec, mistakes, &declaration.origins, problems);
    let sound = Arc::new(Sound { set: set(known, raw, &spec), edges: edges(&spec), spec: Arc::new(spec) });
    if problems.len() == before {
        known.remembered.keep(raw.clone(), &sound);
    }
    Some(sound)
}

fn external(declaration: &Declaration, kind: &str, problems: &mut Vec<Problem>) {
    for path in declaration.external.iter().filter(|path| !path.starts_with('/')) {
        let what = format!("`{path}` is not the path of a property of {kind}");
        problems.push(Problem::error(declaration.span.clone(), what).hint("a path begins with a slash: /DesiredCount"));
    }
}

fn edges(spec: &Value) -> BTreeMap<Address, BTreeSet<String>> {
    let mut edges = BTreeMap::<_, BTreeSet<_>>::new();
    for (at, reference) in Reference::all_in(spec) {
        edges.entry(reference.address).or_default().insert(at);
    }
    edges
}

/// The properties that the template set; what is as the type fills it in anyway counts as not set.
fn set(known: &Known<'_>, raw: &Value, spec: &Value) -> BTreeSet<String> {
    let empty = Map::new();
    let raw = raw.as_object().unwrap_or(&empty);
    let defaults = known.defaults(raw);
    let is_set = |name: &&String| spec.get(*name).is_some_and(|value| defaults.get(*name) != Some(value));
    raw.keys().filter(is_set).cloned().collect()
}
