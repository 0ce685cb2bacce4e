use crate::resource::{Class, Failure, Result, Turn};

/// Why a verb is to be called once more.
pub(super) enum Requeue {
    /// The event that it waits for, in words.
    More(String),
    Busy(Failure),
}

impl Requeue {
    /// Returns what a verb leaves that is done.
    pub(super) fn unless_done<T>(turn: Turn<T>) -> Result<T, Self> {
        match turn {
            Turn::Done(done) => Ok(done),
            Turn::More(what) => Err(Self::More(what)),
            Turn::Busy(failure) => Err(Self::Busy(failure)),
        }
    }

    pub(super) fn what(&self) -> &str {
        match self {
            Self::More(what) => what,
            Self::Busy(failure) => &failure.message,
        }
    }

    /// How the step ends if nothing has changed for too long.
    pub(super) fn end(&self, minutes: u64) -> Failure {
        match self {
            Self::Busy(failure) => failure.clone(),
            Self::More(what) => {
                let text = format!("it has more to do after {what}, and nothing has changed for {minutes} minutes");
                Failure::new(Class::Busy, text)
            }
        }
    }
}
