use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::OPEN;

/// An address range in the form that EC2 gives back: `10.0.0.5/16` is `10.0.0.0/16`, and IPv6 is shortened.
///
/// What is no range (a reference that is not settled yet) is kept as it is.
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

    /// Returns what is wrong with it, if anything; what is not known yet is right.
    pub fn mistake(&self) -> Option<String> {
        let is_known = !self.0.is_empty() && !self.0.contains(OPEN);
        (is_known && self.0.parse::<IpNet>().is_err()).then(|| format!("`{}` is no range such as 10.20.0.0/16", self.0))
    }

    /// The same for the range of a network, /16 to /28.
    pub fn network_mistake(&self) -> Option<String> {
        let prefix = self.0.parse::<IpNet>().map(|range| range.prefix_len());
        match prefix {
            Ok(16..=28) => None,
            Ok(length) => Some(format!("`{}` is a /{length}, and EC2 takes /16 to /28", self.0)),
            Err(_) => self.mistake(),
        }
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
    fn a_network_is_between_16_and_28_and_a_range_is_a_range() {
        assert!(Cidr::from("10.0.0.0/8").network_mistake().is_some());
        assert!(Cidr::from("10.0.0.0/29").network_mistake().is_some());
        assert!(Cidr::from("10.0.0.0").mistake().is_some());
        assert_eq!(Cidr::from("10.0.0.0/20").network_mistake(), None);
        assert_eq!(Cidr::from("⟦AWS::EC2::VPC/main.CidrBlock⟧").network_mistake(), None);
    }

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
