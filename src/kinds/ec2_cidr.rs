use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An address range in the form that EC2 gives back: `10.0.0.5/16` is `10.0.0.0/16`, and IPv6 is shortened.
///
/// What is no range (a reference that is not settled yet) is kept as it is; EC2 says what is wrong with the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String")]
pub struct Cidr(String);

impl Cidr {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Cidr {
    fn from(text: String) -> Self {
        Self(text.parse::<IpNet>().map_or(text, |range| range.trunc().to_string()))
    }
}

impl From<&str> for Cidr {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    #[test]
    fn ranges_are_canonical_and_references_untouched() {
        for (written, normal) in [
            ("10.0.0.5/16", "10.0.0.0/16"),
            ("2001:DB8:0:0::/32", "2001:db8::/32"),
            ("⟦AWS::EC2::VPC/main.CidrBlock⟧", "⟦AWS::EC2::VPC/main.CidrBlock⟧"),
        ] {
            assert_eq!(Cidr::from(written).as_str(), normal);
        }
    }
}
