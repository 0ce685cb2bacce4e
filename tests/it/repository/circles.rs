//! No file of the program imports, over however many others, what imports it.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;

use super::tidy::{Source, sources, word};

/// The circles that stay, by their files, and why: two halves of one thing that are easier to read apart.
const CIRCLES: &[(&[&str], &str)] = &[
    (&["aws/attached", "aws/survey"], "the survey asks about attachments, which are seen as its own things are"),
    (&["kinds/ec2/nat_gateway", "kinds/ec2/route_table"], "a gateway needs a way out, and a route leads to a gateway"),
    (
        &[
            "plan/candidates",
            "plan/causes",
            "plan/changes",
            "plan/circles",
            "plan/decide",
            "plan/decide/withheld",
            "plan/fields",
            "plan/observed",
            "plan/pending",
            "plan/phases/split",
            "plan/removals",
            "plan/steps",
            "plan/tags",
            "plan/verdict",
        ],
        "a decision about one resource asks what was decided of others",
    ),
    (&["plan/guards", "plan/types"], "a plan bears what its guards said"),
    (
        &["resource/changes", "resource/diff", "resource/facts", "resource/keyed", "resource/kind", "resource/shape"],
        "the vocabulary of a kind: its facts name its rules, which are about its differences",
    ),
    (&["resource/digest", "resource/last_applied"], "the last apply is read from a digest, and compared with one"),
    (&["resource/identity", "resource/name"], "by which name a resource is known, and what such a name tells"),
    (&["resource/stack", "resource/tags"], "a stack has tags, and tags name a stack"),
    (
        &["sandbox", "sandbox/control", "sandbox/folder", "sandbox/python", "sandbox/server"],
        "the server is found by its folder, whose lock the server holds",
    ),
    (&["tenant/check", "tenant/project"], "a project's file is checked as it is read"),
];

/// The path of a module below the crate: `["cli", "engine"]`; of what is imported, with the name at its end.
type Steps = Vec<String>;

struct Tree {
    files: BTreeMap<Steps, Source>,
}

impl Tree {
    fn of(sources: Vec<Source>) -> Self {
        let files = sources.into_iter().map(|source| (steps(&source), source));
        Self { files: files.filter(|(_, source)| !source.is_in(&["main"])).collect() }
    }

    fn is_module(&self, path: &[String]) -> bool {
        self.files.contains_key(path)
    }

    /// The file that defines what a path means in a module; none of ours: none.
    fn home(&self, module: &[String], path: &[String]) -> Option<Steps> {
        let is_climb = |step: &&String| *step == "super";
        let climbs = path.iter().take_while(is_climb).count();
        let (mut at, rest) = match path.first()?.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (module.to_vec(), &path[1..]),
            "super" => (module[..module.len().checked_sub(climbs)?].to_vec(), &path[climbs..]),
            first if self.is_module(&[module, &[first.to_owned()]].concat()) => (module.to_vec(), path),
            _ => return None,
        };
        for (index, step) in rest.iter().enumerate() {
            let below = [&at[..], std::slice::from_ref(step)].concat();
            if !self.is_module(&below) {
                let exported = self.exports(&at).into_iter().find(|export| export.last() == Some(step));
                let behind = |export: Steps| [&export[..], &rest[index + 1..]].concat();
                return Some(exported.and_then(|export| self.home(&at, &behind(export))).unwrap_or(at));
            }
            at = below;
        }
        Some(at)
    }

    /// What a module passes on: `pub use kind::Kind;`.
    fn exports(&self, module: &[String]) -> Vec<Steps> {
        let code = self.files.get(module).map(|source| source.code.as_str()).unwrap_or_default();
        passed_on(code).flat_map(paths).collect()
    }

    /// The files that a file imports, or names by their path.
    fn imports(&self, module: &[String]) -> Vec<Steps> {
        // To whom something is visible is no import.
        let mut code = self.files[module].code.replace("(in crate::kinds)", "");
        passed_on(&self.files[module].code).for_each(|text| code = code.replacen(text, "", 1));
        let starts = code
            .match_indices("::")
            .map(|(at, _)| code[..at].rfind(|sign: char| !is_part(sign)).map_or(0, |before| before + 1));
        let starts = starts.filter(|at| !code[..*at].ends_with("::") && !code[..*at].ends_with('.'));
        let named: Vec<Steps> = starts.flat_map(|at| paths(&code[at..])).collect();
        named.iter().filter_map(|path| self.home(module, path)).filter(|home| home != module).collect()
    }
}

