use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The place of a resource in its stack: a CloudFormation type and a name, `AWS::EC2::VPC/main`.
///
/// Names are `[a-z0-9-]+`. An address is unique in its stack, across regions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    /// The CloudFormation type, `AWS::EC2::VPC`.
    pub kind: String,
    /// The name within the stack, `main`.
    pub name: String,
}

impl Address {
    /// Joins a type and a name; neither is checked.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into() }
    }

    /// Returns whether `name` may stand in an address: `[a-z0-9-]+`.
    pub fn is_name(name: &str) -> bool {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && Self::is_name(name) => Ok(Self::new(kind, name)),
            _ => Err(format!("`{text}` is not an address such as AWS::EC2::VPC/main (names are [a-z0-9-]+)")),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}
