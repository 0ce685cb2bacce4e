//! `tests/data/authorization.txt`: what AWS lets a policy say about each action.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An action, as AWS's Service Authorization Reference has it.
#[derive(Debug, Default)]
pub struct Row {
    /// Whether `aws:RequestTag` can be a condition, whatever the resource.
    pub by_request: bool,
    pub types: Vec<Type>,
}

/// A type of resource that an action is about.
#[derive(Debug)]
pub struct Type {
    pub name: String,
    /// Its ARN, with `*` for what differs.
    pub arn: String,
    /// Whether AWS asks about such a resource with each call.
    pub is_required: bool,
    /// Whether the call makes one with tags.
    pub is_made: bool,
    /// Whether the resource's own tags can be a condition.
    pub is_tagged: bool,
}

static ROWS: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| read(include_str!("../../data/authorization.txt")));

/// What AWS checks of an action; none if AWS has no such action.
pub fn of(action: &str) -> Option<&'static Row> {
    ROWS.get(action)
}

/// All actions of the table.
pub fn actions() -> impl Iterator<Item = &'static str> {
    ROWS.keys().map(String::as_str)
}

fn read(text: &str) -> BTreeMap<String, Row> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (types, rows): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with('@'));
    let arns = types.into_iter().map(|line| {
        let mut words = line[1..].split_whitespace();
        let mut next = || words.next().expect("service, type, ARN");
        ((next(), next()), next())
    });
    let arns: BTreeMap<_, _> = arns.collect();
    let row = |line: &str| {
        let mut words = line.split_whitespace().peekable();
        let action = words.next().expect("an action");
        let service = action.split(':').next().expect("a service");
        let by_request = words.next_if_eq(&"+request").is_some();
        let types = words.map(|word| one_type(word, |name| arns[&(service, name)])).collect();
        (action.to_owned(), Row { by_request, types })
    };
    rows.into_iter().map(row).collect()
}

fn one_type<'a>(word: &'a str, arn: impl Fn(&'a str) -> &'a str) -> Type {
    let (name, marks) = word.split_once('+').unwrap_or((word, ""));
    let (name, is_required) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
    Type {
        name: name.to_owned(),
        arn: arn(name).to_owned(),
        is_required,
        is_made: marks.split('+').any(|mark| mark == "made"),
        is_tagged: marks.split('+').any(|mark| mark == "tagged"),
    }
}
