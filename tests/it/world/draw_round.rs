//! Draws one round: what changes in the YAML, what strangers do, which runs start, and what goes wrong.

use provision::resource::key;
use serde_json::{Value, json};

use super::build::{HOME, REGIONS};
use super::draw::Drawer;
use super::faults::{Fault, Nth, What};
use super::history::{Drift, Edit, Job, Round, Verb, Weather};

const KINDS: [&str; 13] =
    ["Net", "Part", "Gate", "Group", "Store", "Recipe", "Role", "Cert", "Door", "Work", "Board", "Cache", "Front"];

pub fn round(drawer: &mut Drawer, index: usize) -> Round {
    let pause = drawer.pick(&[1, 30, 200]).unwrap_or(1);
    let mut edits = Vec::new();
    if index > 0 {
        if drawer.yaml.home != HOME && drawer.rng.bool() {
            let back = Edit::Home { region: HOME.to_owned() };
            drawer.yaml.edit(&back);
            edits.push(back);
        }
        if drawer.chance(2) {
            edits.extend(moved_needs(drawer));
        }
        for _ in 0..drawer.rng.usize(0..4) {
            let Some(edit) = edit(drawer) else { continue };
            drawer.yaml.edit(&edit);
            edits.push(edit);
        }
    }
    let count = if index > 0 { drawer.rng.usize(0..4) } else { 0 };
    let drift: Vec<_> = (0..count).filter_map(|_| drift(drawer)).collect();
    let estranges = drift.iter().any(|drift| matches!(drift, Drift::Estrange { .. }));
    let weather = Weather {
        slow: drawer.pick(&[0, 10, 100]).unwrap_or(0),
        latency: drawer.pick(&[20, 200, 2000]).unwrap_or(20),
        lag: drawer.pick(&[0, 0, 1000, 4000]).unwrap_or(0),
        rate: drawer.pick(&[0, 0, 2, 10]).unwrap_or(0),
        broken: drawer.pick(&[0, 0, 50]).unwrap_or(0),
    };
    let faults = if drawer.chance(3) { Vec::new() } else { faults(drawer) };
    let runs = if !estranges && drawer.chance(4) { 2 } else { 1 };
    Round { pause, edits, drift, weather, faults, runs: (0..runs).map(|_| job(drawer)).collect() }
}

/// Another version of what a work does, with other needs, and others who let it have them.
fn moved_needs(drawer: &mut Drawer) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut push = |drawer: &mut Drawer, at: Option<String>, property: &str, value: Value| {
        let Some(at) = at else { return };
        let edit = Edit::Set { at, property: property.to_owned(), value };
        drawer.yaml.edit(&edit);
        edits.push(edit);
    };
    let (recipes, groups, works) = (drawer.places("Recipe"), drawer.places("Group"), drawer.places("Work"));
    let (recipe, needs) = (drawer.pick(&recipes), drawer.ports());
    push(drawer, recipe.clone(), "Needs", needs);
    let steps = drawer.steps();
    push(drawer, recipe, "Steps", steps);
    for _ in 0..2 {
        let (group, ports) = (drawer.pick(&groups), drawer.ports());
        push(drawer, group, "Ports", ports);
        let Some(group) = drawer.pick(&groups) else { continue };
        drawer.here = drawer.region_of(&group);
        let friends = drawer.set_of("Group");
        push(drawer, Some(group), "Friends", friends);
    }
    if let Some(at) = drawer.pick(&works).filter(|_| drawer.chance(4)) {
        drawer.gone.push(at.clone());
        let edit = Edit::Remove { at };
        drawer.yaml.edit(&edit);
        edits.push(edit);
    }
    edits
}

fn edit(drawer: &mut Drawer) -> Option<Edit> {
    match drawer.rng.usize(0..14) {
        12 => {
            let all: Vec<_> = drawer.yaml.resources.iter().map(|resource| resource.place()).collect();
            let regions = [None, Some(drawer.word(&REGIONS).to_owned())];
            let (at, region) = (drawer.pick(&all)?, drawer.pick(&regions)?);
            Some(Edit::Move { at, region })
        }
        13 if drawer.chance(3) => Some(Edit::Home { region: drawer.word(&REGIONS).to_owned() }),
        0 | 1 => {
            let kind = drawer.word(&KINDS);
            drawer.resource(kind).map(Edit::Add)
        }
        2 | 3 => {
            let kind = drawer.word(&KINDS[1..]);
            let all = drawer.places(kind);
            let at = drawer.pick(&all)?;
            drawer.gone.push(at.clone());
            Some(Edit::Remove { at })
        }
        4 => {
            let all = &drawer.yaml.resources;
            let new: Vec<_> =
                all.iter().filter(|resource| resource.was.is_none()).map(|resource| resource.place()).collect();
            let to = drawer.name("renamed");
            drawer.pick(&new).map(|at| Edit::Rename { at, to })
        }
        5 => Some(Edit::UserTag { value: drawer.rng.u8(..).to_string() }),
        6 => {
            let (kind, property) =
                drawer.pick(&[("Group", "Ports"), ("Group", "Friends"), ("Door", "Rule"), ("Store", "Groups")])?;
            let all = drawer.places(kind);
            drawer.pick(&all).map(|at| Edit::Unset { at, property: property.to_owned() })
        }
        _ => {
            let (at, property, value) = field(drawer, true)?;
            Some(Edit::Set { at, property, value })
        }
    }
}

