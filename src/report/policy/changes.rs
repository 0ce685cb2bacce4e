use std::collections::{BTreeMap, BTreeSet};

use super::reach::PolicyScope;
use super::statement::{Conditions, Statement};
use crate::resource::{On, Permissions, key};

/// Whether an action only looks at what is there, whosever it is: what is in the way has to be seen, too.
pub(super) fn is_look(action: &str) -> bool {
    action.split_once(':').is_some_and(|(_, name)| name.starts_with("Describe") || name.starts_with("List"))
}

/// The statements that allow these actions, each on what the kinds say.
pub(super) fn changes(actions: &BTreeSet<&'static str>, kinds: &[Permissions], scope: &PolicyScope) -> Vec<Statement> {
    let mut rows: BTreeMap<&'static str, BTreeSet<On>> = BTreeMap::new();
    for (action, on) in kinds.iter().flat_map(|kind| kind.on) {
        rows.entry(action).or_default().extend(*on);
    }
    // What one kind says of an action is no word about the things of another, which needs it and says nothing.
    for kind in kinds {
        let is_unsaid = |action: &&&'static str| !kind.on.iter().any(|(said, _)| said == *action);
        for action in [kind.create, kind.update, kind.retag, kind.delete].concat().iter().filter(is_unsaid) {
            rows.entry(action).or_default().insert(On::of(action));
        }
    }
    let mut statements = Vec::new();
    for action in actions {
        let on = rows.remove(action).unwrap_or_else(|| BTreeSet::from([On::of(action)]));
        // What such a call makes gets tags, and so may seem to the other things that it names.
        let names_others = on.contains(&On::Ours);
        let made = on.iter().flat_map(|one| allowed(action, *one, names_others, scope));
        made.for_each(|made| merge(&mut statements, made));
    }
    statements
}

/// Adds a statement, or what it says to one that is there. Statements that differ in nothing but actions and resources are
/// one only if each of these actions can be about nothing but the resources that are meant for it.
fn merge(statements: &mut Vec<Statement>, made: Statement) {
    let listed = match made.name.as_str() {
        "TagCreated" => Some(made.actions.iter().map(|action| create_action(action)).collect()),
        "PassRoles" => Some("iam:PassedToService".to_owned()),
        "LinkedRoles" => Some("iam:AWSServiceName".to_owned()),
        _ => None,
    };
    let is_about_its_own =
        ["ChangeOurs", "CreateAlone", "TagUntagged", "UseKeys", "Adopt"].contains(&made.name.as_str());
    let is_like = |one: &mut Statement| {
        one.name == made.name
            && match &listed {
                Some(key) => one.actions == made.actions && one.conditions.join(&made.conditions, key),
                None => one.conditions == made.conditions && (is_about_its_own || one.resources == made.resources),
            }
    };
    match statements.iter_mut().find_map(|one| is_like(one).then_some(one)) {
        Some(one) => {
            one.actions.extend(made.actions);
            one.resources.extend(made.resources);
        }
        None => statements.push(made),
    }
}

/// The condition key that tells which call makes what an action tags: `ec2:CreateAction`.
fn create_action(action: &str) -> String {
    format!("{}:CreateAction", action.split(':').next().unwrap_or_default())
}

fn allowed(action: &'static str, on: On, names_others: bool, scope: &PolicyScope) -> Vec<Statement> {
    let service = action.split(':').next().unwrap_or_default();
    let one = |name: &str, resources, conditions| Statement {
        name: name.to_owned(),
        actions: BTreeSet::from([action]),
        resources,
        conditions,
    };
    let tagged = |name: &str, by: &str, resources: BTreeSet<String>, and: &dyn Fn(Conditions) -> Conditions| {
        let all = scope.tagged(by).into_iter();
        all.map(|conditions| one(name, resources.clone(), and(conditions))).collect::<Vec<_>>()
    };
    let (by_request, by_resource) = ("aws:RequestTag", "aws:ResourceTag");
    let is_nobodys = |conditions: Conditions| {
        conditions.and("Null", &format!("{by_resource}/{}", key::PROJECT), BTreeSet::from(["true".to_owned()]))
    };
    let equals = |key: &str, value: &str| Conditions::equals([(key.to_owned(), BTreeSet::from([value.to_owned()]))]);
    let everything = || BTreeSet::from(["*".to_owned()]);
    match on {
        On::Ours => tagged("ChangeOurs", by_resource, scope.arns(service, "*"), &|same| same),
        On::Made("") => tagged("CreateUnnamed", by_request, everything(), &|same| same),
        On::Made(end) if names_others => tagged("Create", by_request, scope.arns(service, end), &|same| same),
        On::Made(end) => tagged("CreateAlone", by_request, scope.arns(service, end), &|same| same),
        On::MadeBy(call) => {
            let by_call = |conditions: Conditions| {
                conditions.and("StringEquals", &create_action(action), BTreeSet::from([call.to_owned()]))
            };
            let mut all = tagged("TagCreated", by_request, scope.arns(service, "*"), &by_call);
            all.extend(tagged("Adopt", by_request, scope.arns(service, "*"), &is_nobodys));
            all
        }
        On::Untagged(end) => tagged("TagUntagged", by_request, scope.arns(service, end), &is_nobodys),
        On::Named(before) => vec![one("Named", scope.named_arns(service, before, ""), Conditions::default())],
        On::Called(before) => vec![one("Called", scope.called_arns(service, before), Conditions::default())],
        On::InNamed(behind) => vec![one("Named", scope.named_arns(service, "", behind), Conditions::default())],
        On::Any(end) => vec![one("OfType", scope.arns(service, end), Conditions::default())],
        On::AnyOf(service, end) => vec![one("OfType", scope.arns(service, end), Conditions::default())],
        On::Everything => vec![one("Unlimited", everything(), Conditions::default())],
        On::Roles => vec![one("Roles", scope.roles.clone(), Conditions::default())],
        On::PassedTo(to) => {
            let in_yaml = scope.arns_in_yaml("iam", "role/");
            vec![one("PassRoles", scope.roles.union(&in_yaml).cloned().collect(), equals("iam:PassedToService", to))]
        }
        On::LinkedTo(to) => {
            let roles = scope.arns("iam", &format!("role/aws-service-role/{to}/*"));
            vec![one("LinkedRoles", roles, equals("iam:AWSServiceName", to))]
        }
        On::Via(through) => {
            let conditions = Conditions::equals([("kms:ViaService".to_owned(), scope.endpoints(through))]);
            vec![one("UseKeys", scope.arns("kms", "key/*"), conditions)]
        }
        On::InYaml(beginning) => {
            vec![one("InYaml", scope.arns_in_yaml(service, beginning), Conditions::default())]
        }
    }
}
