use super::{Key, Node, Value, is_secret};
use crate::problem::{Problem, Span, suggest};

/// A value that was read, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub span: Span,
}

impl Placed<String> {
    /// Returns a node's text with its place, if it is text.
    pub fn text(node: &Node) -> Option<Self> {
        node.as_str().map(|text| Self { value: text.to_owned(), span: node.span.clone() })
    }
}

/// The fields of one map of a known form, taken one by one; every mistake is noted, and reading goes on.
pub struct Fields<'a> {
    node: &'a Node,
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// Takes a map of the form `what` (`a tenant file`) that may have the `known` fields.
    pub fn of(node: &'a Node, what: &'static str, known: &[&str], problems: &mut Vec<Problem>) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            problems.push(wrong_type(node, what, "a map"));
            return None;
        }
        for (key, _) in node.entries().iter().filter(|(key, _)| !known.contains(&key.name.as_str())) {
            problems.push(unknown(key, what, known.iter().copied()));
        }
        Some(Self { node, what })
    }

    /// Returns a field that is there and not null.
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.node.get(name).filter(|node| !node.is_null())
    }

    /// Notes a field that has to be there.
    pub fn require(&self, name: &str, hint: &str, problems: &mut Vec<Problem>) -> Option<&'a Node> {
        let found = self.get(name);
        if found.is_none() {
            problems.push(missing(self.node, self.what, name).hint(hint));
        }
        found
    }

    pub fn text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<Placed<String>> {
        self.get(name).and_then(|node| text(node, name, problems))
    }

    pub fn flag(&self, name: &str, problems: &mut Vec<Problem>) -> Option<bool> {
        let node = self.get(name)?;
        if let Value::Bool(flag) = node.value {
            return Some(flag);
        }
        problems.push(wrong_type(node, &format!("`{name}`"), "true or false"));
        None
    }

    pub fn count(&self, name: &str, problems: &mut Vec<Problem>) -> Option<usize> {
        let node = self.get(name)?;
        if let Value::Int(number) = node.value
            && let Ok(count) = usize::try_from(number)
        {
            return Some(count);
        }
        problems.push(wrong_type(node, &format!("`{name}`"), "a whole number, 0 or more"));
        None
    }

    /// Returns a field that is a map, as it was written.
    pub fn map(&self, name: &str, problems: &mut Vec<Problem>) -> Option<&'a Node> {
        let node = self.get(name)?;
        if matches!(node.value, Value::Map(_)) {
            return Some(node);
        }
        problems.push(wrong_type(node, &format!("`{name}`"), "a map"));
        None
    }

    /// Returns the items of a field that is a list; none if it is not there.
    pub fn list(&self, name: &str, problems: &mut Vec<Problem>) -> &'a [Node] {
        let Some(node) = self.get(name) else { return &[] };
        if !matches!(node.value, Value::List(_)) {
            problems.push(wrong_type(node, &format!("`{name}`"), "a list"));
        }
        node.items()
    }

    /// Returns the items of a list of texts.
    pub fn texts(&self, name: &str, problems: &mut Vec<Problem>) -> Vec<Placed<String>> {
        self.list(name, problems).iter().filter_map(|item| text(item, name, problems)).collect()
    }
}

/// Takes a text, or notes what it is instead.
pub fn text(node: &Node, name: &str, problems: &mut Vec<Problem>) -> Option<Placed<String>> {
    if let Value::String(value) = &node.value {
        return Some(Placed { value: value.clone(), span: node.span.clone() });
    }
    problems.push(wrong_type(node, &format!("`{name}`"), "text"));
    None
}

/// The problem of a field that nobody knows.
pub fn unknown<'a>(key: &Key, what: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    Problem::error(key.span.clone(), format!("{what} has no field `{}`", key.name)).hint(suggest(&key.name, known))
}

/// The problem of a field that is not there.
pub fn missing(node: &Node, what: &str, name: &str) -> Problem {
    Problem::error(node.start(), format!("{what} needs the field `{name}`"))
}

/// The problem of a value of another type.
pub fn wrong_type(node: &Node, what: &str, wanted: &str) -> Problem {
    let is = if is_secret(what, &[]) { "something else".to_owned() } else { node.described() };
    let problem = Problem::error(node.span.clone(), format!("{what} must be {wanted}, and is {is}"));
    match (&node.value, wanted) {
        (Value::Int(_) | Value::Float(_) | Value::Bool(_), "text") => problem.hint("put it in quotes"),
        (Value::String(text), _) if super::scalar::plain(text) != Value::String(text.clone()) => {
            problem.hint("write it without quotes")
        }
        _ => problem,
    }
}
