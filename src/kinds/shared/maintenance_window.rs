//! Windows of time, as RDS and ElastiCache write them, all in UTC: `sun:05:00-sun:06:00` for maintenance, `03:00-04:00` for
//! backups.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::resource::{FieldDiff, Mistake, Window};

/// Minutes of a day, and of a week.
const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A weekly window in UTC, `sun:05:00-sun:06:00`; AWS answers in lower case whatever it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MaintenanceWindow(String);

/// A span of minutes, from the beginning of the week or of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u32,
    minutes: u32,
}

impl MaintenanceWindow {
    pub fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }

    /// Returns the window that is open at a time, or the next one after it.
    pub fn next(&self, now: Timestamp) -> Option<Window> {
        let span = self.span()?;
        let zoned = now.to_zoned(jiff::tz::TimeZone::UTC);
        let days = i64::from(zoned.weekday().to_monday_zero_offset());
        let midnight = zoned.start_of_day().ok()?.timestamp();
        let monday = midnight.checked_sub(SignedDuration::from_hours(24 * days)).ok()?;
        // The week before: a window may reach over the week's end.
        let weeks = [-1, 0, 1].into_iter().filter_map(|week| {
            let start = monday.checked_add(SignedDuration::from_mins(week * i64::from(WEEK) + i64::from(span.start)));
            let start = start.ok()?;
            let end = start.checked_add(SignedDuration::from_mins(i64::from(span.minutes))).ok()?;
            Some(Window { start, end })
        });
        weeks.into_iter().find(|window| now < window.end)
    }

    /// Returns what is wrong with the two windows of one resource, at the pointers of both: AWS takes no backup while it
    /// maintains.
    ///
    /// What AWS chooses where one of them is not given is not known here; but every backup is in a window of a whole day.
    pub fn mistakes(
        maintenance: Option<&Self>,
        (at_maintenance, shortest): (&str, u32),
        backup: Option<&str>,
        (at_backup, shortest_backup): (&str, u32),
    ) -> Vec<Mistake> {
        let mistake = |at: &str, text: String| Mistake::new(at, text);
        let weekly = maintenance.map(|window| (window, window.span()));
        let daily = backup.map(|window| (window, daily(window)));
        let mut all = Vec::new();
        match weekly {
            Some((Self(text), None)) => all.push(mistake(at_maintenance, format!("`{text}` is no time of a week"))),
            Some((Self(text), Some(span))) if span.minutes < shortest => {
                all.push(mistake(at_maintenance, format!("`{text}` is shorter than {shortest} minutes")));
            }
            Some((Self(text), Some(span))) if span.minutes >= DAY => {
                all.push(mistake(at_maintenance, format!("`{text}` leaves no time of that day for a backup")));
            }
            _ => {}
        }
        match daily {
            Some((text, None)) => all.push(mistake(at_backup, format!("`{text}` is no time of a day"))),
            Some((text, Some(span))) if span.minutes < shortest_backup => {
                all.push(mistake(at_backup, format!("`{text}` is shorter than {shortest_backup} minutes")));
            }
            _ => {}
        }
        if all.is_empty()
            && let (Some((Self(week), Some(weekly))), Some((day, Some(daily)))) = (weekly, daily)
            && overlap(daily, weekly)
        {
            let over =
                |at: &str, one: &str, other: &str| format!("`{one}` and `{other}` ({at}) overlap, which AWS refuses");
            all.push(mistake(at_backup, over(&at_maintenance[1..], day, week)));
            all.push(mistake(at_maintenance, over(&at_backup[1..], week, day)));
        }
        all
    }

    fn span(&self) -> Option<Span> {
        let (start, end) = self.0.split_once('-')?;
        let minute = |text: &str| {
            let (day, time) = text.split_once(':')?;
            let day = DAYS.iter().position(|known| *known == day)?;
            Some(u32::try_from(day).ok()? * DAY + minute_of_day(time)?)
        };
        Some(span(minute(start)?, minute(end)?, WEEK))
    }
}

/// Reads a daily window.
fn daily(text: &str) -> Option<Span> {
    let (start, end) = text.split_once('-')?;
    Some(span(minute_of_day(start)?, minute_of_day(end)?, DAY))
}

/// A span that may reach over the end of its day or week.
fn span(start: u32, end: u32, whole: u32) -> Span {
    let minutes = if end > start { end - start } else { whole - start + end };
    Span { start, minutes }
}

