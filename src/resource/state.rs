use std::collections::BTreeMap;

use super::located;

/// States by id.
pub type States = BTreeMap<String, State>;

/// How a live resource is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Ready,
    /// Creating or modifying; the text says what it waits for.
    Settling(String),
    /// Being deleted.
    Deleting,
    /// Broken for good, and why.
    Failed(String),
    /// Waits for a person, and what for (`CNAME _x.example -> _y.acm-validations.aws`).
    AwaitsAction(String),
}

impl State {
    /// The same with the region in the AWS commands that it names.
    #[must_use]
    pub fn located(self, region: &str) -> Self {
        match self {
            Self::Settling(what) => Self::Settling(located(&what, region)),
            Self::Failed(why) => Self::Failed(located(&why, region)),
            Self::AwaitsAction(what) => Self::AwaitsAction(located(&what, region)),
            Self::Ready | Self::Deleting => self,
        }
    }
}
