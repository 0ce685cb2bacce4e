use jiff::civil::Date;

use crate::problem::Problem;
use crate::resource::Address;
use crate::yaml::{Fields, Node, Placed, Value, fields};

use super::{merge, region};

/// The keys of an environment that are not parameters of its template.
pub const RESERVED: [&str; 4] = ["region", "profile", "protected", "ignore"];

/// What an environment means once its layers are merged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// None: no layer has it, or it is no text, which is said.
    pub region: Option<Placed<String>>,
    /// Whether `destroy` asks for stateful resources by name.
    pub protected: bool,
    pub ignore: Vec<IgnoreRule>,
    /// A map of the template's parameters; a null says that a lower layer's value is gone.
    pub parameters: Node,
}

/// A known difference that somebody owns.
#[derive(Clone, Debug)]
pub struct IgnoreRule {
    /// A type and a name, in which `*` stands for any run of letters: `AWS::ECS::Service/*`.
    pub resource: Placed<String>,
    /// A JSON pointer; `*` stands for any one step, `**` for any number of them.
    pub field: Placed<String>,
    pub owner: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

impl Settings {
    /// Parts a merged environment into what the program itself means and the template's parameters.
    pub fn of(merged: Node, name: &Placed<String>, problems: &mut Vec<Problem>) -> Option<Self> {
        let (own, parameters): (Vec<_>, Vec<_>) =
            merged.entries().iter().cloned().partition(|(key, _)| RESERVED.contains(&key.name.as_str()));
        let span = merged.span;
        let parameters = Node::new(Value::Map(parameters), span.clone());
        let own = merge::without_nulls(Node::new(Value::Map(own), span));
        let fields = Fields::of(&own, "an environment", &RESERVED, problems)?;
        let place = fields.text("region", problems);
        if let Some(place) = &place {
            problems.extend(region::check(place));
        } else if fields.get("region").is_none() {
            let what = format!("the environment `{}` needs the field `region`", name.value);
            problems.push(Problem::error(name.span.clone(), what).hint("region: us-east-1"));
        }
        let protected = fields.flag("protected", problems).unwrap_or(true);
        let ignore = fields.list("ignore", problems);
        let ignore = ignore.iter().filter_map(|item| ignore_rule(item, problems)).collect();
        Some(Self { region: place, protected, ignore, parameters })
    }
}

fn ignore_rule(node: &Node, problems: &mut Vec<Problem>) -> Option<IgnoreRule> {
    let fields = Fields::of(node, "an entry of `ignore`", &["resource", "field", "owner", "until"], problems)?;
    let hint =
        "{ resource: \"AWS::WAFv2::IPSet/blocked\", field: /Addresses, owner: soc@acme.example, until: 2027-03-01 }";
    let mut need =
        |name: &str| fields.require(name, hint, problems).and_then(|node| fields::text(node, name, problems));
    let (resource, field, owner) = (need("resource"), need("field"), need("owner"));
    let until = fields.text("until", problems).and_then(|text| {
        let day = text.value.parse::<Date>().ok();
        if day.is_none() {
            let what = format!("`{}` is not a day", text.value);
            problems.push(Problem::error(text.span, what).hint("write it as 2027-03-01"));
        }
        day
    });
    let resource = resource.filter(|text| is_pattern(text, problems));
    let field = field?;
    if !field.value.starts_with('/') {
        let what = format!("`{}` is not the path of a field", field.value);
        problems.push(Problem::error(field.span, what).hint("a path begins with a slash: /Addresses"));
        return None;
    }
    Some(IgnoreRule { resource: resource?, field, owner: owner?.value, until })
}

/// Whether a text is an address, perhaps with `*` in its name; what else it is, is noted.
fn is_pattern(text: &Placed<String>, problems: &mut Vec<Problem>) -> bool {
    let plain = text.value.split_once('/').map(|(kind, name)| format!("{kind}/{}", name.replace('*', "x")));
    let is_address = |plain: &String| plain.parse::<Address>().is_ok();
    if text.value.split('/').next().is_some_and(|kind| kind.contains('*')) {
        let what = format!("`{}` names no type: `*` may stand in the name only", text.value);
        problems.push(Problem::error(text.span.clone(), what).hint("AWS::ECS::Service/*"));
        return false;
    }
    if !plain.as_ref().is_some_and(is_address) {
        let what = format!("`{}` is not an address such as AWS::EC2::VPC/main (names are [a-z0-9-]+)", text.value);
        problems.push(Problem::error(text.span.clone(), what));
        return false;
    }
    true
}