fn minute_of_day(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u32>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Returns whether a daily span meets a weekly one on any day.
fn overlap(daily: Span, weekly: Span) -> bool {
    // Both may reach over the end of the week: the days before and after are looked at, too.
    let starts = (0..9).map(|day| day * DAY + daily.start);
    let (open, close) = (weekly.start + DAY, weekly.start + DAY + weekly.minutes);
    let meets = |start: u32| start < close && open < start + daily.minutes;
    starts.into_iter().any(meets)
}

/// Returns why windows can't be changed, if they overlap with one that the YAML leaves to AWS and AWS has chosen: `mistakes`
/// finds that in a specification.
pub(in crate::kinds) fn clash<S: DeserializeOwned>(
    live: &Value,
    desired: &Value,
    fields: &[FieldDiff],
    mistakes: impl Fn(&S) -> Vec<Mistake>,
) -> Option<String> {
    fields.iter().find(|field| field.path.ends_with("Window"))?;
    let mut effective = live.clone();
    for (name, value) in desired.as_object()? {
        effective[name] = value.clone();
    }
    let Mistake { path, text } = mistakes(&serde_json::from_value(effective).ok()?).into_iter().next()?;
    Some(format!("{path} {text}: give both windows"))
}

impl From<&MaintenanceWindow> for String {
    fn from(window: &MaintenanceWindow) -> Self {
        window.0.clone()
    }
}

impl<'de> Deserialize<'de> for MaintenanceWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

impl JsonSchema for MaintenanceWindow {
    fn schema_name() -> Cow<'static, str> {
        "MaintenanceWindow".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]-[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(maintenance: &str, backup: &str) -> Vec<String> {
        let maintenance = MaintenanceWindow::new(maintenance);
        let all = MaintenanceWindow::mistakes(Some(&maintenance), ("/M", 30), Some(backup), ("/B", 30));
        all.into_iter().map(|Mistake { path, text }| format!("{path} {text}")).collect()
    }

    #[test]
    fn a_window_is_the_same_in_capitals() {
        let written: MaintenanceWindow = serde_json::from_str("\"Sun:05:00-Sun:06:00\"").unwrap();
        assert_eq!(written, MaintenanceWindow::new("sun:05:00-sun:06:00"));
    }

    #[test]
    fn a_backup_within_the_maintenance_is_told_at_both_places() {
        let both = said("sun:03:30-sun:04:30", "03:00-04:00");
        assert_eq!(both[0], "/B `03:00-04:00` and `sun:03:30-sun:04:30` (M) overlap, which AWS refuses");
        assert!(both.len() == 2 && both[1].starts_with("/M "), "{both:?}");
        assert_eq!(said("sun:05:00-sun:06:00", "03:00-04:00"), [""; 0]);
        assert_eq!(said("sun:04:00-sun:05:00", "03:00-04:00"), [""; 0], "one after the other");
    }

    #[test]
    fn windows_over_midnight_and_over_the_weeks_end_are_seen() {
        assert_eq!(said("mon:00:30-mon:01:30", "23:30-00:45").len(), 2);
        assert_eq!(said("sun:23:30-mon:00:30", "00:00-01:00").len(), 2);
        assert_eq!(said("sun:23:30-mon:00:30", "23:00-23:40").len(), 2);
        assert_eq!(said("sun:23:30-mon:00:30", "00:30-01:30").len(), 0);
    }

    #[test]
    fn what_is_no_time_or_too_short_is_told() {
        assert_eq!(said("sun:29:00-sun:06:00", "03:00-04:00"), ["/M `sun:29:00-sun:06:00` is no time of a week"]);
        assert_eq!(said("xxx:05:00-sun:06:00", "03:00-04:00"), ["/M `xxx:05:00-sun:06:00` is no time of a week"]);
        assert_eq!(said("sun:05:00-sun:05:20", "03:00-03:20").len(), 2);
    }

    #[test]
    fn the_next_window_is_the_open_one_or_the_one_after() {
        let window = MaintenanceWindow::new("sun:05:00-sun:06:00");
        let next = |now: &str| window.next(now.parse().unwrap()).unwrap().to_string();
        // 2026-11-29 is a Sunday.
        assert_eq!(next("2026-11-27T12:00:00Z"), "Sun 2026-11-29 05:00 to 06:00 UTC");
        assert_eq!(next("2026-11-29T05:30:00Z"), "Sun 2026-11-29 05:00 to 06:00 UTC");
        assert_eq!(next("2026-11-29T06:00:00Z"), "Sun 2026-12-06 05:00 to 06:00 UTC");
        let over = MaintenanceWindow::new("sun:23:30-mon:00:30");
        let next = over.next("2026-11-30T00:10:00Z".parse().unwrap()).unwrap();
        assert_eq!(next.to_string(), "Sun 2026-11-29 23:30 to Mon 2026-11-30 00:30 UTC");
    }
}
