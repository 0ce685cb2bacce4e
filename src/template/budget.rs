use serde_json::Value;

use crate::problem::{Problem, Span};

/// What all `for`s of a stack together may run over; the largest template here comes to some hundreds.
const MOST_ITEMS: usize = 10_000;
/// What all expressions of a stack together may make, in values, and in pieces of 64 bytes of text.
const MOST_VALUES: usize = 1_000_000;

/// How much a stack's expansion may still make. Without it, two lines that repeat each other would take all memory.
pub(super) struct Budget {
    items: usize,
    values: usize,
}

/// More than there is room for; the problem is told the first time.
pub(super) type Exceeded = Option<Problem>;

impl Budget {
    pub(super) fn new() -> Self {
        Self { items: MOST_ITEMS, values: MOST_VALUES }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.items == 0 || self.values == 0
    }

    /// Takes note of how many items a `for` at this place runs over.
    pub(super) fn items(&mut self, number: usize, place: &Span) -> Result<(), Exceeded> {
        let what = format!("the repetitions of this stack come to more than {MOST_ITEMS} items");
        spend(&mut self.items, number, || problem(place, what, "look at what `for` runs over"))
    }

    /// Takes note of what an expression at this place made.
    pub(super) fn value(&mut self, made: &Value, place: &Span) -> Result<(), Exceeded> {
        let what = format!("the expressions of this stack come to more than {MOST_VALUES} values");
        spend(&mut self.values, weight(made), || problem(place, what, "look at what `range` and `for` make"))
    }
}

fn spend(left: &mut usize, number: usize, problem: impl FnOnce() -> Problem) -> Result<(), Exceeded> {
    let had = *left;
    *left = had.saturating_sub(number);
    match (had, *left) {
        (0, _) => Err(None),
        (_, 0) => Err(Some(problem())),
        _ => Ok(()),
    }
}

fn problem(place: &Span, what: String, hint: &str) -> Problem {
    Problem::error(place.clone(), what).hint(format!("no environment is that large: {hint}"))
}

fn weight(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => text.len() / 64,
        Value::Array(list) => list.iter().map(weight).sum(),
        Value::Object(map) => map.values().map(weight).sum(),
        _ => 0,
    }
}
