use std::sync::Arc;

use minijinja::{Error, ErrorKind, Expression, Value};
use serde_json::Value as Json;

use super::engine::{self, BadParameter, FILTERS, FUNCTIONS};
use super::scope::VariableScope;
use crate::problem::{Problem, Span, closest, suggest};

/// A scalar of a template: text with expressions in it, compiled.
#[derive(Debug)]
pub(super) struct Text {
    pub span: Span,
    parts: Vec<Part>,
    /// Why it can't be evaluated, if so.
    broken: Option<Box<Problem>>,
}

#[derive(Debug)]
enum Part {
    Plain(String),
    Expression(Compiled),
}

/// One `{{ expression }}`.
struct Compiled {
    source: String,
    expression: Arc<Expression<'static, 'static>>,
    /// The dotted paths of the variables it uses, in the order of the text.
    uses: Vec<String>,
    /// The steps, if it is nothing but a path (`service.value.image`).
    path: Option<Vec<String>>,
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.source.fmt(f)
    }
}

impl Text {
    /// Compiles a scalar; `names` are the variables that it may use.
    pub fn compile(text: &str, span: &Span, names: &[String], problems: &mut Vec<Problem>) -> Self {
        let mut parts = Vec::new();
        let before = problems.len();
        match split(text) {
            Ok(pieces) => {
                for (piece, is_expression) in pieces {
                    if !is_expression {
                        parts.push(Part::Plain(piece.to_owned()));
                    } else if let Some(compiled) = Compiled::new(piece, span, names, problems) {
                        parts.push(Part::Expression(compiled));
                    }
                }
            }
            Err((what, hint)) => problems.push(Problem::error(span.clone(), what).hint(hint)),
        }
        let broken = problems.get(before).cloned().map(Box::new);
        Self { span: span.clone(), parts, broken }
    }

    /// Whether every expression in it was understood.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
    }

    /// Returns the one path that the whole text is, if so.
    pub fn path(&self) -> Option<&[String]> {
        match self.parts.as_slice() {
            [Part::Expression(Compiled { path: Some(path), .. })] => Some(path),
            _ => None,
        }
    }

    /// The text with `*` for every expression.
    pub fn pattern(&self) -> String {
        let part = |part: &Part| match part {
            Part::Plain(text) => text.clone(),
            Part::Expression(_) => "*".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// Whether an expression begins with a call of this function.
    pub fn calls(&self, function: &str) -> bool {
        let begins =
            |source: &str| source.strip_prefix(function).is_some_and(|rest| rest.trim_start().starts_with('('));
        self.expressions().any(|compiled| begins(&compiled.source))
    }

    /// Whether the text has tenant and environment as two whole steps of a path, `/{{ tenant }}/{{ environment }}/x`: no other
    /// stack's text is the same then.
    pub fn names_stack(&self) -> bool {
        let is = |part: &Part, name: &str| matches!(part, Part::Expression(compiled) if compiled.source == name);
        let begins = |part: &Part| matches!(part, Part::Plain(text) if text.starts_with('/'));
        let ends = |part: &Part| matches!(part, Part::Plain(text) if text.ends_with('/'));
        self.parts.windows(5).any(|parts| match parts {
            [before, tenant, Part::Plain(between), environment, after] => {
                ends(before)
                    && is(tenant, "tenant")
                    && between == "/"
                    && is(environment, "environment")
                    && begins(after)
            }
            _ => false,
        })
    }

    fn expressions(&self) -> impl Iterator<Item = &Compiled> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(compiled) => Some(compiled),
            Part::Plain(_) => None,
        })
    }

    /// Returns the dotted paths of all variables that are used.
    pub fn uses(&self) -> impl Iterator<Item = &str> {
        self.expressions().flat_map(|compiled| compiled.uses.iter().map(String::as_str))
    }

    /// Evaluates: one expression keeps its type, anything else is joined to text.
    pub fn evaluate(&self, scope: &VariableScope) -> Result<Json, Box<Problem>> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        if let [Part::Expression(only)] = self.parts.as_slice() {
            return only.evaluate(scope, &self.span);
        }
        let mut joined = String::new();
        for part in &self.parts {
            match part {
                Part::Plain(text) => joined.push_str(text),
                Part::Expression(compiled) => match compiled.evaluate(scope, &self.span)? {
                    Json::String(text) => joined.push_str(&text),
                    Json::Null => return Err(Box::new(self.gap(compiled))),
                    Json::Array(_) | Json::Object(_) => {
                        let what = format!("`{}` is a list or a map, and can't be part of a text", compiled.source);
                        return Err(Box::new(Problem::error(self.span.clone(), what).hint("`| join(',')` makes text")));
                    }
                    scalar => joined.push_str(&scalar.to_string()),
                },
            }
        }
        Ok(Json::String(joined))
    }

    /// Asks how many there are of what the text's only expression makes.
    pub fn count(&self, scope: &VariableScope) -> Option<usize> {
        match self.parts.as_slice() {
            [Part::Expression(only)] => only.expression.eval(scope.context()).ok()?.len(),
            _ => None,
        }
    }

    fn gap(&self, compiled: &Compiled) -> Problem {
        Problem::error(self.span.clone(), format!("`{}` is not set, and is part of a text", compiled.source))
            .hint("set the parameter, or guard the text: \"{{ 'https://' ~ domain if domain else none }}\"")
    }
}