/// A field and a value for it; create-only ones too, if the YAML is what changes.
fn field(drawer: &mut Drawer, by_yaml: bool) -> Option<(String, String, Value)> {
    let mut fields = vec![
        ("Net", "Dns"),
        ("Part", "Public"),
        ("Group", "Ports"),
        ("Group", "Friends"),
        ("Store", "Class"),
        ("Recipe", "Steps"),
        ("Work", "Count"),
        ("Door", "Rule"),
        ("Role", "Trust"),
        ("Board", "Text"),
        ("Cache", "Ttl"),
        ("Cache", "Headers"),
        ("Front", "Config"),
    ];
    if by_yaml {
        fields.extend([("Net", "Range"), ("Part", "Range"), ("Gate", "Size"), ("Store", "Engine")]);
        fields.extend([
            ("Part", "Net"),
            ("Group", "Net"),
            ("Door", "Net"),
            ("Gate", "Part"),
            ("Board", "Net"),
            ("Front", "Cache"),
        ]);
        fields.extend([
            ("Recipe", "Needs"),
            ("Cert", "Domain"),
            ("Store", "Groups"),
            ("Work", "Groups"),
            ("Work", "Doors"),
        ]);
    }
    let (kind, property) = drawer.pick(&fields)?;
    let all = drawer.places(kind);
    let at = drawer.pick(&all)?;
    drawer.here = drawer.region_of(&at);
    let value = match property {
        "Trust" => json!(drawer.word(&["works", "all"])),
        "Text" => json!(drawer.word(&["health", "sales"])),
        "Ttl" => json!(drawer.rng.u8(..)),
        "Headers" => drawer.headers(),
        "Config" => drawer.config(),
        "Dns" | "Public" => json!(drawer.rng.bool()),
        "Ports" | "Needs" => drawer.ports(),
        // A stranger knows no references: all friends are gone.
        "Friends" if !by_yaml => json!([]),
        "Friends" | "Groups" => drawer.set_of("Group"),
        "Doors" => drawer.set_of("Door"),
        "Net" | "Part" | "Cache" => json!(drawer.one(property)?),
        "Class" => json!(drawer.word(&["small", "large", "huge"])),
        "Engine" => json!(drawer.word(&["sql", "nosql"])),
        "Size" => json!(drawer.word(&["small", "large"])),
        "Rule" => json!(drawer.word(&["all", "some", "none"])),
        "Steps" => drawer.steps(),
        "Count" => json!(drawer.rng.u8(1..9)),
        "Domain" => json!(format!("web{}.acme.example", drawer.rng.u8(..))),
        _ => json!(format!("10.{}.0.0/16", drawer.rng.u8(..))),
    };
    Some((at, property.to_owned(), value))
}

fn drift(drawer: &mut Drawer) -> Option<Drift> {
    let any = |drawer: &mut Drawer, kinds: &[&str]| {
        let kind = drawer.word(kinds);
        let all = drawer.places(kind);
        drawer.pick(&all)
    };
    Some(match drawer.rng.usize(0..11) {
        0 | 1 => {
            let (at, property, value) = field(drawer, false)?;
            Drift::Set { at, property, value }
        }
        2 => Drift::Delete { at: any(drawer, &KINDS)? },
        3 => Drift::Inside { at: any(drawer, &["Net"])? },
        4 => Drift::Copy { at: any(drawer, &["Store"])? },
        5 => {
            let key = drawer.word(&["cost-center", "provision:template", "provision:digest", "owner"]);
            Drift::Tag { at: any(drawer, &KINDS)?, key: key.to_owned(), value: "theirs".to_owned() }
        }
        6 => {
            let key = drawer.word(&["cost-center", "provision:template", "provision:digest", "Name"]);
            Drift::Untag { at: any(drawer, &KINDS)?, key: key.to_owned() }
        }
        8 => {
            let parts = ["project", "tenant", "environment", "name"];
            let key = format!("provision:{}", drawer.word(&parts));
            Drift::Estrange { at: any(drawer, &KINDS)?, key }
        }
        // Of what takes no tags, only those that something refers to are known again.
        9 => Drift::Estrange { at: any(drawer, &["Cache"])?, key: key::NAME.to_owned() },
        7 => Drift::Break { at: any(drawer, &["Gate", "Door"])? },
        _ => Drift::Person,
    })
}

