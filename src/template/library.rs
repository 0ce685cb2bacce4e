use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::builtin::FILES;
use super::compile::{self, Branch, Repeat};
use super::engine::FUNCTIONS;
use super::parameters::{Parameters, is_settled};
use super::part::Part;
use super::scope::VariableScope;
use crate::problem::{Problem, Span, closest, suggest};
use crate::yaml::{self, Fields, Key, Node, Placed};

/// All templates that a project can use: its own, and below them the ones that the program brings along.
#[derive(Debug, Default)]
pub struct Library {
    /// By path below `templates/`: the path as shown to people, and the text.
    files: BTreeMap<String, (PathBuf, Vec<u8>)>,
    templates: BTreeMap<String, Compiled>,
    /// The paths of the project's own files.
    own: BTreeSet<String>,
    /// By parameter: the templates that take it. Read when somebody gives a template one that it does not take.
    takers: OnceLock<BTreeMap<String, Vec<String>>>,
}

/// What became of a template that was asked for.
#[derive(Clone, Debug)]
enum Compiled {
    Sound(Arc<Template>),
    /// It has mistakes, and yet tells which resources it makes.
    Legible(Arc<Template>),
    Broken,
}

/// A template with its parts, ready to be expanded for any stack.
#[derive(Debug)]
pub struct Template {
    /// The file's name without `.yaml`.
    pub name: String,
    pub description: Option<String>,
    pub parameters: Parameters,
    /// Overlays of the parameters, by name.
    pub profiles: Vec<(Key, Node)>,
    pub(super) checks: Vec<Check>,
    pub(super) warnings: Vec<Check>,
    pub(super) resources: Vec<ResourceNode>,
    pub(super) outputs: Vec<(Key, Branch)>,
    /// Whether every node tells its type, its name and how often it is there.
    names_all: bool,
}

/// Something to say when a condition holds.
#[derive(Debug)]
pub(super) struct Check {
    pub repeat: Repeat,
    /// The dotted path of the parameter that is to blame.
    pub at: Option<Branch>,
    pub say: Branch,
    pub hint: Option<Branch>,
    pub span: Span,
}

/// A node of `resources`.
#[derive(Debug)]
pub(super) struct ResourceNode {
    pub span: Span,
    /// Whether nothing is wrong with its fields.
    pub is_sound: bool,
    pub repeat: Repeat,
    pub kind: Branch,
    pub name: Branch,
    pub properties: Option<Branch>,
    pub region: Option<Branch>,
    pub was: Option<Branch>,
    pub physical: Option<Branch>,
    pub protected: Option<Branch>,
    pub external: Option<Branch>,
    pub after: Option<Branch>,
}

impl Library {
    /// Takes a project's own files: the path below `templates/`, the path as shown to people, and the bytes.
    pub fn new(own: impl IntoIterator<Item = (String, PathBuf, Vec<u8>)>) -> Self {
        let brought = FILES.iter().map(|(path, text)| {
            ((*path).to_owned(), (PathBuf::from(format!("built-in/{path}")), text.as_bytes().to_vec()))
        });
        let own: BTreeMap<_, _> = own.into_iter().map(|(path, shown, bytes)| (path, (shown, bytes))).collect();
        let paths = own.keys().cloned().collect();
        let files = brought.chain(own).collect();
        Self { files, templates: BTreeMap::new(), own: paths, takers: OnceLock::new() }
    }

