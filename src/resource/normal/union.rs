use std::collections::HashSet;

use serde_json::Value;

/// Returns a list with what there is and what is wanted, of a policy's statements by [what they allow](union_statements); none if
/// nothing is taken away, or if it is no list.
pub fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
    if path.ends_with("/Statement") { union_statements(before, after) } else { union_elements(before, after) }
}

fn union_elements(before: &Value, after: &Value) -> Option<Value> {
    let (before, after) = (before.as_array()?, after.as_array()?);
    // Lists may be long: an IP set has up to 10,000 addresses.
    let (old, new): (HashSet<_>, HashSet<_>) = (before.iter().collect(), after.iter().collect());
    if old.is_subset(&new) {
        return None;
    }
    let come = after.iter().filter(|item| !old.contains(item));
    Some(before.iter().chain(come).cloned().collect())
}

/// The same of a policy's statements: what either allows is allowed, and only what both deny is denied. An old statement
/// gives its `Sid` up to a new one: a `Sid` allows nothing, so statements that differ in nothing else are one.
pub fn union_statements(before: &Value, after: &Value) -> Option<Value> {
    let (before, after) = (before.as_array()?, after.as_array()?);
    let allows = |one: &Value| one["Effect"] != "Deny";
    let takes = before.iter().any(|one| allows(one) && same(one, after).is_none())
        || after.iter().any(|one| !allows(one) && same(one, before).is_none());
    if !takes {
        return None;
    }
    let old = before.iter().filter(|one| allows(one) || same(one, after).is_some());
    let old = old.map(|one| same(one, after).cloned().unwrap_or_else(|| without_taken_sid(one, after)));
    let new = after.iter().filter(|one| allows(one) && same(one, before).is_none()).cloned();
    Some(old.chain(new).collect())
}

/// The statement that says the same, whatever its `Sid` is.
fn same<'a>(statement: &Value, among: &'a [Value]) -> Option<&'a Value> {
    let plain = without_sid(statement.clone());
    among.iter().find(|other| without_sid((*other).clone()) == plain)
}

fn without_sid(mut statement: Value) -> Value {
    if let Some(fields) = statement.as_object_mut() {
        fields.remove("Sid");
    }
    statement
}

fn without_taken_sid(statement: &Value, others: &[Value]) -> Value {
    let is_taken = others.iter().any(|other| !other["Sid"].is_null() && other["Sid"] == statement["Sid"]);
    if is_taken { without_sid(statement.clone()) } else { statement.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_lists_begin_with_what_is_there() {
        assert_eq!(union_elements(&json!([2, 1]), &json!([3, 1])), Some(json!([2, 1, 3])));
        assert_eq!(union_elements(&json!([1, 2]), &json!([2])), Some(json!([1, 2])), "it only takes away");
        assert_eq!(union_elements(&json!([1]), &json!([2, 1])), None, "it takes nothing away");
        assert_eq!(union_elements(&json!("one"), &json!("other")), None);
    }

    #[test]
    fn both_policies_allow_what_either_does_and_deny_what_both_do() {
        let (read, write) = (json!({ "Sid": "S", "Action": "read" }), json!({ "Sid": "S", "Action": "write" }));
        let deny = json!({ "Effect": "Deny", "Action": "drop" });
        let old = json!({ "Action": "read" });
        assert_eq!(union_statements(&json!([read, deny]), &json!([write, deny])), Some(json!([old, deny, write])));
        assert_eq!(union_statements(&json!([read, deny]), &json!([read])), None, "it allows more");
        assert_eq!(union_statements(&json!([read]), &json!([read, deny])), Some(json!([read])), "a denial takes away");
        assert_eq!(union_statements(&json!([read]), &json!([])), Some(json!([read])));
        assert_eq!(union_statements(&json!([read]), &json!([old])), None, "a `Sid` gives nothing");
        for (before, after) in [(json!([read, deny]), json!([write, deny])), (json!([read]), json!([read, deny]))] {
            let both = union_statements(&before, &after).expect("it takes something away");
            assert_eq!(union_statements(&before, &both), None, "both take nothing away: {both}");
        }
    }
}