impl Compiled {
    fn new(source: &str, span: &Span, names: &[String], problems: &mut Vec<Problem>) -> Option<Self> {
        let source = source.trim().to_owned();
        let expression = match engine::expression(&source) {
            Ok(expression) => expression,
            Err(error) => {
                let what = format!("`{source}` is not an expression: {}", error.detail().unwrap_or("it can't be read"));
                problems.push(
                    Problem::error(span.clone(), what).hint("write it as {{ name }}, {{ ref('AWS::EC2::VPC/main') }}"),
                );
                return None;
            }
        };
        let mut uses: Vec<_> = expression.undeclared_variables(true).into_iter().collect();
        uses.sort_by_key(|name| (source.find(name.as_str()), name.clone()));
        let mut known = true;
        for name in expression.undeclared_variables(false) {
            if FUNCTIONS.contains(&name.as_str()) || names.contains(&name) {
                continue;
            }
            known = false;
            problems.push(unknown_name(&name, &source, span, names));
        }
        let is_path = |text: &str| {
            let mut bytes = text.bytes();
            bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
        };
        let path = is_path(&source).then(|| source.split('.').map(str::to_owned).collect());
        uses.retain(|name| !FUNCTIONS.contains(&name.as_str()));
        known.then_some(Self { source, expression, uses, path })
    }

    fn evaluate(&self, scope: &VariableScope, span: &Span) -> Result<Json, Box<Problem>> {
        match self.expression.eval(scope.context()) {
            // An `if` without `else` is nothing; a path that leads nowhere is a mistake.
            Ok(value) if value.is_undefined() && self.source.contains(" if ") => Ok(Json::Null),
            Ok(value) => plain(&value).ok_or_else(|| Box::new(self.undefined(scope, span))),
            Err(error) => Err(Box::new(self.failure(&error, scope, span))),
        }
    }

    fn undefined(&self, scope: &VariableScope, span: &Span) -> Problem {
        for path in &self.uses {
            let steps: Vec<_> = path.split('.').map(str::to_owned).collect();
            for end in 1..steps.len() {
                let Some(parent) = scope.exact(&steps[..end]) else { break };
                if parent.step(&steps[end]).is_none() {
                    let keys = parent.entries().iter().map(|(key, _)| key.name.as_str());
                    let what = format!("`{}` has no `{}`", steps[..end].join("."), steps[end]);
                    return Problem::error(span.clone(), what).hint(suggest(&steps[end], keys));
                }
            }
        }
        Problem::error(span.clone(), format!("`{}` is not defined", self.source))
            .hint("`| default(none)` where a value may be missing")
    }

    fn failure(&self, error: &Error, scope: &VariableScope, span: &Span) -> Problem {
        let detail = error.detail().unwrap_or("it can't be evaluated").to_owned();
        let quoted =
            |detail: &str| detail.split('`').nth(1).or_else(|| detail.split(' ').nth(1)).unwrap_or("").to_owned();
        let what = format!("`{}`: {detail}", self.source);
        match error.kind() {
            ErrorKind::UndefinedError => self.undefined(scope, span),
            ErrorKind::UnknownFilter => {
                let name = quoted(&detail);
                Problem::error(span.clone(), format!("`{}`: there is no filter `{name}`", self.source))
                    .hint(suggest(&name, FILTERS.iter().copied()))
            }
            ErrorKind::OutOfFuel => Problem::error(span.clone(), format!("`{}` takes too long", self.source))
                .hint("an expression is for choosing and joining values, not for computing"),
            _ if std::error::Error::source(error).is_some_and(|source| source.is::<BadParameter>()) => {
                let place = self.uses.iter().find_map(|path| scope.node(path)).map_or(span, |node| &node.span);
                let problem = Problem::error(place.clone(), detail);
                if place == span { problem } else { problem.hint(format!("it is used in `{}` ({span})", self.source)) }
            }
            _ => Problem::error(span.clone(), what),
        }
    }
}

fn unknown_name(name: &str, source: &str, span: &Span, names: &[String]) -> Problem {
    let is_call = source.match_indices(name).any(|(at, _)| source[at + name.len()..].trim_start().starts_with('('));
    if is_call {
        return Problem::error(span.clone(), format!("`{source}`: there is no function `{name}`"))
            .hint(suggest(name, FUNCTIONS.iter().copied()));
    }
    let all = names.iter().map(String::as_str);
    let hint = match closest(name, all) {
        Some(near) => format!("did you mean `{near}`?"),
        None if name == "loop" => "`loop` is known where there is a `for`".to_owned(),
        None => "declare it under `parameters`; a text needs quotes inside an expression".to_owned(),
    };
    Problem::error(span.clone(), format!("`{source}`: there is no parameter or variable `{name}`")).hint(hint)
}

/// Parts a scalar into plain text and expressions (without their braces).
fn split(text: &str) -> Result<Vec<(&str, bool)>, (String, &'static str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    if text.contains("{%") {
        return Err(("statements (`{% ... %}`) are not read".into(), "use `for` and `when` of the node"));
    }
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            pieces.push((&rest[..open], false));
        }
        let inner = &rest[open + 2..];
        let Some(close) = closing(inner) else {
            return Err(("an expression begins with `{{` and does not end".into(), "close it with `}}`"));
        };
        pieces.push((&inner[..close], true));
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push((rest, false));
    }
    Ok(pieces)
}

/// Finds the `}}` that ends an expression: outside of quotes and of maps in it.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut depth, mut escaped) = (None, 0usize, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if text[at..].starts_with("}}") => return Some(at),
            _ => {}
        }
    }
    None
}

/// Turns an expression's value into JSON; nothing if something in it is undefined.
fn plain(value: &Value) -> Option<Json> {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::Undefined => None,
        ValueKind::Map => value
            .try_iter()
            .ok()?
            .map(|key| Some((key.to_string(), plain(&value.get_item(&key).ok()?)?)))
            .collect::<Option<serde_json::Map<_, _>>>()
            .map(Json::Object),
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().ok()?.map(|item| plain(&item)).collect::<Option<Vec<_>>>().map(Json::Array)
        }
        _ => serde_json::to_value(value).ok(),
    }
}
