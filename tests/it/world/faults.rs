//! The fault schedule, in the format that the sandbox's server obeys too (docs/testing.md).

use std::collections::BTreeMap;

use provision::resource::{Class, Failure};
use serde::{Deserialize, Serialize};

/// The service of all fake kinds; leases are kept in `s3`.
pub const FAKE: &str = "fake";

/// One line of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `CreateNet`; `*` for every one, `*changing*` for every one that changes something.
    pub operation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    pub what: What,
    /// Which of the matching calls, from 1, counted since the schedule was set; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Nth>,
    /// The error code of `error-before` and `error-after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of `delay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Nth {
    One(usize),
    Many(Vec<usize>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    ErrorBefore,
    ErrorAfter,
    LostAnswer,
    DieBefore,
    DieAfter,
    Deny,
    Throttle,
    Delay,
}

impl What {
    pub const ALL: [Self; 8] = [
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::LostAnswer,
        Self::DieBefore,
        Self::DieAfter,
        Self::Deny,
        Self::Throttle,
        Self::Delay,
    ];

    /// Whether the call is carried out all the same.
    pub fn takes_effect(self) -> bool {
        matches!(self, Self::ErrorAfter | Self::LostAnswer | Self::DieAfter | Self::Delay)
    }

    pub fn kills(self) -> bool {
        matches!(self, Self::DieBefore | Self::DieAfter)
    }

    /// As the format spells it.
    pub fn name(self) -> String {
        serde_json::to_value(self).expect("a word").as_str().unwrap_or_default().to_owned()
    }
}

impl Fault {
    pub fn new(operation: &str, what: What, nth: Option<usize>) -> Self {
        let (operation, nth) = (operation.to_owned(), nth.map(Nth::One));
        Self { operation, service: None, what, nth, code: None, seconds: None }
    }

    /// What the process that sent the call hears, if it hears anything but the answer.
    pub fn failure(&self) -> Option<Failure> {
        let coded =
            |class, code: &str, message: &str| Some(Failure { code: code.to_owned(), ..Failure::new(class, message) });
        match self.what {
            What::ErrorBefore | What::ErrorAfter => {
                coded(Class::Other, self.code.as_deref().unwrap_or("InternalFailure"), "as the fault schedule says")
            }
            What::LostAnswer => Some(Failure::new(Class::Ambiguous, "no answer came")),
            What::Deny => coded(Class::Denied, "AccessDenied", "not authorized"),
            What::Throttle => coded(Class::Throttled, "Throttling", "Rate exceeded"),
            What::DieBefore | What::DieAfter | What::Delay => None,
        }
    }
}

/// The schedule in force, and how often each fault has struck.
#[derive(Debug, Default)]
pub struct Schedule {
    faults: Vec<(Fault, usize)>,
    pub struck: BTreeMap<What, usize>,
}

impl Schedule {
    /// Replaces the schedule and counts anew.
    pub fn set(&mut self, faults: &[Fault]) {
        self.faults = faults.iter().map(|fault| (fault.clone(), 0)).collect();
    }

    /// The first fault that strikes a call; all that match count it.
    pub fn next_for(&mut self, service: &str, operation: &str) -> Option<Fault> {
        let mut first = None;
        for (fault, seen) in &mut self.faults {
            let named = match fault.operation.as_str() {
                "*" => true,
                "*changing*" => !is_read(operation),
                name => name == operation,
            };
            if !named || fault.service.as_ref().is_some_and(|named| named != service) {
                continue;
            }
            *seen += 1;
            let strikes = match &fault.nth {
                None => true,
                Some(Nth::One(nth)) => nth == seen,
                Some(Nth::Many(all)) => all.contains(seen),
            };
            if strikes && first.is_none() {
                first = Some(fault.clone());
            }
        }
        if let Some(fault) = &first {
            *self.struck.entry(fault.what).or_default() += 1;
        }
        first
    }
}

fn is_read(operation: &str) -> bool {
    ["Describe", "List", "Get", "Head"].iter().any(|prefix| operation.starts_with(prefix))
}
