//! What the preflight found out about a plan beside the values that AWS refuses, which block what has them.

use std::collections::BTreeSet;

use crate::problem::Problem;
use crate::resource::{Address, StackId};

/// One answer of the preflight about a plan as a whole.
#[derive(Clone, Debug)]
pub struct Finding {
    pub check: Check,
    pub verdict: FindingVerdict,
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// The stacks, and their resources, that it is about.
    pub stacks: BTreeSet<StackId>,
    pub addresses: BTreeSet<Address>,
    /// What was found, the line that causes it, and what to do about it.
    pub problem: Problem,
    /// Of what is not known: why AWS did not tell.
    pub why: Option<String>,
    pub quota: QuotaFigures,
}

/// What was looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Whether there is room for what the plan adds.
    Quota,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingVerdict {
    /// There is not enough of something.
    Exceeded,
    /// AWS did not tell.
    Unknown,
    Ok,
}

/// The figures of a quota; those that are not known are none.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaFigures {
    /// Service Quotas' codes and name.
    pub service: &'static str,
    pub code: &'static str,
    pub name: &'static str,
    pub limit: Option<f64>,
    pub in_use: Option<f64>,
    pub adds: f64,
}

impl Check {
    /// As the JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quota => "quota",
        }
    }
}

impl FindingVerdict {
    /// As the JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exceeded => "exceeded",
            Self::Unknown => "unknown",
            Self::Ok => "ok",
        }
    }
}

impl Finding {
    /// Whether a person should look at it.
    pub fn is_news(&self) -> bool {
        self.verdict != FindingVerdict::Ok
    }
}
