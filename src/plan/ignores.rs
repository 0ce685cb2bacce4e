//! The entries of `ignore` that have ended, or will soon.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::input::{Input, Mode};
use crate::blueprint::Ignore;
use crate::problem::Problem;
use crate::resource::Address;

/// So many days before its last one an entry is told.
const NOTICE: i32 = 14;

/// Warns of the entries whose differences count again, or will in a few days; each once, whichever resources it means.
pub(super) fn ending(input: &Input<'_>, asked: Option<&BTreeSet<Address>>) -> Vec<Problem> {
    if input.mode == Mode::Destroy {
        return Vec::new();
    }
    let resources = input.blueprint.resources.values();
    let asked = resources.filter(|one| asked.is_none_or(|asked| asked.contains(&one.address)));
    let mut entries = BTreeMap::<_, (Date, &Ignore, Vec<&Address>)>::new();
    for (address, ignore) in asked.flat_map(|one| one.ignore.iter().map(|ignore| (&one.address, ignore))) {
        let Some(until) = ignore.until else { continue };
        let place = ignore.span.as_ref().map(|span| (span.path(), span.bytes.start));
        let key = (place, &ignore.field, &ignore.owner, until);
        entries.entry(key).or_insert_with(|| (until, ignore, Vec::new())).2.push(address);
    }
    let today = input.today();
    entries.into_values().filter_map(|(until, ignore, meant)| warning(today, until, ignore, &meant)).collect()
}

fn warning(today: Date, until: Date, ignore: &Ignore, meant: &[&Address]) -> Option<Problem> {
    let Ignore { field, owner, span, .. } = ignore;
    let more = match meant.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let which = format!("{}{field}{more}, owned by {owner}", meant[0]);
    let left = today.until(until).map_or(0, |span| span.get_days());
    let what = match left {
        ..0 => format!("`ignore` of {which}, ended on {until}: what differs there counts again"),
        0 => format!("`ignore` of {which}, ends today"),
        1..=NOTICE => format!("`ignore` of {which}, ends on {until}, in {left} days"),
        _ => return None,
    };
    Some(Problem::warning(span.clone(), what).hint("ask the owner; then move `until`, or take the entry out"))
}
