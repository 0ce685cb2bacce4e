use std::collections::{BTreeMap, BTreeSet};

use crate::problem::{Problem, Span, suggest};
use crate::resource::Tags;
use crate::yaml::{Fields, Node, Placed, Value, fields};

use super::{Head, check, region};

/// The settings of all tenants: `provision.yaml`.
#[derive(Clone, Debug)]
pub struct Project {
    /// In every tag; `[a-z][a-z0-9-]{0,19}`. `provision` if the file does not say.
    pub name: String,
    /// The accounts that tenants may name, by a name of the project's own; empty: any.
    pub accounts: BTreeMap<String, String>,
    /// What lies under every tenant's defaults.
    pub defaults: Option<Node>,
    /// Overlays of the parameters, by name, beside the templates' own.
    pub profiles: BTreeMap<String, Node>,
    /// Under every tenant's tags.
    pub tags: Tags,
    /// Where leases live; none: `provision-<project>-<account>`, in each stack's account.
    pub bucket: Option<BucketSettings>,
    pub guards: Guards,
}

/// An S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketSettings {
    pub name: String,
    pub region: String,
    /// Whose it is, in twelve digits; none: each stack's own account's.
    pub account: Option<String>,
    pub span: Span,
}

/// The guards of the project's plans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// The most deletions (replacements counted) of one stack's plan; none: any number.
    pub max_deletes: Option<usize>,
    /// Kinds protected beside the stateful ones, `AWS::EC2::VPC`.
    pub protected: Vec<Placed<String>>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            name: "provision".into(),
            accounts: BTreeMap::new(),
            defaults: None,
            profiles: BTreeMap::new(),
            tags: Tags::default(),
            bucket: None,
            guards: Guards::default(),
        }
    }
}

impl Project {
    /// Reads `provision.yaml`; notes every mistake.
    pub fn read(root: &Node, problems: &mut Vec<Problem>) -> Self {
        let mut project = Self::default();
        let known = ["project", "accounts", "defaults", "profiles", "tags", "bucket", "guards"];
        let Some(fields) = Fields::of(root, "provision.yaml", &known, problems) else { return project };
        if let Some(name) = fields.text("project", problems) {
            problems.extend(check::name(&name, "a project"));
            project.name = name.value;
        }
        for (key, node) in fields.map("accounts", problems).map_or(&[][..], Node::entries) {
            let Some(account) = check::account(node, problems) else { continue };
            problems.extend(check::account_digits(&account));
            project.accounts.insert(key.name.clone(), account.value);
        }
        project.defaults = fields.map("defaults", problems).cloned();
        project.profiles = profiles(&fields, problems);
        project.tags = check::tags(&fields, problems);
        project.bucket = fields.get("bucket").and_then(|node| project.read_bucket(node, problems));
        project.guards = fields.get("guards").map(|node| guards(node, problems)).unwrap_or_default();
        project
    }

    /// Returns the twelve digits of an account that a tenant names.
    pub fn account<'a>(&'a self, named: &'a str) -> &'a str {
        self.accounts.get(named).map_or(named, String::as_str)
    }

    /// Returns the problem of a tenant's account that is neither listed nor twelve digits.
    pub fn check_account(&self, tenant: &Head) -> Option<Problem> {
        let account = tenant.account.as_ref()?;
        if self.accounts.is_empty() {
            return check::account_digits(account);
        }
        let is_listed = self.accounts.iter().any(|(name, id)| *name == account.value || *id == account.value);
        (!is_listed).then(|| {
            let all = self.accounts.iter().flat_map(|(name, id)| [name.as_str(), id.as_str()]);
            Problem::error(account.span.clone(), format!("the account `{}` is not in provision.yaml", account.value))
                .hint(suggest(&account.value, all))
        })
    }

    /// Returns the warning about a bucket for the tenants of several accounts that does not say whose it is.
    pub fn check_bucket<'a>(&self, tenants: impl IntoIterator<Item = &'a Head>) -> Option<Problem> {
        let bucket = self.bucket.as_ref().filter(|bucket| bucket.account.is_none())?;
        let named = tenants.into_iter().filter_map(|tenant| tenant.account.as_ref());
        let accounts: BTreeSet<_> = named.map(|account| self.account(&account.value)).collect();
        (accounts.len() > 1).then(|| {
            let what = "`bucket` does not say whose it is, so that only stacks of its own account can use it";
            Problem::warning(bucket.span.clone(), what).hint("add `account`: a number, or a name from `accounts`")
        })
    }

    fn read_bucket(&self, node: &Node, problems: &mut Vec<Problem>) -> Option<BucketSettings> {
        let fields = Fields::of(node, "`bucket`", &["name", "region", "account"], problems)?;
        let hint = "bucket: { name: acme-provision, region: us-east-1 }";
        let name = fields.require("name", hint, problems).and_then(|_| fields.text("name", problems));
        let place = fields.require("region", hint, problems).and_then(|_| fields.text("region", problems));
        problems.extend(place.as_ref().and_then(region::check));
        if let Some(name) = &name {
            let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            if !(3..=63).contains(&name.value.len()) || !name.value.bytes().all(is_letter) {
                let what = format!("`{}` can't be the name of a bucket", name.value);
                problems.push(
                    Problem::error(name.span.clone(), what).hint("3 to 63 small letters, digits, dashes and dots"),
                );
            }
        }
        let account = fields.get("account").and_then(|node| check::account(node, problems));
        let account = account.map(|named| Placed { value: self.account(&named.value).to_owned(), ..named });
        problems.extend(account.as_ref().and_then(check::account_digits));
        let account = account.map(|account| account.value);
        Some(BucketSettings { name: name?.value, region: place?.value, account, span: node.span.clone() })
    }
}

fn profiles(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, Node> {
    let mut profiles = BTreeMap::new();
    for (key, node) in fields.map("profiles", problems).map_or(&[][..], Node::entries) {
        if !matches!(node.value, Value::Map(_)) {
            problems.push(fields::wrong_type(node, &format!("the profile `{}`", key.name), "a map"));
            continue;
        }
        if let Some(other) = node.get("profile") {
            let what = format!("the profile `{}` can't name another", key.name);
            problems.push(Problem::error(other.span.clone(), what).hint("write the parameters of both into it"));
        }
        profiles.insert(key.name.clone(), node.clone());
    }
    profiles
}

fn guards(node: &Node, problems: &mut Vec<Problem>) -> Guards {
    let Some(fields) = Fields::of(node, "`guards`", &["max_deletes", "protected"], problems) else {
        return Guards::default();
    };
    Guards { max_deletes: fields.count("max_deletes", problems), protected: fields.texts("protected", problems) }
}