    /// Returns the types of what the project can make, with `*` for expressions: those that its own files name, whether or
    /// not anything uses them, and the used templates of the program, with all that these include. None: a file is no YAML,
    /// and may name any.
    pub fn types<'a>(&self, used: impl Iterator<Item = &'a str>) -> Option<BTreeSet<String>> {
        let begin = self.own.iter().cloned().chain(used.map(|name| format!("{name}.yaml")));
        let parts = self.reached(begin.collect());
        let mut types = BTreeSet::new();
        for part in parts.into_values() {
            types.extend(part?.resources.iter().filter_map(|node| node.get("type")?.as_str().map(pattern)));
        }
        Some(types)
    }

    /// Returns the files of the project that a template is made of, as shown to people.
    pub fn own_files(&self, name: &str) -> Vec<PathBuf> {
        let parts = self.reached(vec![format!("{name}.yaml")]);
        parts.keys().filter(|path| self.own.contains(*path)).map(|path| self.files[path].0.clone()).collect()
    }

    /// The files that these come to with all that they include, by path; none of one that is no YAML. Whoever uses it is told
    /// what is wrong with it.
    fn reached(&self, mut paths: Vec<String>) -> BTreeMap<String, Option<Part>> {
        let mut parts = BTreeMap::new();
        while let Some(path) = paths.pop() {
            let Some((shown, bytes)) = self.files.get(&path).filter(|_| !parts.contains_key(&path)) else { continue };
            let part = yaml::read(shown, bytes).ok().map(|root| Part::read(&root, &mut Vec::new()));
            paths.extend(part.iter().flat_map(|part| part.include.iter().map(|include| include.value.clone())));
            parts.insert(path, part);
        }
        parts
    }

    /// Returns the names of all templates: the files that lie in no folder.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|path| path.strip_suffix(".yaml")).filter(|name| !name.contains('/'))
    }

    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// Returns the names of the other templates that take a parameter.
    pub fn others_with(&self, parameter: &str, name: &str) -> Vec<String> {
        let takers = self.takers.get_or_init(|| {
            let mut takers = BTreeMap::<String, Vec<String>>::new();
            for name in self.names() {
                let part = self.whole(name, &mut Vec::new());
                let taken = part.iter().flat_map(|part| &part.parameters).filter(|(_, schema)| !is_settled(schema));
                taken.for_each(|(key, _)| takers.entry(key.name.clone()).or_default().push(name.to_owned()));
            }
            takers
        });
        takers.get(parameter).into_iter().flatten().filter(|other| *other != name).cloned().collect()
    }

    /// Returns the template of this name, or of the name that was most likely meant.
    pub fn meant<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if self.has(name) { Some(name) } else { closest(name, self.names()) }
    }

    /// The problem of a template that is not there.
    pub fn unknown(&self, name: &Placed<String>) -> Problem {
        let what = format!("there is no template `{}`", name.value);
        Problem::error(name.span.clone(), what).hint(suggest(&name.value, self.names()))
    }

    /// Returns a template by name; its problems are noted the first time.
    pub fn template(&mut self, name: &str, problems: &mut Vec<Problem>) -> Option<Arc<Template>> {
        if self.templates.contains_key(name) { self.compiled(name) } else { self.compile(name, problems) }
    }

    /// Returns a template that was asked for before, if it is sound.
    pub fn compiled(&self, name: &str) -> Option<Arc<Template>> {
        match self.templates.get(name)? {
            Compiled::Sound(template) => Some(Arc::clone(template)),
            Compiled::Legible(_) | Compiled::Broken => None,
        }
    }

    /// Returns a template that was asked for before and has mistakes, if it can be expanded to find more of them.
    pub fn legible(&self, name: &str) -> Option<Arc<Template>> {
        match self.templates.get(name)? {
            Compiled::Legible(template) => Some(Arc::clone(template)),
            Compiled::Sound(_) | Compiled::Broken => None,
        }
    }

    /// Returns every template that is sound; the others' problems are noted.
    pub fn all(&mut self, problems: &mut Vec<Problem>) -> Vec<Arc<Template>> {
        let names: Vec<_> = self.names().map(str::to_owned).collect();
        names.iter().filter_map(|name| self.compile(name, problems)).collect()
    }

    fn compile(&mut self, name: &str, problems: &mut Vec<Problem>) -> Option<Arc<Template>> {
        let mut unread = Vec::new();
        let part = self.whole(name, &mut unread);
        let is_read = !unread.iter().any(Problem::is_error);
        problems.append(&mut unread);
        let before = problems.len();
        let template = part.and_then(|part| Template::compile(name.to_owned(), part, problems));
        let is_compiled = !problems[before..].iter().any(Problem::is_error);
        let compiled = match template {
            Some(template) if is_read && is_compiled => Compiled::Sound(Arc::new(template)),
            Some(template) if is_read && template.names_all => Compiled::Legible(Arc::new(template)),
            _ => Compiled::Broken,
        };
        self.templates.insert(name.to_owned(), compiled);
        self.compiled(name)
    }

    /// A template's file with all that it includes.
    fn whole(&self, name: &str, problems: &mut Vec<Problem>) -> Option<Part> {
        let part = self.part(&format!("{name}.yaml"), &mut Vec::new(), problems)?;
        Some(part.extended(problems))
    }

    fn part(&self, path: &str, seen: &mut Vec<String>, problems: &mut Vec<Problem>) -> Option<Part> {
        let (shown, bytes) = self.files.get(path)?;
        seen.push(path.to_owned());
        let root = yaml::read(shown, bytes).map_err(|mistakes| problems.extend(mistakes)).ok()?;
        let mut part = Part::read(&root, problems);
        for include in std::mem::take(&mut part.include) {
            if seen.contains(&include.value) {
                let what = format!("`{}` is included twice", include.value);
                problems.push(Problem::error(include.span, what).hint("remove one of the two"));
            } else if self.files.contains_key(&include.value) {
                if let Some(other) = self.part(&include.value, seen, problems) {
                    part.include(other, problems);
                }
            } else {
                let what = format!("there is no file `{}` among the templates", include.value);
                let hint = suggest(&include.value, self.files.keys().map(String::as_str));
                problems.push(Problem::error(include.span, what).hint(hint));
            }
        }
        Some(part)
    }
}

impl Template {
    /// Returns whether a problem lies in one of the template's files, and not in what a tenant wrote.
    pub fn is_place_of(&self, problem: &Problem) -> bool {
        let Some(span) = &problem.span else { return false };
        self.resources.iter().any(|node| Arc::ptr_eq(&node.span.source, &span.source))
    }

