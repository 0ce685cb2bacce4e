use crate::problem::{Problem, suggest};
use crate::yaml::{Fields, Key, Node, Placed, Value, fields};

/// One template file, before its includes are merged and its expressions compiled.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub description: Option<String>,
    pub parameters: Vec<(Key, Node)>,
    /// By parameter, a map: what each of its entries may say beside what the parameter's own file says.
    pub extends: Vec<(Key, Node)>,
    pub profiles: Vec<(Key, Node)>,
    pub include: Vec<Placed<String>>,
    pub checks: Vec<Node>,
    pub warnings: Vec<Node>,
    pub resources: Vec<Node>,
    pub outputs: Vec<(Key, Node)>,
}

/// What a template file may say.
pub const TEMPLATE_FIELDS: &[&str] =
    &["description", "parameters", "extends", "profiles", "include", "checks", "warnings", "resources", "outputs"];

impl Part {
    pub fn read(root: &Node, problems: &mut Vec<Problem>) -> Self {
        let Some(fields) = Fields::of(root, "a template", TEMPLATE_FIELDS, problems) else { return Self::default() };
        let mut map = |name: &str| fields.map(name, problems).map(Node::entries).unwrap_or_default().to_vec();
        let (parameters, extends) = (map("parameters"), map("extends"));
        let (mut profiles, outputs) = (map("profiles"), map("outputs"));
        profiles.retain(|(key, node)| {
            let is_map = matches!(node.value, Value::Map(_));
            if !is_map {
                problems.push(fields::wrong_type(node, &format!("the profile `{}`", key.name), "a map"));
            }
            is_map
        });
        Self {
            description: fields.text("description", problems).map(|text| text.value),
            parameters,
            extends,
            profiles,
            include: fields.texts("include", problems),
            checks: fields.list("checks", problems).to_vec(),
            warnings: fields.list("warnings", problems).to_vec(),
            resources: fields.list("resources", problems).to_vec(),
            outputs,
        }
    }

    /// Adds what an included part has; the same parameter or output in two files is a mistake.
    pub fn include(&mut self, other: Self, problems: &mut Vec<Problem>) {
        let mut merge = |mine: &mut Vec<(Key, Node)>, theirs: Vec<(Key, Node)>, what: &str| {
            for (key, node) in theirs {
                if let Some((first, _)) = mine.iter().find(|(known, _)| known.name == key.name) {
                    let what = format!("the {what} `{}` is there twice; the other is at {}", key.name, first.span);
                    problems.push(Problem::error(key.span, what).hint("remove one of the two"));
                } else {
                    mine.push((key, node));
                }
            }
        };
        merge(&mut self.parameters, other.parameters, "parameter");
        merge(&mut self.outputs, other.outputs, "output");
        merge(&mut self.profiles, other.profiles, "profile");
        self.extends.extend(other.extends);
        self.checks.extend(other.checks);
        self.warnings.extend(other.warnings);
        self.resources.extend(other.resources);
    }

    /// Puts what `extends` says into the parameters. Called once all includes are merged, whose order means nothing.
    pub fn extended(mut self, problems: &mut Vec<Problem>) -> Self {
        for (key, added) in std::mem::take(&mut self.extends) {
            let Some((_, schema)) = self.parameters.iter_mut().find(|(known, _)| known.name == key.name) else {
                let what = format!("there is no parameter `{}` to extend", key.name);
                let hint = suggest(&key.name, self.parameters.iter().map(|(known, _)| known.name.as_str()));
                problems.push(Problem::error(key.span, what).hint(hint));
                continue;
            };
            let Some(known) = entry_of(schema) else {
                let what = format!("`{}` can't be extended: it is no map whose entries have properties", key.name);
                let hint = "extend a parameter that has `additionalProperties` with `properties`";
                problems.push(Problem::error(key.span, what).hint(hint));
                continue;
            };
            extend(known, &key, added, problems);
        }
        self
    }
}

/// The properties that each entry of a map may have, by the schema of the map.
fn entry_of(schema: &mut Node) -> Option<&mut Vec<(Key, Node)>> {
    let entry = schema.get_mut("additionalProperties")?;
    match &mut entry.get_mut("properties")?.value {
        Value::Map(properties) => Some(properties),
        _ => None,
    }
}

fn extend(known: &mut Vec<(Key, Node)>, parameter: &Key, added: Node, problems: &mut Vec<Problem>) {
    let Value::Map(added) = added.value else {
        problems.push(fields::wrong_type(&added, &format!("`extends.{}`", parameter.name), "a map"));
        return;
    };
    for (key, node) in added {
        if let Some((first, _)) = known.iter().find(|(known, _)| known.name == key.name) {
            let what = format!("`{}` of `{}` is there twice; the other is at {}", key.name, parameter.name, first.span);
            problems.push(Problem::error(key.span, what).hint("remove one of the two"));
        } else {
            known.push((key, node));
        }
    }
}
