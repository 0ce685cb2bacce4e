//! What happens to one stack: its YAML, what strangers do, and the runs over it. A history can be saved and played.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::build::{HOME, YamlResource};
use super::faults::Fault;
use super::thing::UNTAGGABLE;
use super::verbs::FAR;

/// A history is drawn from its seed, or read from a scenario's folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Of the world's own pace: latencies and lags.
    pub seed: u64,
    /// The YAML before the first round.
    pub resources: Vec<YamlResource>,
    pub rounds: Vec<Round>,
}

/// In this order: the YAML changes, strangers meddle, then the runs start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Round {
    /// Seconds since the last round ended.
    pub pause: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    pub weather: Weather,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    pub runs: Vec<Job>,
}

/// A change of the YAML. `at` is a place, `Fake::Net/main`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Edit {
    Set {
        at: String,
        property: String,
        value: Value,
    },
    Unset {
        at: String,
        property: String,
    },
    Add(YamlResource),
    /// With all that needs it; sets only let go of it.
    Remove {
        at: String,
    },
    Rename {
        at: String,
        to: String,
    },
    /// The user's tag `cost-center`.
    UserTag {
        value: String,
    },
    /// To a region, or home, with all that has to be in one region with it.
    Move {
        at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
    },
    /// The home region: of all that names none for itself.
    Home {
        region: String,
    },
}

/// What strangers do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Drift {
    Set {
        at: String,
        property: String,
        value: Value,
    },
    /// If nothing uses it.
    Delete {
        at: String,
    },
    /// A part of a stranger's inside one of our nets.
    Inside {
        at: String,
    },
    /// A restored copy, which carries our tags.
    Copy {
        at: String,
    },
    Tag {
        at: String,
        key: String,
        value: String,
    },
    Untag {
        at: String,
        key: String,
    },
    Break {
        at: String,
    },
    /// Takes one of the tags that make it ours off, until the round is over.
    Estrange {
        at: String,
        key: String,
    },
    /// The person does what the certificates wait for.
    Person,
}

/// How the cloud is this round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weather {
    /// How slow creations are, in percent of a kind's usual time.
    pub slow: u64,
    /// The longest way of a call, in milliseconds.
    pub latency: u64,
    /// How far lists lag at most, in milliseconds.
    pub lag: u64,
    /// Calls a second of every operation; 0: no limit.
    pub rate: u64,
    /// How many of a hundred rollouts fail.
    pub broken: u8,
}

/// One run of the program. Times are milliseconds from the round's start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    pub verb: Verb,
    #[serde(default)]
    pub start: u64,
    /// `--allow-destroy`: names, or `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// The resources asked for, if not all: a partial apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// `--orphan`: a destroy of what is left in this region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan: Option<String>,
    /// `--lock-timeout`, in seconds.
    #[serde(default)]
    pub patience: u64,
    /// How long the person thinks about the plan, in seconds.
    #[serde(default)]
    pub thinks: u64,
    /// The first Ctrl-C, and the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soon: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<u64>,
    /// When the process dies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dies: Option<u64>,
    /// When a person does what certificates wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<u64>,
    /// When the machine is suspended, and for how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sleeps: Option<(u64, u64)>,
    /// How far its wall clock is ahead, in milliseconds.
    #[serde(default)]
    pub skew: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    Plan,
    Apply,
    OnlyConfig,
    OnlyDrift,
    Destroy,
}

impl Job {
    pub fn new(verb: Verb) -> Self {
        let (soon, now, dies, person, sleeps) = (None, None, None, None, None);
        let (allow, only, orphan) = (Vec::new(), Vec::new(), None);
        Self { verb, start: 0, allow, only, orphan, patience: 0, thinks: 0, soon, now, dies, person, sleeps, skew: 0 }
    }
}

/// The YAML as it stands: what edits work on.
#[derive(Clone, Debug, PartialEq)]
pub struct Yaml {
    pub resources: Vec<YamlResource>,
    pub user_tag: String,
    pub home: String,
}

impl Yaml {
    pub fn new(resources: &[YamlResource]) -> Self {
        Self { resources: resources.to_vec(), user_tag: "42".to_owned(), home: HOME.to_owned() }
    }

    /// Where a resource belongs.
    pub fn region<'a>(&'a self, resource: &'a YamlResource) -> &'a str {
        resource.region.as_deref().unwrap_or(&self.home)
    }

