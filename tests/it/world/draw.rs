//! Draws a history from a seed: first the YAML.

use fastrand::Rng;
use serde_json::{Value, json};

use super::build::{REGIONS, YamlResource};
use super::cloud::long;
use super::draw_round::round;
use super::history::{History, Yaml};

/// The history of a seed; the same seed draws the same.
pub fn draw(seed: u64) -> History {
    let (rng, yaml) = (Rng::with_seed(seed), Yaml::new(&[]));
    let mut drawer = Drawer { rng, yaml, gone: Vec::new(), second: None, here: None, names: 0 };
    if drawer.rng.bool() {
        drawer.second = drawer.pick(&REGIONS).map(str::to_owned);
    }
    drawer.blueprint();
    let resources = drawer.yaml.resources.clone();
    let count = drawer.rng.usize(1..=4);
    let rounds = (0..count).map(|index| round(&mut drawer, index)).collect();
    History { seed, resources, rounds }
}

/// Draws on what the YAML has so far.
pub struct Drawer {
    pub rng: Rng,
    pub yaml: Yaml,
    /// What the YAML had once.
    pub gone: Vec<String>,
    /// The region that some of the resources name.
    pub second: Option<String>,
    /// The region in which references are drawn; none: what names none.
    pub here: Option<String>,
    /// No name is used twice: what has a name again is the same resource.
    names: usize,
}

impl Drawer {
    fn blueprint(&mut self) {
        for (kind, most) in
            [("Net", 2), ("Part", 4), ("Gate", 2), ("Group", 3), ("Store", 2), ("Role", 1), ("Recipe", 2)]
        {
            self.some(kind, most);
        }
        for (kind, most) in [("Cert", 1), ("Door", 2), ("Work", 2), ("Board", 2), ("Cache", 2), ("Front", 2)] {
            self.some(kind, most);
        }
        self.close_circles();
    }

    fn some(&mut self, kind: &str, most: usize) {
        // Without a net there is next to nothing.
        let least = usize::from(kind == "Net");
        for _ in 0..self.rng.usize(least..=most) {
            let resource = self.resource(kind);
            self.yaml.resources.extend(resource);
        }
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.rng.usize(0..one_in) == 0
    }

