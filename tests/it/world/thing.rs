use provision::resource::{State, Tags, key};
use serde_json::Value;
use tokio::time::Instant;

use super::build::HOME;
use super::kinds::is_global;
use super::needs::{Rollout, Version};

/// The kinds on which the cloud takes no tags: their names say whose they are.
pub const UNTAGGABLE: [&str; 2] = ["Fake::Board", "Fake::Cache"];

/// One thing in the fake cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    pub kind: String,
    pub id: String,
    /// Of what is everywhere, the one that it was made in.
    pub region: String,
    /// The physical name; unique per kind and region if there is one.
    pub name: Option<String>,
    pub spec: Value,
    pub tags: Tags,
    pub ready_at: Option<Instant>,
    pub leaves_at: Option<Instant>,
    pub human: bool,
    pub failed: Option<String>,
    /// The client token that it was made with.
    pub token: Option<String>,
    /// Lists miss it until then.
    pub hidden_until: Option<Instant>,
    /// The versions that run, of a work, and the change of them that is under way.
    pub versions: Vec<Version>,
    pub rollout: Option<Rollout>,
    /// What lists show until the time beside it: spec, tags, and why it had failed.
    pub past: Vec<(Instant, Value, Tags, Option<String>)>,
    /// The run whose verb has more to do with it.
    pub unfinished: Option<String>,
    /// When the cloud answered with it, in an answer: whoever waits for that reads an old state beside an old spec.
    pub answered: Option<Instant>,
}

impl Thing {
    pub fn new(kind: &str, id: String, spec: Value, tags: Tags) -> Self {
        Self {
            kind: kind.to_owned(),
            id,
            region: HOME.to_owned(),
            name: None,
            spec,
            tags,
            ready_at: None,
            leaves_at: None,
            human: false,
            failed: None,
            token: None,
            hidden_until: None,
            versions: Vec::new(),
            rollout: None,
            past: Vec::new(),
            unfinished: None,
            answered: None,
        }
    }

    pub fn state(&self) -> State {
        let now = self.answered.unwrap_or_else(Instant::now);
        match (&self.failed, self.leaves_at, self.ready_at) {
            (_, Some(_), _) => State::Deleting,
            (Some(why), ..) => State::Failed(why.clone()),
            (_, _, Some(at)) if at > now => State::Settling("it is being made".into()),
            _ if self.human => State::AwaitsAction("a record in the DNS".into()),
            _ => State::Ready,
        }
    }

    /// As a call answers with it now.
    pub fn as_answered(&self) -> Self {
        Self { answered: Some(Instant::now()), ..self.clone() }
    }

    /// As lists show it now; none while they miss it.
    pub fn shown(&self) -> Option<Self> {
        let now = Instant::now();
        if self.hidden_until.is_some_and(|until| until > now) {
            return None;
        }
        let mut shown = self.as_answered();
        if let Some((_, spec, tags, failed)) = self.past.iter().find(|(until, ..)| *until > now) {
            (shown.spec, shown.tags, shown.failed) = (spec.clone(), tags.clone(), failed.clone());
        }
        Some(shown)
    }

    /// What people know it by: its name, if only one in a region can have that.
    pub fn shown_id(&self) -> &str {
        self.name.as_deref().filter(|_| !["Fake::Group", "Fake::Cache"].contains(&&*self.kind)).unwrap_or(&self.id)
    }

    /// Whether calls in a region find it.
    pub fn is_in(&self, region: &str) -> bool {
        self.region == region || is_global(&self.kind)
    }

    /// Whether the cloud takes no tags on it.
    pub fn is_untaggable(&self) -> bool {
        UNTAGGABLE.contains(&&*self.kind)
    }

    /// What says whose it is: its tags, or its name, if that is one of the histories' project.
    pub fn told(&self) -> Tags {
        if !self.is_untaggable() {
            return self.tags.clone();
        }
        let name = self.name.as_deref().unwrap_or_default();
        let parts: Vec<_> = name.splitn(4, "--").collect();
        let keys = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME];
        if parts.len() == keys.len() && parts[0] == "test" {
            keys.into_iter().zip(parts).collect()
        } else {
            Tags::default()
        }
    }

    /// `Fake::Net/main`, by what says whose it is.
    pub fn place(&self) -> String {
        let told = self.told();
        format!("{}/{}", self.kind, told.get(key::NAME).unwrap_or("?"))
    }

    /// Whether it is this tenant's environment's, as it says itself.
    pub fn is_of(&self, tenant: &str, environment: &str) -> bool {
        let told = self.told();
        told.get(key::TENANT) == Some(tenant)
            && told.get(key::ENVIRONMENT) == Some(environment)
            && told.get(key::NAME).is_some()
    }

    /// Whether it is a restored copy of something of ours: its name is not its `provision:id`.
    pub fn is_copy(&self) -> bool {
        self.name.is_some() && self.tags.get(key::ID).is_some_and(|id| self.name.as_deref() != Some(id))
    }
}