    fn compile(name: String, part: Part, problems: &mut Vec<Problem>) -> Option<Self> {
        let hidden: Vec<_> =
            VariableScope::NAMES.into_iter().chain(FUNCTIONS.iter().copied()).chain(["loop"]).collect();
        let mut names: Vec<String> = VariableScope::NAMES.map(str::to_owned).to_vec();
        names.extend(part.parameters.iter().map(|(key, _)| key.name.clone()));
        let checks = part.checks.iter().filter_map(|node| check(node, "a check", &names, problems)).collect();
        let warnings = part.warnings.iter().filter_map(|node| check(node, "a warning", &names, problems)).collect();
        let resources: Vec<_> = part.resources.iter().filter_map(|node| resource(node, &names, problems)).collect();
        let names_all = resources.len() == part.resources.len() && resources.iter().all(ResourceNode::is_named);
        let outputs = part
            .outputs
            .into_iter()
            .map(|(key, node)| {
                let branch = compile::branch(&node, &names, problems);
                (key, branch)
            })
            .collect();
        Some(Self {
            name,
            description: part.description,
            parameters: Parameters::new(part.parameters, &hidden, problems)?,
            profiles: part.profiles,
            checks,
            warnings,
            resources,
            outputs,
            names_all,
        })
    }

    /// Returns whether it gives a resource a physical name that does not tell its stack as the program's own names do.
    pub fn gives_names(&self) -> bool {
        let tells = |name: &Branch| name.calls("physical") || name.names_stack();
        self.resources.iter().filter_map(|node| node.physical.as_ref()).any(|name| !tells(name))
    }

    /// Returns whether a node names such a kind, or may: an expression is any.
    pub fn names_kind(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        self.resources.iter().any(|node| node.kind.fixed().is_none_or(&is_meant))
    }

    /// Returns a profile's overlay.
    pub fn profile(&self, name: &str) -> Option<&Node> {
        self.profiles.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }
}

impl ResourceNode {
    /// Whether its type, its name and how often it is there can be evaluated.
    fn is_named(&self) -> bool {
        let over = self.repeat.over.iter().map(|(_, branch)| branch);
        over.chain(&self.repeat.when).chain([&self.kind, &self.name]).all(Branch::is_whole)
    }
}

/// A type as it is written, with `*` from its first expression to its last.
fn pattern(text: &str) -> String {
    let begin = text.find("{{");
    let end = text.rfind("}}").map(|at| at + "}}".len());
    match begin.zip(end).filter(|(begin, end)| begin < end) {
        Some((begin, end)) => format!("{}*{}", &text[..begin], &text[end..]),
        None => text.to_owned(),
    }
}

fn check(node: &Node, what: &'static str, names: &[String], problems: &mut Vec<Problem>) -> Option<Check> {
    let fields = Fields::of(node, what, &["for", "when", "at", "say", "hint"], problems)?;
    fields.require("when", "when: \"{{ public and not waf }}\"", problems);
    let say = fields.require("say", "say: what is wrong, in one sentence", problems)?;
    let (repeat, inner) = compile::repeat(node, names, problems);
    let mut branch = |name: &str| fields.get(name).map(|node| compile::branch(node, &inner, problems));
    let (at, hint) = (branch("at"), branch("hint"));
    Some(Check { repeat, at, hint, say: compile::branch(say, &inner, problems), span: node.start() })
}

/// What a template may say of a resource.
pub const RESOURCE_FIELDS: &[&str] =
    &["type", "name", "properties", "region", "for", "when", "was", "physical", "protected", "external", "after"];

fn resource(node: &Node, names: &[String], problems: &mut Vec<Problem>) -> Option<ResourceNode> {
    let before = problems.len();
    let fields = Fields::of(node, "a resource", RESOURCE_FIELDS, problems)?;
    let kind = fields.require("type", "type: AWS::EC2::VPC", problems);
    let name = fields.require("name", "name: main", problems);
    fields.map("properties", problems);
    let is_sound = problems.len() == before;
    let (repeat, inner) = compile::repeat(node, names, problems);
    let mut branch = |node: &Node| compile::branch(node, &inner, problems);
    let mut optional = |name: &str| fields.get(name).map(&mut branch);
    Some(ResourceNode {
        span: node.start(),
        is_sound,
        properties: optional("properties"),
        region: optional("region"),
        was: optional("was"),
        physical: optional("physical"),
        protected: optional("protected"),
        external: optional("external"),
        after: optional("after"),
        repeat,
        kind: branch(kind?),
        name: branch(name?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_compiled_once_for_all_stacks() {
        let (mut library, mut problems) = (Library::new([]), Vec::new());
        let mut template = || library.template("modyo", &mut problems).expect("it is sound");
        assert!(Arc::ptr_eq(&template(), &template()));
    }

    /// Else each command about one stack would make all of them, to compare their names.
    #[test]
    fn names_that_the_programs_own_templates_give_tell_their_stack() {
        let mut problems = Vec::new();
        let all = Library::new([]).all(&mut problems);
        assert!(problems.is_empty() && all.len() >= 2, "{problems:?}");
        let giving: Vec<_> = all.iter().filter(|template| template.gives_names()).map(|one| &one.name).collect();
        assert!(giving.is_empty(), "{giving:?}");
    }
}
