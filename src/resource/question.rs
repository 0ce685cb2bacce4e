/// A value that only AWS can judge: a version, whether it is on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The value's pointer, with elements of keyed lists by their key.
    pub at: String,
    /// The values to ask about, for the kind to understand. Equal questions are asked once.
    pub about: Vec<String>,
}

impl Question {
    pub fn new(at: impl Into<String>, about: &[&str]) -> Self {
        Self { at: at.into(), about: about.iter().map(|part| (*part).to_owned()).collect() }
    }
}
