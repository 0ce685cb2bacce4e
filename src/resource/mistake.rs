/// What is wrong with a specification, and where: AWS would refuse it, or take and ignore it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The JSON pointer of the property.
    pub path: String,
    /// What is wrong; a text that begins with its verb is about the property.
    pub text: String,
}

impl Mistake {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Those that are made: each with whether it is, where, and what is wrong.
    pub fn all<P: Into<String>, const N: usize>(checks: [(bool, P, &str); N]) -> impl Iterator<Item = Self> {
        let made = checks.into_iter().filter(|(is_made, ..)| *is_made);
        made.map(|(_, path, text)| Self::new(path, text))
    }

    /// Those numbers that are outside of what AWS takes: each with where it is, itself, the least and the most, in a unit
    /// (` days`, empty for none).
    pub fn outside<const N: usize>(ranges: [(&str, i32, i32, i32); N], unit: &str) -> impl Iterator<Item = Self> {
        let outside = ranges.into_iter().filter(|(_, value, least, most)| !(least..=most).contains(&value));
        outside.map(move |(path, value, least, most)| {
            Self::new(path, format!("is {value}, but has to be from {least} to {most}{unit}"))
        })
    }
}