    pub fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{}{}", kind.to_lowercase(), self.names)
    }

    /// The places of a kind.
    pub fn places(&self, kind: &str) -> Vec<String> {
        let kind = long(kind);
        self.yaml.resources.iter().filter(|resource| resource.kind == kind).map(YamlResource::place).collect()
    }

    pub fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.rng.usize(0..all.len())].clone()) }
    }

    /// The region that a resource names.
    pub fn region_of(&self, place: &str) -> Option<String> {
        self.yaml.resources.iter().find(|resource| resource.place() == place)?.region.clone()
    }

    fn places_here(&self, kind: &str) -> Vec<String> {
        self.places(kind).into_iter().filter(|place| self.region_of(place) == self.here).collect()
    }

    /// A reference to one of a kind, in this region.
    pub fn one(&mut self, kind: &str) -> Option<String> {
        let all = self.places_here(kind);
        self.pick(&all).map(|place| format!("⟦{place}.Id⟧"))
    }

    /// A reference to one of a kind, wherever it is.
    fn any(&mut self, kind: &str) -> Option<String> {
        let all = self.places(kind);
        self.pick(&all).map(|place| format!("⟦{place}.Id⟧"))
    }

    /// A reference to one of a kind; from now on, its region is where references are drawn.
    fn ground(&mut self, kind: &str) -> Option<String> {
        let all = self.places(kind);
        let place = self.pick(&all)?;
        self.here = self.region_of(&place);
        Some(format!("⟦{place}.Id⟧"))
    }

    /// Some of a kind in this region, perhaps none.
    pub fn set_of(&mut self, kind: &str) -> Value {
        let all = self.places_here(kind);
        let some: Vec<_> = all.into_iter().filter(|_| self.rng.bool()).map(|place| format!("⟦{place}.Id⟧")).collect();
        json!(some)
    }

    pub fn word<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.rng.usize(0..words.len())]
    }

    pub fn ports(&mut self) -> Value {
        let all = [22, 80, 443, 5432];
        let some: Vec<_> = all.into_iter().filter(|_| self.rng.bool()).collect();
        json!(some)
    }

    /// A new resource of a kind, if what it needs is there.
    pub fn resource(&mut self, kind: &str) -> Option<YamlResource> {
        self.here = if self.chance(3) { self.second.clone() } else { None };
        let properties = match kind {
            "Net" => json!({ "Range": format!("10.{}.0.0/16", self.rng.u8(..)), "Dns": self.rng.bool() }),
            "Part" => {
                let range = format!("10.0.{}.0/24", self.rng.u8(..));
                json!({ "Net": self.ground("Net")?, "Range": range, "Public": self.rng.bool() })
            }
            "Gate" => json!({ "Part": self.ground("Part")?, "Size": self.word(&["small", "large"]) }),
            "Group" => json!({ "Net": self.ground("Net")?, "Ports": self.ports(), "Friends": self.set_of("Group") }),
            "Store" => {
                let (part, groups) = (self.ground("Part")?, self.set_of("Group"));
                let class = self.word(&["small", "large"]);
                json!({ "Parts": [part], "Engine": "sql", "Class": class, "Groups": groups })
            }
            "Recipe" => {
                let mut properties = json!({ "Steps": self.steps(), "Needs": self.ports() });
                if let Some(store) = self.one("Store").filter(|_| self.rng.bool()) {
                    properties["Store"] = json!(format!("{store}@5432"));
                }
                properties
            }
            "Work" => {
                let recipe = self.ground("Recipe")?;
                let revision = recipe.replace(".Id⟧", ".Revision⟧");
                let recipe = if self.rng.bool() { recipe } else { recipe.replace(".Id⟧", ".Name⟧") };
                let (groups, doors, count) = (self.set_of("Group"), self.set_of("Door"), self.rng.u8(1..5));
                let mut properties =
                    json!({ "Recipe": recipe, "Revision": revision, "Groups": groups, "Doors": doors, "Count": count });
                if let Some(role) = self.any("Role") {
                    properties["Role"] = json!(role);
                }
                properties
            }
            "Role" => json!({ "Trust": self.word(&["works", "all"]) }),
            "Cert" => json!({ "Domain": format!("www{}.acme.example", self.rng.u8(..)) }),
            "Door" => {
                let mut properties = json!({ "Net": self.ground("Net")?, "Rule": self.word(&["all", "some"]) });
                if let Some(cert) = self.any("Cert") {
                    properties["Cert"] = json!(cert);
                }
                properties
            }
            "Board" => json!({ "Net": self.ground("Net")?, "Text": self.word(&["health", "sales"]) }),
            "Cache" => json!({ "Ttl": self.rng.u8(..), "Headers": self.headers() }),
            "Front" => json!({ "Cache": self.ground("Cache")?, "Config": self.config() }),
            _ => return None,
        };
        let name = self.name(kind);
        Some(YamlResource { region: self.here.clone(), ..YamlResource::new(&long(kind), &name, properties) })
    }

    pub fn headers(&mut self) -> Value {
        let some: Vec<_> = ["Accept", "Host", "Origin"].into_iter().filter(|_| self.rng.bool()).collect();
        json!(some)
    }

    pub fn config(&mut self) -> Value {
        let paths: Vec<_> = ["/", "/api", "/img"].into_iter().filter(|_| self.rng.bool()).collect();
        let mut config = json!({ "Title": self.word(&["shop", "blog"]), "Paths": paths });
        if self.rng.bool() {
            config["Comment"] = json!(self.word(&["new", "old"]));
        }
        config
    }

    pub fn steps(&mut self) -> Value {
        let steps: Vec<_> = (0..self.rng.usize(1..4)).map(|_| self.word(&["one", "two", "three"])).collect();
        json!(steps)
    }

    /// Groups that admit each other, and themselves.
    fn close_circles(&mut self) {
        for place in self.places("Group") {
            if self.chance(2) {
                self.here = self.region_of(&place);
                let friends = self.set_of("Group");
                if let Some(resource) = self.yaml.resources.iter_mut().find(|resource| resource.place() == place) {
                    resource.properties["Friends"] = friends;
                }
            }
        }
    }
}
