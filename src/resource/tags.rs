use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Address, StackId};

/// The tag keys that make a resource ours.
pub mod key {
    pub const PROJECT: &str = "provision:project";
    pub const TENANT: &str = "provision:tenant";
    pub const ENVIRONMENT: &str = "provision:environment";
    /// The name in the address; the type is the resource's own.
    pub const NAME: &str = "provision:name";
    pub const TEMPLATE: &str = "provision:template";
    /// See [`Digest`](crate::resource::Digest).
    pub const DIGEST: &str = "provision:digest";
    /// The resource's own physical name, on kinds that have one: a copy that carries our tags has another name.
    pub const ID: &str = "provision:id";
    /// `true` on what the YAML protects beyond its kind: still known once the YAML no longer names the resource.
    pub const PROTECTED: &str = "provision:protected";
    /// That somebody rolled it back, and what from: see [`RolledBack`](crate::resource::RolledBack).
    pub const ROLLED_BACK: &str = "provision:rolled-back";
    /// The note of a resource that AWS can't tag: the text of its comment or description. Only kinds see it.
    pub const NOTE: &str = "provision:note";
    /// The prefix of all our tags; users may not set tags below it.
    pub const PREFIX: &str = "provision:";
}

/// The tags of one resource, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, String>);

impl Tags {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the stack that these tags claim, if the tenant, environment and name are all there.
    pub fn stack(&self) -> Option<StackId> {
        self.get(key::NAME)?;
        Some(StackId::new(self.get(key::TENANT)?, self.get(key::ENVIRONMENT)?))
    }

    /// Returns the address that these tags claim for a resource of this type.
    pub fn address(&self, kind: &str) -> Option<Address> {
        self.get(key::NAME).map(|name| Address::new(kind, name))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}
