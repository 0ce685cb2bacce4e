use std::fmt;

use serde::{Deserialize, Serialize};

/// No ARN and no address of a CI's run is longer.
const MOST: usize = 512;

/// Who acts: as people, AWS and a CI know them. Stands in leases and journals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// `user@host`.
    #[serde(rename = "who")]
    pub name: String,
    /// The ARN by which AWS knows the credentials; none if AWS was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The page of the CI's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_url: Option<String>,
}

impl Caller {
    /// The same without control characters, and nothing of it longer than it can be: it comes from variables, or was
    /// written by somebody else, and is shown on terminals.
    pub fn cleaned(self) -> Self {
        let clean = |text: String| -> String { text.chars().filter(|sign| !sign.is_control()).take(MOST).collect() };
        Self { name: clean(self.name), arn: self.arn.map(clean), run_url: self.run_url.map(clean) }
    }

    /// The page of the CI's run, the ARN: as far as they are known.
    pub fn details(&self) -> String {
        let known: Vec<&str> = [&self.run_url, &self.arn].into_iter().flatten().map(String::as_str).collect();
        known.join(" as ")
    }
}

/// Of whom nothing but the name is known.
impl From<&str> for Caller {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// `ada@laptop (https://ci.example/run/7 as arn:aws:sts::111122223333:assumed-role/provision-apply/x)`.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.details() {
            details if details.is_empty() => f.write_str(&self.name),
            details => write!(f, "{} ({details})", self.name),
        }
    }
}
