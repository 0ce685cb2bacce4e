use super::{Failure, located};

/// The result of one call of an update or a deletion, which may need several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<T> {
    /// All is sent; what it leaves.
    Done(T),
    /// More is to be sent once this is over, in words: `the change before`.
    More(String),
    /// Refused for now, and to be sent again: something is under way with it, or still uses it. It is how the step ends if
    /// that stays so.
    Busy(Failure),
}

impl<T> Turn<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Turn<U> {
        match self {
            Self::Done(done) => Turn::Done(f(done)),
            Self::More(what) => Turn::More(what),
            Self::Busy(failure) => Turn::Busy(failure),
        }
    }

    /// The same with the region in the AWS commands that it names.
    #[must_use]
    pub fn located(self, region: &str) -> Self {
        match self {
            Self::More(what) => Self::More(located(&what, region)),
            Self::Busy(failure) => Self::Busy(failure.located(region)),
            Self::Done(done) => Self::Done(done),
        }
    }
}
