/// Something that others can attach to a thing of ours, where no tag of ours stands on it, and how that is told.
#[derive(Clone, Copy, Debug)]
pub struct Attachable {
    /// The CloudFormation type, or AWS's word where it has none.
    pub what: &'static str,
    pub detection: Detection,
}

/// How a plan shows the things that others have attached.
#[derive(Clone, Copy, Debug)]
pub enum Detection {
    /// This property holds all that is there, so that more of it is drift.
    Compared(&'static str),
    /// It is drift in words, at this pointer: no template can say it.
    Noted(&'static str),
    /// It is unmanaged, below this list of [`additive`](super::Facts::additive).
    Additive(&'static str),
    /// It is unmanaged, as the list of its own kind sees it ([`Listing::attached`](super::Listing)).
    Listed,
    /// It is unmanaged where one looks for that: in `diff`, and before a network goes.
    Surveyed,
    /// It is not told, and why.
    Left(&'static str),
}

/// A thing that others have attached to what may be ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attached {
    pub id: String,
    /// The id of what it stands on.
    pub host: String,
}

impl Attachable {
    /// A thing that is detected in this way.
    pub const fn new(what: &'static str, detection: Detection) -> Self {
        Self { what, detection }
    }
}
