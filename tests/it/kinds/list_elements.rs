//! The elements of lists, of every kind.

use provision::kinds::KINDS;
use provision::resource::{parts, pointer};
use serde_json::Value;

use crate::kinds::life::example_stack;

/// Of every kind: what comes or goes as a whole is recorded by the same parts as its list.
#[test]
fn an_element_of_a_list_has_the_same_parts_alone_as_within_it() {
    let mut tried = 0;
    for shape in KINDS {
        let facts = shape.facts();
        let stack = example_stack(facts).expect("the example is right");
        for resource in stack.resources.values().filter(|resource| resource.address.kind == facts.kind) {
            let whole = shape.normalise((*resource.spec).clone()).expect("the example is right");
            for without in without_one(&whole) {
                for field in shape.compare(&without, &whole).fields.iter().filter(|field| field.before.is_none()) {
                    let Some(after) = &field.after else { continue };
                    let property = pointer::property(&field.path);
                    let at = pointer::join("", property);
                    let all = parts::texts(facts, shape.schema(), &at, &whole[property]);
                    let own = parts::texts(facts, shape.schema(), &field.path, after);
                    assert!(
                        own.iter().all(|part| all.contains(part)),
                        "{} {}: {own:?} {all:?}",
                        facts.kind,
                        field.path
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 30, "only {tried} elements");
}

/// The value with each element of each of its lists taken out, one at a time.
fn without_one(value: &Value) -> Vec<Value> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, inner)| (pointer::join("", name), inner)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(index, inner)| (format!("/{index}"), inner)).collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (at, inner) in children {
        if let Value::Array(list) = value {
            let index: usize = at[1..].parse().expect("an index");
            let mut shorter = list.clone();
            shorter.remove(index);
            all.push(Value::from(shorter));
        }
        for without in without_one(inner) {
            let mut whole = value.clone();
            *whole.pointer_mut(&at).expect("it is there") = without;
            all.push(whole);
        }
    }
    all
}
