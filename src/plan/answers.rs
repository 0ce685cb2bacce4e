//! What resources that wait ask of a person, and what of it the stack's own resources do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::blueprint::Resource;
use crate::resource::{Address, Facts, Reference};

/// Begins what is waited for where nothing is left for a person: the resources that did it follow.
const SEEN: &str = "AWS to see ";

/// Whether a resource needs another only for what that asks of a person.
pub(super) fn only_answers(resource: &Resource, need: &Address, facts: &Facts) -> bool {
    let references = Reference::all_in(&resource.spec);
    let mut of_need = references.iter().filter(|(_, reference)| reference.address == *need).peekable();
    let follows = resource.edges.get(need).is_some_and(|pointers| pointers.contains(""));
    !follows && of_need.peek().is_some() && of_need.all(|(_, reference)| facts.is_asking(&reference.output))
}

/// What is left for a person of what a resource asks for, its parts divided by commas; if that is nothing, what AWS has still to see.
pub fn asked(
    what: &str,
    answers: Option<&BTreeMap<String, Address>>,
    output: impl Fn(&str) -> Option<Value>,
) -> String {
    let Some(answers) = answers else { return what.to_owned() };
    let values: BTreeSet<String> =
        answers.keys().filter_map(|name| output(name)?.as_str().map(str::to_owned)).collect();
    let is_left = |part: &&str| !part.split(' ').any(|word| values.contains(word));
    let left: Vec<_> = what.split(", ").filter(is_left).collect();
    if !left.is_empty() {
        return left.join(", ");
    }
    let doers: BTreeSet<String> = answers.values().map(Address::to_string).collect();
    format!("{SEEN}{}", doers.into_iter().collect::<Vec<_>>().join(" and "))
}

/// Whether nothing is left for a person of what is waited for.
pub fn is_answered(what: &str) -> bool {
    what.starts_with(SEEN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_stack_does_itself_is_not_asked_of_a_person() {
        let what = "CNAME _x.a.example -> _y.aws, CNAME _z.b.example -> _w.aws";
        let doer = |name: &str| Address::new("AWS::Route53::RecordSet", name);
        let outputs = json!({ "N.a": "_x.a.example", "V.a": "_y.aws", "N.b": "_z.b.example" });
        let output = |name: &str| outputs.get(name).cloned();
        assert_eq!(asked(what, None, output), what);
        let one = BTreeMap::from([("N.a".to_owned(), doer("a")), ("V.a".to_owned(), doer("a"))]);
        assert_eq!(asked(what, Some(&one), output), "CNAME _z.b.example -> _w.aws");
        let both = one.into_iter().chain([("N.b".to_owned(), doer("b"))]).collect();
        let left = asked(what, Some(&both), output);
        assert_eq!(left, "AWS to see AWS::Route53::RecordSet/a and AWS::Route53::RecordSet/b");
        assert!(is_answered(&left) && !is_answered(what));
        assert_eq!(asked(what, Some(&both), |_| None), what, "nobody knows yet what is asked");
    }
}
