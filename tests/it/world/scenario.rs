//! A history as a folder that people read: `about.txt`, `blueprint.json` and `rounds.json`, one item a line.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::history::History;
use super::play::play;

/// Reads a scenario's folder.
pub fn read(folder: &Path) -> History {
    let json = |name: &str| -> Value {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    };
    let whole = serde_json::json!({ "seed": 0, "resources": json("blueprint.json"), "rounds": json("rounds.json") });
    serde_json::from_value(whole).unwrap_or_else(|why| panic!("{}: {why}", folder.display()))
}

/// Writes a history that broke a promise.
pub fn write(folder: &Path, history: &History, about: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("about.txt"), format!("{about}\n"))?;
    fs::write(folder.join("blueprint.json"), lines(&history.resources))?;
    let rounds: Vec<Value> =
        history.rounds.iter().map(|round| serde_json::to_value(round).expect("rounds are JSON")).collect();
    let rounds: Vec<String> = rounds.iter().map(round_lines).collect();
    fs::write(folder.join("rounds.json"), format!("[\n{}\n]\n", rounds.join(",\n")))
}

fn lines(items: &[impl Serialize]) -> String {
    let items: Vec<_> =
        items.iter().map(|item| format!("  {}", serde_json::to_string(item).expect("it is JSON"))).collect();
    format!("[\n{}\n]\n", items.join(",\n"))
}

fn round_lines(round: &Value) -> String {
    let fields = round.as_object().expect("a round is an object").iter().map(|(key, value)| match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| format!("      {item}")).collect();
            format!("    {key:?}: [\n{}\n    ]", items.join(",\n"))
        }
        other => format!("    {key:?}: {other}"),
    });
    format!("  {{\n{}\n  }}", fields.collect::<Vec<_>>().join(",\n"))
}

/// Leaves out whatever can be left out while the same promise is still broken.
pub fn shrink(history: History) -> History {
    let Err(broken) = play(&history) else { return history };
    let breaks = |smaller: &History| play(smaller).is_err_and(|other| other.promise == broken.promise);
    // A scenario has the pace of seed 0, if that does as well.
    let calm = History { seed: 0, ..history.clone() };
    let mut best = if breaks(&calm) { calm } else { history };
    loop {
        let Some(smaller) = smaller(&best).into_iter().find(|smaller| breaks(smaller)) else { return best };
        best = smaller;
    }
}

/// Every history that has one thing less.
fn smaller(history: &History) -> Vec<History> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut History)| {
        let mut other = history.clone();
        change(&mut other);
        if other != *history {
            all.push(other);
        }
    };
    for index in (0..history.rounds.len()).rev() {
        with(&|other| drop(other.rounds.remove(index)));
    }
    for (index, resource) in history.resources.iter().enumerate().rev() {
        let place = resource.place();
        with(&|other| {
            let mut yaml = super::history::Yaml::new(&other.resources);
            yaml.remove(&place);
            other.resources = yaml.resources;
        });
        with(&|other| other.resources[index].region = None);
        for property in ["Friends", "Groups", "Doors", "Store", "Role", "Cert"] {
            with(&|other| drop(other.resources[index].properties.as_object_mut().and_then(|map| map.remove(property))));
        }
    }
    for (index, round) in history.rounds.iter().enumerate() {
        (0..round.runs.len()).for_each(|at| with(&|other| drop(other.rounds[index].runs.remove(at))));
        (0..round.faults.len()).for_each(|at| with(&|other| drop(other.rounds[index].faults.remove(at))));
        (0..round.drift.len()).for_each(|at| with(&|other| drop(other.rounds[index].drift.remove(at))));
        (0..round.edits.len()).for_each(|at| with(&|other| drop(other.rounds[index].edits.remove(at))));
        with(&|other| other.rounds[index].weather.rate = 0);
        with(&|other| other.rounds[index].weather.lag = 0);
        with(&|other| other.rounds[index].weather.slow = 0);
        for at in 0..round.runs.len() {
            with(&|other| other.rounds[index].runs[at].skew = 0);
            with(&|other| other.rounds[index].runs[at].start = 0);
            with(&|other| other.rounds[index].runs[at].sleeps = None);
            with(&|other| other.rounds[index].runs[at].soon = None);
            with(&|other| other.rounds[index].runs[at].now = None);
            with(&|other| other.rounds[index].runs[at].dies = None);
        }
    }
    all
}