fn job(drawer: &mut Drawer) -> Job {
    let verb = drawer.pick(&[
        Verb::Apply,
        Verb::Apply,
        Verb::Apply,
        Verb::Apply,
        Verb::Apply,
        Verb::OnlyConfig,
        Verb::OnlyDrift,
        Verb::Plan,
        Verb::Destroy,
    ]);
    let mut job = Job::new(verb.unwrap_or(Verb::Apply));
    job.start = drawer.rng.u64(0..20_000);
    job.patience = drawer.pick(&[0, 0, 200]).unwrap_or(0);
    job.thinks = drawer.pick(&[0, 0, 0, 30, 90, 300]).unwrap_or(0);
    job.skew = drawer.rng.i64(-2000..=2000);
    let stores = drawer.places("Store");
    job.allow = match drawer.rng.usize(0..4) {
        0 | 1 => vec!["*".to_owned()],
        2 => drawer.pick(&stores).and_then(|place| Some(place.split_once('/')?.1.to_owned())).into_iter().collect(),
        _ => Vec::new(),
    };
    if job.verb == Verb::Apply && drawer.chance(5) {
        let all: Vec<_> =
            drawer.yaml.resources.iter().map(|resource| resource.place()).chain(drawer.gone.iter().cloned()).collect();
        let count = drawer.rng.usize(1..=3);
        job.only = (0..count).filter_map(|_| drawer.pick(&all)).collect();
    }
    if job.verb == Verb::Destroy && drawer.chance(3) {
        // What is in the home region is no orphan.
        job.orphan = Some(drawer.word(&REGIONS).to_owned()).filter(|region| *region != drawer.yaml.home);
    }
    // Most runs take less than half an hour.
    let longest = drawer.pick(&[5_000, 60_000, 900_000]).unwrap_or(5_000);
    let time = job.start + drawer.rng.u64(0..longest);
    match drawer.rng.usize(0..10) {
        0 => job.soon = Some(time),
        1 => (job.soon, job.now) = (Some(time), Some(time + drawer.rng.u64(0..longest))),
        2 => job.dies = Some(time),
        5 => job.person = Some(time),
        6 => job.person = Some(job.start + drawer.rng.u64(0..60_000)),
        3 | 4 => job.sleeps = Some((time, drawer.pick(&[10_000, 100_000, 400_000]).unwrap_or(10_000))),
        _ => {}
    }
    job
}

fn faults(drawer: &mut Drawer) -> Vec<Fault> {
    let count = drawer.rng.usize(1..4);
    let mut faults: Vec<_> = (0..count).map(|_| fault(drawer)).collect();
    // What is denied for good comes first, so that nothing else can strike in its place.
    faults.sort_by_key(|fault| fault.nth.is_some());
    faults
}

fn fault(drawer: &mut Drawer) -> Fault {
    let what = drawer.pick(&What::ALL).unwrap_or(What::Deny);
    let kind = drawer.word(&KINDS);
    if what == What::Deny && drawer.rng.bool() {
        // Standing: a whole kind, or what is read one by one.
        let operation = if drawer.rng.bool() {
            format!("Describe{kind}s")
        } else {
            format!("Get{}", drawer.word(&["Group", "Store", "Cache"]))
        };
        return Fault::new(&operation, what, None);
    }
    let (operation, most) = match drawer.rng.usize(0..8) {
        0 => ("PutObject".to_owned(), 12),
        1 => (drawer.word(&["GetObject", "GetResources"]).to_owned(), 2),
        2 => ("*".to_owned(), 100),
        3 => (format!("Describe{kind}s"), 6),
        4 => (format!("Get{}", drawer.word(&["Group", "Store", "Cache"])), 6),
        5 => (format!("{}{kind}", drawer.word(&["Create", "Update", "Delete", "Tag"])), 3),
        _ => ("*changing*".to_owned(), 24),
    };
    let first = drawer.rng.usize(1..=most);
    let nth = if drawer.chance(4) { Nth::Many((first..first + 4).collect()) } else { Nth::One(first) };
    let seconds = (what == What::Delay).then(|| f64::from(drawer.rng.u8(1..25)));
    Fault { nth: Some(nth), seconds, ..Fault::new(&operation, what, None) }
}
