//! Changes that AWS has accepted and makes later by itself.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

/// A change that AWS has accepted and does later. The spec of the live resource reads as if it were done.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The JSON pointer of the property.
    pub path: String,
    /// The value until then.
    pub before: Option<Value>,
    /// The value from then on; none if AWS does not show what it was given: then the live value is no difference.
    pub after: Option<Value>,
    pub until: Until,
}

impl Pending {
    /// Whether it waits for the maintenance window, and its value is shown.
    pub fn is_put_off(&self) -> bool {
        self.until == Until::Window && self.after.is_some()
    }
}

/// The event that a pending change waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// The resource's maintenance window.
    Window,
    /// Something else, in words: `a reboot of main-1`.
    Event(String),
}

/// A time in which AWS may interrupt a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: Timestamp,
    pub end: Timestamp,
}

/// `Sun 2026-12-06 05:00 to 06:00 UTC`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [start, end] = [self.start, self.end].map(|at| at.to_zoned(jiff::tz::TimeZone::UTC));
        let end_format = if start.date() == end.date() { "%H:%M" } else { "%a %F %H:%M" };
        write!(f, "{} to {} UTC", start.strftime("%a %F %H:%M"), end.strftime(end_format))
    }
}
