//! What a change of a web ACL no longer blocks.

use std::collections::BTreeMap;

use serde_json::Value;

/// A sentence for each way in which the web ACL refuses less than before.
pub(super) fn sentences(live: &Value, desired: &Value) -> Vec<String> {
    let (before, after) = (rules(live), rules(desired));
    let mut said = Vec::new();
    let mut tell = |names: Vec<&str>, what: &str| {
        if !names.is_empty() {
            said.push(format!("{what}: {}", names.join(", ")));
        }
    };
    let blocked = || before.iter().filter(|(_, rule)| refuses(rule));
    let counted = blocked().filter(|(name, _)| after.get(*name).is_some_and(|rule| counts(rule)));
    tell(counted.map(|(name, _)| *name).collect(), "no longer blocks what these rules match, and only counts it");
    let passed = blocked().filter(|(name, _)| after.get(*name).is_some_and(|rule| !counts(rule) && !refuses(rule)));
    tell(passed.map(|(name, _)| *name).collect(), "no longer blocks what these rules match, and lets it pass");
    let gone = blocked().filter(|(name, _)| !after.contains_key(*name));
    tell(gone.map(|(name, _)| *name).collect(), "no longer blocks what these rules matched, which go");
    for (name, rule) in after.iter().filter(|(name, rule)| refuses(rule) && before.contains_key(*name)) {
        let earlier = excepted(before[name]);
        let more: Vec<_> = excepted(rule).into_iter().filter(|one| !earlier.contains(one)).collect();
        tell(more, &format!("of {name} no longer blocks what these rules match"));
    }
    let blocks = |spec: &Value| spec.pointer("/DefaultAction/Block").is_some();
    if blocks(live) && !blocks(desired) {
        said.push("lets everything pass that no rule decides, which it blocked before".to_owned());
    }
    said
}

fn rules(spec: &Value) -> BTreeMap<&str, &Value> {
    let rules = spec.get("Rules").and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(|rule| Some((rule.get("Name")?.as_str()?, rule))).collect()
}

/// Whether a rule, or the rules of a group, stop a request.
fn refuses(rule: &Value) -> bool {
    ["/Action/Block", "/Action/Captcha", "/Action/Challenge", "/OverrideAction/None"]
        .iter()
        .any(|at| rule.pointer(at).is_some())
}

fn counts(rule: &Value) -> bool {
    rule.pointer("/Action/Count").or_else(|| rule.pointer("/OverrideAction/Count")).is_some()
}

/// The rules of a group that stop nothing although the group does.
fn excepted(rule: &Value) -> Vec<&str> {
    let statements =
        rule.get("Statement").and_then(Value::as_object).into_iter().flat_map(|statement| statement.values());
    let mut names = Vec::new();
    for statement in statements {
        let all = |name: &str| statement.get(name).and_then(Value::as_array).into_iter().flatten();
        let overridden = all("RuleActionOverrides")
            .filter(|one| ["/ActionToUse/Count", "/ActionToUse/Allow"].iter().any(|at| one.pointer(at).is_some()));
        names.extend(overridden.chain(all("ExcludedRules")).filter_map(|one| one.get("Name")?.as_str()));
    }
    names
}
