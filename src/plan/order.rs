use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use crate::blueprint::{Blueprint, Resource};
use crate::resource::{Address, Shape, pointer};

/// The desired resources in an order in which each comes after what it needs, and the edges that were cut for it.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) sequence: Vec<Address>,
    /// By resource: the targets to which its edges are cut, with the deferrable pointers that hold them.
    pub(super) cuts: BTreeMap<Address, BTreeMap<Address, BTreeSet<String>>>,
}

impl Order {
    /// Orders a blueprint. What was refused at validation (a circle without a deferrable property) cannot come here.
    pub(super) fn of(blueprint: &Blueprint, shape: impl Fn(&Address) -> Option<&'static [&'static str]>) -> Self {
        let index: BTreeMap<&Address, usize> = blueprint.resources.keys().enumerate().map(|(i, a)| (a, i)).collect();
        let addresses: Vec<&Address> = blueprint.resources.keys().collect();
        let mut graph = DiGraphMap::<usize, ()>::new();
        for (address, resource) in &blueprint.resources {
            graph.add_node(index[address]);
            for target in resource.edges.keys().filter_map(|target| index.get(target)) {
                graph.add_edge(index[address], *target, ());
            }
        }
        let mut order = Self::default();
        for circle in tarjan_scc(&graph) {
            let inside: BTreeSet<usize> = circle.into_iter().collect();
            for from in &inside {
                let resource = &blueprint.resources[addresses[*from]];
                let deferrable = shape(addresses[*from]).unwrap_or_default();
                for (target, pointers) in
                    cut_edges(resource, deferrable, |target| index.get(target).is_some_and(|to| inside.contains(to)))
                {
                    graph.remove_edge(*from, index[&target]);
                    order.cuts.entry(addresses[*from].clone()).or_default().insert(target, pointers);
                }
            }
        }
        // Each component comes after the components it points to.
        order.sequence = tarjan_scc(&graph).into_iter().flatten().map(|i| addresses[i].clone()).collect();
        order
    }

    pub(super) fn is_cut(&self, from: &Address, to: &Address) -> bool {
        self.cuts.get(from).is_some_and(|targets| targets.contains_key(to))
    }
}

/// The edges into a circle that hang on deferrable properties alone.
fn cut_edges(
    resource: &Resource,
    deferrable: &[&str],
    in_circle: impl Fn(&Address) -> bool,
) -> Vec<(Address, BTreeSet<String>)> {
    resource
        .edges
        .iter()
        .filter(|(target, pointers)| {
            let is_deferrable = pointers.iter().all(|at| deferrable.iter().any(|pattern| pointer::covers(pattern, at)));
            in_circle(target) && is_deferrable && !pointers.is_empty()
        })
        .map(|(target, pointers)| (target.clone(), pointers.clone()))
        .collect()
}

/// The shapes of a plan, by type.
pub(super) type Shapes<'a> = BTreeMap<&'static str, &'a dyn Shape>;