fn steps(source: &Source) -> Steps {
    let path = source.path.with_extension("");
    let steps: Steps = path.iter().map(|step| step.to_string_lossy().into_owned()).collect();
    steps.into_iter().filter(|step| !["lib", "mod"].contains(&step.as_str())).collect()
}

fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// What follows each `pub use`, to its semicolon.
fn passed_on(code: &str) -> impl Iterator<Item = &str> {
    let starts = code.match_indices("pub use ").chain(code.match_indices("pub(super) use "));
    starts.map(|(at, found)| &code[at + found.len()..]).filter_map(|rest| Some(rest.split_once(';')?.0))
}

/// The paths in `a::b::{c, d::{e, f}}`.
fn paths(text: &str) -> Vec<Steps> {
    let step = word(text);
    let rest = &text.trim_start()[step.len()..];
    match rest.strip_prefix("::") {
        _ if step.is_empty() => Vec::new(),
        Some(list) if list.starts_with('{') => {
            let inner = items(&list[1..]).into_iter().flat_map(paths);
            inner
                .map(|path| if path[0] == "self" { vec![step.clone()] } else { [vec![step.clone()], path].concat() })
                .collect()
        }
        Some(next) if !word(next).is_empty() => {
            paths(next).into_iter().map(|path| [vec![step.clone()], path].concat()).collect()
        }
        _ => vec![vec![step]],
    }
}

/// The items of a list in braces that was opened before.
fn items(list: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
                if sign == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items
}

/// The files of one kind are one: its parts are about its type.
fn node(steps: &[String]) -> String {
    let most = if steps.first().is_some_and(|room| room == "kinds") { 3 } else { steps.len() };
    steps[..most.min(steps.len())].join("/")
}

#[test]
fn no_imports_go_in_a_circle() {
    let tree = Tree::of(sources());
    let nodes: Vec<String> = tree.files.keys().map(|steps| node(steps)).collect();
    let index = |name: &str| nodes.iter().position(|node| node == name).expect("a file");
    let mut graph = DiGraphMap::<usize, ()>::new();
    for module in tree.files.keys() {
        for import in tree.imports(module) {
            let (from, to) = (node(module), node(&import));
            if from != to {
                graph.add_edge(index(&from), index(&to), ());
            }
        }
    }
    assert!(graph.edge_count() > 1000, "the search finds nothing: {}", graph.edge_count());
    let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
    let mut found: Vec<Vec<&str>> = circles.map(|circle| circle.into_iter().map(|at| &*nodes[at]).collect()).collect();
    found.iter_mut().for_each(|circle| circle.sort_unstable());
    let new: Vec<_> = found.iter().filter(|circle| !CIRCLES.iter().any(|(known, _)| known == circle)).collect();
    assert!(new.is_empty(), "open them, or say in CIRCLES why they stay: {new:#?}");
    let gone: Vec<_> = CIRCLES.iter().filter(|(known, _)| !found.iter().any(|circle| circle == known)).collect();
    assert!(gone.is_empty(), "no longer so: {gone:#?}");
}

#[test]
fn a_path_is_found_where_it_is_defined() {
    let text = "crate::aws::{Aws, bucket::{Bucket, self}, x as y}";
    let found: Vec<_> = paths(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::aws::Aws", "crate::aws::bucket::Bucket", "crate::aws::bucket", "crate::aws::x"]);
    let tree = Tree::of(sources());
    let module: Steps = ["plan", "decide"].map(str::to_owned).to_vec();
    let path = ["super", "super", "resource", "Kind"].map(str::to_owned);
    assert_eq!(tree.home(&module, &path).expect("one of ours").join("/"), "resource/kind");
}
