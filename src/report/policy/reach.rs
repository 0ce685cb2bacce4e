use std::collections::{BTreeMap, BTreeSet};

use super::statement::{Conditions, Statement};
use crate::blueprint::Blueprint;
use crate::resource::{Stack, StackId, key, partition};

/// What the policies of some stacks are about: their accounts and regions, tags, names and roles.
#[derive(Clone, Debug, Default)]
pub struct PolicyScope {
    project: String,
    /// Tenants that have the same environments, by these: so no tag condition means a stack that was not selected.
    groups: BTreeMap<BTreeSet<String>, BTreeSet<String>>,
    /// `arn:aws`, the region, the account.
    places: BTreeSet<(String, String, String)>,
    /// How the stacks' keys and buckets are called, as patterns.
    names: BTreeSet<String>,
    /// The same of their parameters, without the slash that a path begins with.
    parameters: BTreeSet<String>,
    /// The names that tell of these stacks, as patterns.
    called: BTreeSet<String>,
    /// The ARNs of the stacks' roles, as patterns.
    pub(super) roles: BTreeSet<String>,
    /// The ARNs that the YAML names.
    named: BTreeSet<String>,
    store: StorePolicy,
}

/// What a role may do with the buckets of leases and journals.
#[derive(Clone, Debug, Default)]
pub struct StorePolicy {
    /// The ARNs of the buckets.
    pub buckets: BTreeSet<String>,
    /// The ARNs of the stacks' objects in them, as patterns.
    pub objects: BTreeSet<String>,
    /// The actions on a bucket itself.
    pub on_buckets: BTreeSet<&'static str>,
    /// The actions on the objects.
    pub on_objects: BTreeSet<&'static str>,
}

impl PolicyScope {
    pub fn of(stacks: &[&Blueprint], store: StorePolicy) -> Self {
        let mut scope = Self { store, ..Self::default() };
        let mut environments: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for blueprint in stacks {
            let stack = &blueprint.stack;
            scope.project.clone_from(&stack.project);
            environments.entry(&stack.id.tenant).or_default().insert(stack.id.environment.clone());
            scope.add(blueprint);
        }
        for (tenant, environments) in environments {
            scope.groups.entry(environments).or_default().insert(tenant.to_owned());
        }
        scope
    }

    fn add(&mut self, blueprint: &Blueprint) {
        let Stack { id, account, region, .. } = &blueprint.stack;
        let StackId { tenant, environment } = id;
        let arn = format!("arn:{}", partition(region));
        let resources = blueprint.resources.values();
        let regions = resources.clone().map(|resource| &resource.region).chain([region]);
        self.places.extend(regions.map(|region| (arn.clone(), region.clone(), account.clone())));
        self.names.insert(format!("{tenant}-{environment}-*"));
        self.parameters.insert(format!("{tenant}-{environment}-*"));
        self.called.insert(format!("{}--{tenant}--{environment}--*", self.project));
        self.roles.insert(format!("{arn}:iam::{account}:role/provision/{tenant}/{environment}/*"));
        for resource in resources {
            let name = resource.physical.clone().unwrap_or_else(|| format!("{tenant}-{environment}-*"));
            match (resource.address.kind.as_str(), resource.spec["Path"].as_str()) {
                ("AWS::KMS::Key", _) => drop(self.names.insert(name)),
                // Its name may have an end.
                ("AWS::S3::Bucket", _) => drop(self.names.insert(format!("{}*", name.trim_end_matches('*')))),
                ("AWS::SSM::Parameter", _) => drop(self.parameters.insert(below_path(&name, id))),
                ("AWS::IAM::Role", Some(path)) if path != format!("/provision/{tenant}/{environment}/") => {
                    self.roles.insert(format!("{arn}:iam::{account}:role{path}{name}"));
                }
                _ => {}
            }
            collect_arns(&resource.spec, &mut self.named);
        }
    }

    /// `arn:aws:ec2:us-east-1:111122223333:` and this end, in every account and region.
    pub(super) fn arns(&self, service: &str, end: &str) -> BTreeSet<String> {
        let place = |(arn, region, account): &(String, String, String)| match service {
            // They belong to no region.
            "cloudfront" | "iam" => format!("{arn}:{service}::{account}:{end}"),
            "s3" => format!("{arn}:s3:::{end}"),
            "route53" => format!("{arn}:route53:::{end}"),
            "cloudwatch" if end.starts_with("dashboard/") => format!("{arn}:cloudwatch::{account}:{end}"),
            _ => format!("{arn}:{service}:{region}:{account}:{end}"),
        };
        self.places.iter().map(place).collect()
    }

