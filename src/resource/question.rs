/// A value that only AWS can judge: a version, whether it is on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The value's pointer, with elements of keyed lists by their key.
    pub at: String,
    /// What is asked, for the kind to understand. What is alike is asked once, whoever wants to know.
    pub about: Vec<String>,
}

impl Question {
    pub fn new(at: impl Into<String>, about: &[&str]) -> Self {
        Self { at: at.into(), about: about.iter().map(|part| (*part).to_owned()).collect() }
    }
}
