use std::collections::BTreeMap;

use crate::blueprint::Resource;
use crate::resource::cloudformation::NameSuffix;
use crate::resource::{Address, Facts, NameRule, Stack};

/// The physical name, where it does not depend on what only the run knows.
pub(super) fn physical_name(stack: &Stack, resource: &Resource, facts: &Facts) -> Option<String> {
    let name = match (&resource.physical, facts.name) {
        (Some(name), _) => name.clone(),
        (None, rule) if matches!(rule, NameRule::Unique { .. }) || facts.cloudformation.needs_name => {
            facts.naming().name(&stack.project, &stack.id, &resource.address.name, "").to_string()
        }
        (None, _) => return None,
    };
    match facts.cloudformation.name_suffix.filter(|suffix| suffix.is_on(&resource.spec)) {
        Some(NameSuffix { suffix, .. }) if !name.ends_with(suffix) => Some(format!("{name}{suffix}")),
        _ => Some(name),
    }
}

/// The logical id of every resource of a stack.
pub(super) struct LogicalIds(BTreeMap<Address, String>);

impl LogicalIds {
    /// `AWS::EC2::VPC/main` is `MainVPC`; where two would be the same, the service, then a number, tells them apart.
    pub(super) fn of<'a>(addresses: impl Iterator<Item = &'a Address>) -> Self {
        let mut taken = BTreeMap::<String, Address>::new();
        let mut ids = BTreeMap::new();
        for address in addresses {
            let mut parts = address.kind.rsplit("::");
            let (kind, service) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let name = logical_word(&address.name);
            let candidates = [format!("{name}{kind}"), format!("{name}{service}{kind}")];
            let numbered = (2..).map(|number| format!("{name}{service}{kind}{number}"));
            let id = candidates.into_iter().chain(numbered).find(|id| !taken.contains_key(id));
            let id = id.expect("there is always a next number");
            taken.insert(id.clone(), address.clone());
            ids.insert(address.clone(), id);
        }
        Self(ids)
    }

    pub(super) fn has(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }

    /// The id of an address; one that is not in this template has none, and then its own text marks the place.
    pub(super) fn of_address(&self, address: &Address) -> String {
        self.0.get(address).cloned().unwrap_or_else(|| address.to_string())
    }
}

/// `private-1` is `Private1`: logical ids have letters and digits only.
pub(super) fn logical_word(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
