use crate::yaml::{Key, Node, Value};

/// Lays one tree over another: maps merge, lists and scalars replace. A null replaces too; it means that what was
/// below is gone, and stays in the tree until [`without_nulls`], so that no lower layer shines through.
pub fn overlay(base: Node, over: Node) -> Node {
    let Node { value: Value::Map(mut entries), span: below } = base else { return over };
    let Node { value: Value::Map(upper), span } = over else { return over };
    for (key, node) in upper {
        match entries.iter_mut().find(|(known, _)| known.name == key.name) {
            Some(known) => {
                let lower = std::mem::replace(&mut known.1, Node::new(Value::Null, key.span.clone()));
                *known = (key, overlay(lower, node));
            }
            None => entries.push((key, node)),
        }
    }
    let span = if entries.is_empty() { below } else { span };
    Node::new(Value::Map(entries), span)
}

/// Lays all layers over each other, the first lowest.
pub fn layered(layers: impl IntoIterator<Item = Node>) -> Option<Node> {
    layers.into_iter().reduce(overlay)
}

/// Removes the keys whose value is null, at every depth of maps; items of lists stay.
#[must_use]
pub fn without_nulls(node: Node) -> Node {
    let Node { value, span } = node;
    let value = match value {
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .filter(|(_, node)| !node.is_null())
                .map(|(key, node): (Key, Node)| (key, without_nulls(node)))
                .collect(),
        ),
        Value::List(items) => Value::List(items.into_iter().map(without_nulls).collect()),
        scalar => scalar,
    };
    Node::new(value, span)
}
