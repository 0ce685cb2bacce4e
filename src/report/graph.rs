//! The dependency graph of a stack, in the two languages that draw it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::blueprint::Blueprint;
use crate::resource::Address;

/// For Mermaid, which GitHub draws in a fenced block. An arrow leads from a resource to what it needs.
pub fn graph_mermaid(blueprints: &[&Blueprint]) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (number, blueprint) in blueprints.iter().enumerate() {
        let ids = ids(blueprint, number);
        let _ = writeln!(text, "  subgraph s{number}[\"{}\"]", blueprint.stack.id);
        for (address, id) in &ids {
            let _ = writeln!(text, "    {id}[\"{}<br/>{}\"]", address.name, address.kind);
        }
        text.push_str("  end\n");
        for (from, to, follows) in edges(blueprint) {
            let (Some(from), Some(to)) = (ids.get(from), ids.get(to)) else { continue };
            let _ = writeln!(text, "  {from} {} {to}", if follows { "-.->" } else { "-->" });
        }
    }
    text
}

/// For Graphviz.
pub fn graph_dot(blueprints: &[&Blueprint]) -> String {
    let mut text = "digraph provision {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
    for (number, blueprint) in blueprints.iter().enumerate() {
        let ids = ids(blueprint, number);
        let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label=\"{}\";", blueprint.stack.id);
        for (address, id) in &ids {
            let _ = writeln!(text, "    {id} [label=\"{}\\n{}\"];", address.name, address.kind);
        }
        text.push_str("  }\n");
        for (from, to, follows) in edges(blueprint) {
            let (Some(from), Some(to)) = (ids.get(from), ids.get(to)) else { continue };
            let _ = writeln!(text, "  {from} -> {to}{};", if follows { " [style=dashed]" } else { "" });
        }
    }
    text + "}\n"
}

/// Short ids: both languages are picky about characters.
fn ids(blueprint: &Blueprint, stack: usize) -> BTreeMap<&Address, String> {
    blueprint.resources.keys().enumerate().map(|(number, address)| (address, format!("n{stack}_{number}"))).collect()
}

/// From, to, and whether it only follows without a reference.
fn edges(blueprint: &Blueprint) -> impl Iterator<Item = (&Address, &Address, bool)> {
    blueprint
        .resources
        .values()
        .flat_map(|resource| resource.edges.keys().map(move |to| (&resource.address, to, resource.only_depends_on(to))))
}
