use crate::problem::Problem;
use crate::yaml::{Fields, Node, Placed};

use super::{Environment, Head, Roles, Tenant, check};

/// Reads a tenant's file; notes every mistake that the file alone shows. What it lacks hides no other mistake.
pub fn read(root: &Node, problems: &mut Vec<Problem>) -> Option<Tenant> {
    let known = ["tenant", "template", "account", "roles", "tags", "defaults", "environments"];
    let fields = Fields::of(root, "a tenant file", &known, problems)?;
    let name = fields.require("tenant", "tenant: acme", problems).and_then(|_| fields.text("tenant", problems));
    let template =
        fields.require("template", "template: modyo", problems).and_then(|_| fields.text("template", problems));
    let account = fields
        .require("account", "account: \"111122223333\"", problems)
        .and_then(|node| check::account(node, problems).or_else(|| check::meant_account(node)));
    let roles = fields.get("roles").map(|node| roles(node, problems)).unwrap_or_default();
    let tags = check::tags(&fields, problems);
    let defaults = fields.map("defaults", problems).cloned();
    let environments = environments(&fields, problems);
    problems.extend(name.as_ref().and_then(check::tenant_name));
    let name = name.unwrap_or_else(|| nameless(root));
    Some(Tenant { head: Head { name, template, account, roles, tags }, defaults, environments })
}

/// What stands for the name of a tenant that has none.
fn nameless(root: &Node) -> Placed<String> {
    let file = root.span.path().file_name().unwrap_or_default();
    Placed { value: file.to_string_lossy().into_owned(), span: root.start() }
}

fn environments(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Vec<Environment> {
    let hint = "environments: { production: { region: us-east-1 } }";
    if fields.require("environments", hint, problems).is_none() {
        return Vec::new();
    }
    let Some(node) = fields.map("environments", problems) else { return Vec::new() };
    let mut all = Vec::new();
    for (key, body) in node.entries() {
        let name = Placed { value: key.name.clone(), span: key.span.clone() };
        problems.extend(check::name(&name, "an environment"));
        if Fields::of(body, "an environment", &names_of(body), problems).is_some() {
            all.push(Environment { name, body: body.clone() });
        }
    }
    all
}

/// Which fields an environment may have depends on its template; they are checked once that is known.
fn names_of(node: &Node) -> Vec<&str> {
    node.entries().iter().map(|(key, _)| key.name.as_str()).collect()
}

fn roles(node: &Node, problems: &mut Vec<Problem>) -> Roles {
    let Some(fields) = Fields::of(node, "`roles`", &["read", "write", "external_id"], problems) else {
        return Roles::default();
    };
    let mut role = |name: &str| {
        let text = fields.text(name, problems)?;
        if !is_role(&text.value) {
            let what = format!("`{}` is not the ARN of an IAM role", text.value);
            let hint = "arn:aws:iam::111122223333:role/provision-plan";
            problems.push(Problem::error(text.span, what).hint(hint));
        }
        Some(text.value)
    };
    let (read, write) = (role("read"), role("write"));
    Roles { read, write, external_id: fields.text("external_id", problems).map(|id| id.value) }
}

fn is_role(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else { return false };
    *arn == "arn"
        && partition.starts_with("aws")
        && *service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
}
