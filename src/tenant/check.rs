use std::collections::BTreeMap;

use crate::problem::Problem;
use crate::resource::{Tags, key};
use crate::yaml::{Fields, Node, Placed, Value, fields};

use super::{Head, Project};

/// Tenants, environments and projects: the three together leave the shortest physical names (32) some letters.
const LONGEST_NAME: usize = 20;
/// AWS allows 50 tags a resource; seven are ours, and a few are left for other tools.
const MOST_TAGS: usize = 40;

/// What the names of security groups (`sg-`) and of load balancers (`internal-`) may not begin with, as EC2's and Elastic
/// Load Balancing's references say; the names of both begin with the tenant's.
const TAKEN: [&str; 2] = ["sg", "internal"];

/// Returns whether a tenant, environment or project may be called so: `[a-z][a-z0-9-]{0,19}`.
pub fn is_name(name: &str) -> bool {
    complaint(name).is_none()
}

pub(super) fn name(name: &Placed<String>, what: &str) -> Option<Problem> {
    complaint(&name.value).map(|(why, hint)| {
        Problem::error(name.span.clone(), format!("`{}` can't be the name of {what}: {why}", name.value)).hint(hint)
    })
}

/// Returns the problem of what a tenant may not be called.
pub(super) fn tenant_name(name: &Placed<String>) -> Option<Problem> {
    let is_taken = TAKEN.iter().any(|taken| name.value.split('-').next() == Some(taken));
    let taken = is_taken.then(|| {
        Problem::error(name.span.clone(), format!("`{}` can't be the name of a tenant", name.value))
            .hint("AWS refuses security groups whose names begin with `sg-`, and load balancers with `internal-`")
    });
    self::name(name, "a tenant").or(taken)
}

fn complaint(name: &str) -> Option<(String, String)> {
    let rule = "names are small letters, digits and dashes, begin with a letter and do not end in a dash".to_owned();
    let length = name.chars().count();
    let wrong = |letter: &char| !(letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '-');
    if length == 0 {
        Some(("it is empty".into(), rule))
    } else if let Some(letter) = name.chars().find(wrong) {
        Some((format!("it has the character `{letter}`"), rule))
    } else if !name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        Some(("it does not begin with a letter".into(), rule))
    } else if name.ends_with('-') || name.contains("--") {
        Some(("it has a dash at the end, or two in a row, which some AWS names may not have".into(), rule))
    } else if length > LONGEST_NAME {
        Some((
            format!("it has {length} characters"),
            format!("at most {LONGEST_NAME}: it is part of the names of all resources"),
        ))
    } else {
        None
    }
}

/// Reads a map of tags.
pub(super) fn tags(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Tags {
    let mut tags = Tags::default();
    let Some(node) = fields.map("tags", problems) else { return tags };
    for (name, value) in node.entries() {
        let wrong = |what: &str, hint: &str| {
            Problem::error(name.span.clone(), format!("the tag `{}` {what}", name.name)).hint(hint)
        };
        let lower = name.name.to_lowercase();
        if lower.starts_with(key::PREFIX) || lower.starts_with("aws:") {
            problems
                .push(wrong("is not yours to set", "`provision:` and `aws:` tags are written by the program and AWS"));
        } else if name.name.is_empty() || name.name.chars().count() > 128 {
            problems.push(wrong("is empty or longer than 128 characters", "shorten it"));
        } else if !name.name.chars().all(is_tag_letter) {
            problems.push(wrong("has characters that not every service takes", "letters, digits, spaces and _.:/=+-@"));
        } else if let Some((other, _)) = tags.iter().find(|(other, _)| other.to_lowercase() == lower) {
            let what = format!("differs from `{other}` in its case alone");
            problems.push(wrong(&what, "IAM takes the two for one: keep one of them"));
        }
        let Some(text) = fields::text(value, &name.name, problems) else { continue };
        if text.value.chars().count() > 256 || !text.value.chars().all(is_tag_letter) {
            let what =
                format!("the value of the tag `{}` is longer than 256 characters or has special ones", name.name);
            problems.push(Problem::error(text.span, what).hint("letters, digits, spaces and _.:/=+-@"));
        } else {
            tags.set(&name.name, text.value);
        }
    }
    if node.entries().len() > MOST_TAGS {
        let what = format!("{} tags are too many", node.entries().len());
        problems.push(Problem::error(node.start(), what).hint(format!("at most {MOST_TAGS}; AWS allows 50 in all")));
    }
    tags
}

fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric() || " _.:/=+-@".contains(letter)
}

/// Reads an account id: twelve digits in quotes, since YAML drops the zeros in front of a number.
pub(super) fn account(node: &Node, problems: &mut Vec<Problem>) -> Option<Placed<String>> {
    if let Value::Int(number) = node.value {
        let what = format!("the account {number} must be in quotes");
        problems.push(
            Problem::error(node.span.clone(), what)
                .hint(format!("\"{}\"; without quotes a zero in front would be lost", padded(number))),
        );
        return None;
    }
    fields::text(node, "account", problems)
}

/// Returns what was meant by an account id without quotes.
pub(super) fn meant_account(node: &Node) -> Option<Placed<String>> {
    let Value::Int(number) = node.value else { return None };
    Some(Placed { value: padded(number), span: node.span.clone() })
}

fn padded(number: i64) -> String {
    format!("{number:012}")
}

/// Returns the problem of what is not twelve digits.
pub(super) fn account_digits(account: &Placed<String>) -> Option<Problem> {
    let is_account = account.value.len() == 12 && account.value.bytes().all(|byte| byte.is_ascii_digit());
    (!is_account).then(|| {
        Problem::error(account.span.clone(), format!("`{}` is not an AWS account id", account.value))
            .hint("twelve digits in quotes: `⟪aws sts get-caller-identity⟫` shows yours")
    })
}

/// Finds what only all tenants together show: a tenant declared twice, and stacks whose names are the same once joined.
/// Of each tenant come its head and the names of its environments.
pub fn fleet<'a, E>(tenants: impl IntoIterator<Item = (&'a Head, E)>, project: &'a Project) -> Vec<Problem>
where
    E: IntoIterator<Item = &'a Placed<String>>,
{
    let mut problems = Vec::new();
    let mut names = BTreeMap::<&str, &Placed<String>>::new();
    let mut joined = BTreeMap::<(Option<&str>, String), String>::new();
    for (head, environments) in tenants {
        let name = &head.name;
        if let Some(first) = names.insert(&name.value, name) {
            let what = format!("the tenant `{}` is declared twice; the first is at {}", name.value, first.span);
            problems.push(Problem::error(name.span.clone(), what).hint("one file per tenant: rename or remove one"));
            continue;
        }
        let account = head.account.as_ref().map(|account| project.account(&account.value));
        for environment in environments {
            let id = format!("{}/{}", name.value, environment.value);
            let prefix = format!("{}-{}", name.value, environment.value);
            if let Some(other) = joined.insert((account, prefix.clone()), id.clone()) {
                let what =
                    format!("{id} and {other} of the same account would both name their resources `{prefix}-...`");
                problems.push(
                    Problem::error(environment.span.clone(), what)
                        .hint("rename one of the two environments or tenants"),
                );
            }
        }
    }
    problems
}
