use super::home;

/// Of what AWS has one alone, whoever made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sole {
    /// One in each region of an account: GuardDuty's detector, the defaults of EC2.
    OfRegion,
    /// One in each account. Whose it is stands in the account's home region alone, so that two stacks meet there.
    OfAccount,
}

impl Sole {
    /// The region in which one of a stack's region has to be kept; none: in any.
    pub fn kept_in(self, region: &str) -> Option<&'static str> {
        match self {
            Self::OfRegion => None,
            Self::OfAccount => Some(home(region)),
        }
    }
}