    /// The same for things that are called as the stacks' resources are.
    pub(super) fn named_arns(&self, service: &str, before: &str, behind: &str) -> BTreeSet<String> {
        let names = if service == "ssm" { &self.parameters } else { &self.names };
        names.iter().flat_map(|name| self.arns(service, &format!("{before}{name}{behind}"))).collect()
    }

    /// The same for things whose names tell whose they are.
    pub(super) fn called_arns(&self, service: &str, before: &str) -> BTreeSet<String> {
        self.called.iter().flat_map(|name| self.arns(service, &format!("{before}{name}"))).collect()
    }

    /// The ARNs that the YAML names, of a service, if their ends begin so.
    pub(super) fn arns_in_yaml(&self, service: &str, beginning: &str) -> BTreeSet<String> {
        let is_meant = |arn: &&String| {
            let parts: Vec<_> = arn.splitn(6, ':').collect();
            parts[2] == service && parts[5].starts_with(beginning)
        };
        self.named.iter().filter(is_meant).cloned().collect()
    }

    /// `rds.us-east-1.amazonaws.com`, in every region.
    pub(super) fn endpoints(&self, service: &str) -> BTreeSet<String> {
        let endpoint = |(arn, region, _): &(String, String, String)| {
            let end = if arn == "arn:aws-cn" { ".cn" } else { "" };
            format!("{service}.{region}.amazonaws.com{end}")
        };
        self.places.iter().map(endpoint).collect()
    }

    /// The conditions that a resource bears the tags of one of the stacks, or that a call gives them to it: by
    /// `aws:ResourceTag` or `aws:RequestTag`. Several where not every tenant has every environment.
    pub(super) fn tagged(&self, by: &str) -> Vec<Conditions> {
        let one = |(environments, tenants): (&BTreeSet<String>, &BTreeSet<String>)| {
            let project = BTreeSet::from([self.project.clone()]);
            let tags =
                [(key::PROJECT, project), (key::TENANT, tenants.clone()), (key::ENVIRONMENT, environments.clone())];
            Conditions::equals(tags.map(|(tag, values)| (format!("{by}/{tag}"), values)))
        };
        self.groups.iter().map(one).collect()
    }

    pub(super) fn store(&self) -> [Statement; 2] {
        let StorePolicy { buckets, objects, on_buckets, on_objects } = self.store.clone();
        [Statement::of("Bucket", on_buckets, buckets), Statement::of("LeasesAndJournals", on_objects, objects)]
    }
}

/// A name in a path of the stack's own as a pattern of all that is in it; any other by itself.
fn below_path(name: &str, id: &StackId) -> String {
    let (own, name) = (format!("/{}/{}/", id.tenant, id.environment), name.trim_start_matches('/'));
    match name.find(&own) {
        Some(at) => format!("{}*", &name[..at + own.len()]),
        None => name.to_owned(),
    }
}

fn collect_arns(value: &serde_json::Value, into: &mut BTreeSet<String>) {
    use serde_json::Value::{Array, Object, String};
    match value {
        String(text) if is_arn(text) => drop(into.insert(text.clone())),
        String(text) => into.extend(secret_in(text).map(str::to_owned)),
        Array(all) => all.iter().for_each(|value| collect_arns(value, into)),
        Object(all) => all.values().for_each(|value| collect_arns(value, into)),
        _ => {}
    }
}

/// The secret that a text names to be read in its place, `{{resolve:secretsmanager:ARN:SecretString:KEY}}`.
fn secret_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("{{resolve:secretsmanager:")?;
    let (inner, _) = rest.split_once("}}")?;
    let secret = inner.split_once(":SecretString").map_or(inner, |(secret, _)| secret);
    Some(secret).filter(|secret| is_arn(secret))
}

/// Whether it is one whole ARN, without a reference in it.
fn is_arn(text: &str) -> bool {
    let has_end = text.splitn(6, ':').nth(5).is_some_and(|end| !end.is_empty());
    text.starts_with("arn:")
        && has_end
        && !text.contains(|sign: char| sign.is_whitespace() || sign == crate::resource::OPEN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_found_in_what_it_is_read_for() {
        let arn = |name: &str| format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}");
        let spec = json!({
            "ClientSecret": format!("{{{{resolve:secretsmanager:{}:SecretString:key}}}}", arn("login")),
            "Endpoint": format!("https://ops.example/{{{{resolve:secretsmanager:{}}}}}/alarms", arn("pages")),
            "Plain": arn("plain"),
            "Later": "{{resolve:secretsmanager:\u{27e6}AWS::SecretsManager::Secret/a.Id\u{27e7}}}",
        });
        let mut all = BTreeSet::new();
        collect_arns(&spec, &mut all);
        assert_eq!(all, ["login", "pages", "plain"].map(arn).into());
    }
}