    /// The home region and those that something names.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.resources.iter().map(|resource| self.region(resource)).chain([self.home.as_str()]).collect()
    }

    /// An edit of what is no longer there changes nothing: so any part of a history can be left out.
    pub fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Set { at, property, value } => {
                if let Some(resource) = self.find(at) {
                    resource.properties[property.as_str()] = value.clone();
                }
            }
            Edit::Unset { at, property } => {
                if let Some(Value::Object(map)) = self.find(at).map(|resource| &mut resource.properties) {
                    map.remove(property);
                }
            }
            Edit::Add(resource) => self.resources.push(resource.clone()),
            Edit::Remove { at } => self.remove(at),
            Edit::Rename { at, to } => self.rename(at, to),
            Edit::UserTag { value } => self.user_tag.clone_from(value),
            Edit::Move { at, region } => {
                let along = self.together(at);
                let moved = self.resources.iter_mut().filter(|resource| along.contains(&resource.place()));
                moved.for_each(|resource| resource.region.clone_from(region));
            }
            Edit::Home { region } => self.home.clone_from(region),
        }
        self.let_go_of_what_is_not_there();
    }

    fn find(&mut self, at: &str) -> Option<&mut YamlResource> {
        self.resources.iter_mut().find(|resource| resource.place() == at)
    }

    pub fn remove(&mut self, at: &str) {
        self.resources.retain(|resource| resource.place() != at);
        self.let_go_of_what_is_not_there();
    }

    fn rename(&mut self, at: &str, to: &str) {
        let Some(resource) = self.find(at) else { return };
        let (old, new) = (format!("⟦{}.", resource.place()), format!("⟦{}/{to}.", resource.kind));
        let was = std::mem::replace(&mut resource.name, to.to_owned());
        // What takes no tags is another one under another name.
        resource.was = Some(was).filter(|_| !UNTAGGABLE.contains(&&*resource.kind));
        for resource in &mut self.resources {
            let text = resource.properties.to_string().replace(&old, &new);
            resource.properties = serde_json::from_str(&text).expect("it was JSON before");
        }
    }

    /// All that has to be in one region: what refers to it and what it refers to, and so on.
    fn together(&self, at: &str) -> BTreeSet<String> {
        let near: Vec<(String, String)> = self
            .resources
            .iter()
            .filter(|resource| !FAR.contains(&&*resource.kind))
            .map(|resource| (resource.place(), resource.properties.to_string()))
            .collect();
        let refers = |text: &str, place: &str| text.contains(&format!("⟦{place}."));
        let mut along = BTreeSet::from([at.to_owned()]);
        loop {
            let is_next = |(place, text): &&(String, String)| {
                let mut known = near.iter().filter(|(known, _)| along.contains(known));
                !along.contains(place) && known.any(|(known, own)| refers(text, known) || refers(own, place))
            };
            let Some((next, _)) = near.iter().find(is_next) else { return along };
            along.insert(next.clone());
        }
    }

    /// What a reference in a region can mean, as it begins.
    fn meant_in(&self, region: &str) -> Vec<String> {
        let meant =
            self.resources.iter().filter(|resource| FAR.contains(&&*resource.kind) || self.region(resource) == region);
        meant.map(|resource| format!("⟦{}.", resource.place())).collect()
    }

    /// Elements of lists go, and whoever refers otherwise goes whole. What is in another region is not there.
    fn let_go_of_what_is_not_there(&mut self) {
        loop {
            let meant: BTreeMap<String, Vec<String>> =
                self.regions().into_iter().map(|region| (region.to_owned(), self.meant_in(region))).collect();
            let home = self.home.clone();
            let meant = |resource: &YamlResource| &meant[resource.region.as_ref().unwrap_or(&home)];
            let dangles = |there: &[String], value: &Value| {
                let text = value.as_str().unwrap_or_default();
                text.contains('⟦') && !there.iter().any(|place| text.contains(place.as_str()))
            };
            for resource in &mut self.resources {
                let there = meant(resource);
                for value in resource.properties.as_object_mut().expect("an object").values_mut() {
                    if let Value::Array(list) = value {
                        list.retain(|item| !dangles(there, item));
                    }
                }
            }
            let before = self.resources.len();
            self.resources.retain(|resource| {
                let properties = resource.properties.as_object().expect("an object");
                let has_parts = properties.get("Parts").is_none_or(|parts| *parts != json!([]));
                has_parts && !properties.values().any(|value| dangles(meant(resource), value))
            });
            if self.resources.len() == before {
                return;
            }
        }
    }
}
