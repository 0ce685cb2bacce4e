//! What is wrong with one resource, as its schema and its kind see it.

use serde_json::Value;

use super::kinds::Known;
use super::{arns, place, switches, unique};
use crate::problem::{Problem, Span};
use crate::resource::{Address, Mistake, Stack, keyed, pointer};
use crate::template::violation::{self, Violation};
use crate::template::{Declaration, Origins};

/// A resource of a stack, and what is known of its kind.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub known: &'a Known<'a>,
    pub stack: &'a Stack,
    pub address: &'a Address,
    pub region: &'a str,
}

impl Subject<'_> {
    /// Notes what the schema refuses of the properties; returns whether there is nothing of that.
    ///
    /// What it refuses hides no other mistake: the rest is checked as if it were all, and what is found counts unless it is
    /// about a refused value.
    pub(super) fn schema(self, declaration: &Declaration, problems: &mut Vec<Problem>) -> bool {
        let raw = &declaration.properties;
        let hidden = |steps: &[String]| {
            let at = at(steps);
            self.known.facts.sensitive.iter().any(|pattern| pointer::covers(pattern, &at))
        };
        let (validator, root) = (self.known.validator(), self.known.shape.schema().root());
        let violations = violation::all(validator, root, raw, &self.address.to_string(), &hidden);
        if violations.is_empty() {
            return true;
        }
        let refused: Vec<_> =
            violations.iter().map(|violation| self.problem(violation, &declaration.origins)).collect();
        let spans: Vec<Span> = refused.iter().filter_map(|problem| problem.span.clone()).collect();
        problems.extend(refused);
        let read = |value: Value| self.known.shape.read(value.clone()).ok().map(|read| (value, read));
        if let Some((rest, (spec, mistakes))) = read(raw.clone()).or_else(|| read(without(raw, &violations))) {
            let mut found = Vec::new();
            self.arns(&rest, &declaration.origins, &mut found);
            self.spec(&rest, &spec, mistakes, &declaration.origins, &mut found);
            let names: Vec<_> = violations.iter().flat_map(names).collect();
            let is_another = |problem: &Problem| {
                let is_elsewhere = |span: &Span| !spans.iter().any(|refused| refused.touches(span));
                problem.span.as_ref().is_some_and(is_elsewhere)
                    && !names.iter().any(|name| problem.what.contains(name.as_str()))
            };
            problems.extend(found.into_iter().filter(is_another));
        }
        false
    }

    fn problem(self, violation: &Violation, origins: &Origins) -> Problem {
        let is_named = violation.what.starts_with(&self.address.to_string());
        let what = if is_named { violation.what.clone() } else { format!("{}: {}", self.address, violation.what) };
        let problem = Problem::error(place::of(origins, &at(&violation.pointer)), what);
        Problem { hint: violation.hint.clone(), ..problem }
    }

    /// Notes what is wrong with properties of which their type makes a spec, its kind's mistakes among it.
    pub(super) fn spec(
        self,
        raw: &Value,
        spec: &Value,
        mistakes: Vec<Mistake>,
        origins: &Origins,
        problems: &mut Vec<Problem>,
    ) {
        let Self { known, address, .. } = self;
        let subject = address.to_string();
        problems.extend(unique::mistakes(known.facts, spec, origins, &subject));
        problems.extend(switches::mistakes(known, raw, spec, origins, &subject));
        if mistakes.is_empty() {
            return;
        }
        let origins = self.origins(raw, spec, origins.clone());
        for Mistake { path, text } in mistakes {
            let span = place::of(&origins, &keyed::named(known.facts, spec, &path));
            // What begins with its verb is about the field.
            let field = path.rsplit('/').next().filter(|field| text.starts_with("is ") && !field.is_empty());
            let field = field.map(|field| format!("`{field}` ")).unwrap_or_default();
            problems.push(Problem::error(span, format!("{subject}: {field}{text}")));
        }
    }

    /// Notes ARNs of another account, region or partition.
    pub(super) fn arns(self, raw: &Value, origins: &Origins, problems: &mut Vec<Problem>) {
        let Self { known, stack, region, address } = self;
        problems.extend(arns::mistakes(known, stack, region, raw, origins, &address.to_string()));
    }

    /// Where the values of a spec come from, as plans name them.
    pub(super) fn origins(self, raw: &Value, spec: &Value, origins: Origins) -> Origins {
        let origins = place::sorted_as_in_spec(self.known.shape.schema(), raw, spec, origins);
        place::named_as_in_plans(self.known.facts, raw, origins)
    }
}

fn at(steps: &[String]) -> String {
    steps.iter().fold(String::new(), |at, step| pointer::join(&at, step))
}

/// The names of the property that is refused, as it is written and as it was likely meant.
fn names(violation: &Violation) -> Vec<String> {
    let written = violation.pointer.iter().rev().find(|step| !is_index(step)).cloned();
    let hint = violation.hint.iter().flat_map(|hint| hint.split('`').skip(1).step_by(2)).map(str::to_owned);
    written.into_iter().chain(hint).collect()
}

/// The properties without those that are refused; of a list with a refused item nothing stays.
fn without(raw: &Value, violations: &[Violation]) -> Value {
    let mut rest = raw.clone();
    for violation in violations.iter().filter(|violation| violation.kind != violation::Kind::Missing) {
        let mut steps = violation.pointer.as_slice();
        if let Some(list) = steps.iter().position(|step| is_index(step)) {
            steps = &steps[..list];
        }
        if let Some((last, above)) = steps.split_last()
            && let Some(Value::Object(entries)) = rest.pointer_mut(&at(above))
        {
            entries.remove(last);
        }
    }
    rest
}

fn is_index(step: &str) -> bool {
    !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit())
}
