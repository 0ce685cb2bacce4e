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

    /// Returns what is wrong with it as an IPv4 range, if anything; what is not known yet is right.
    pub fn mistake(&self) -> Option<String> {
        self.other_than(|range| matches!(range, IpNet::V4(_)), "range such as 10.20.0.0/16")
    }

    /// The same as an IPv6 range.
    pub fn mistake_six(&self) -> Option<String> {
        self.other_than(|range| matches!(range, IpNet::V6(_)), "IPv6 range such as 2001:db8::/32")
    }

    /// The same for the range of a network, /16 to /28.
    pub fn network_mistake(&self) -> Option<String> {
        match self.range() {
            Some(IpNet::V4(range)) if !(16..=28).contains(&range.prefix_len()) => {
                Some(format!("`{range}` is a /{}, and EC2 takes /16 to /28", range.prefix_len()))
            }
            _ => self.mistake(),
        }
    }

    /// The same for the range of a subnet, a /64.
    pub fn subnet_mistake_six(&self) -> Option<String> {
        match self.range() {
            Some(IpNet::V6(range)) if range.prefix_len() != 64 => {
                Some(format!("`{range}` is a /{}, and a subnet has a /64", range.prefix_len()))
            }
            _ => self.mistake_six(),
        }
    }

    fn range(&self) -> Option<IpNet> {
        self.0.parse().ok()
    }

    fn other_than(&self, is_of_family: fn(&IpNet) -> bool, what: &str) -> Option<String> {
        let is_known = !self.0.is_empty() && !self.0.contains(OPEN);
        let is_wrong = is_known && !self.range().as_ref().is_some_and(is_of_family);
        is_wrong.then(|| format!("`{}` is no {what}", self.0))
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
    fn a_range_is_of_the_family_that_its_property_is_for() {
        assert!(Cidr::from("2001:db8::/20").network_mistake().is_some());
        assert!(Cidr::from("::/0").mistake().is_some() && Cidr::from("0.0.0.0/0").mistake_six().is_some());
        assert!(Cidr::from("0.0.0.0/0").mistake().is_none() && Cidr::from("::/0").mistake_six().is_none());
        assert!(Cidr::from("2001:db8::/56").subnet_mistake_six().is_some_and(|what| what.contains("/64")));
        assert!(Cidr::from("10.0.0.0/24").subnet_mistake_six().is_some());
        assert!(Cidr::from("2001:db8::/64").subnet_mistake_six().is_none());
        assert!(Cidr::from("").mistake().is_none() && Cidr::from("").mistake_six().is_none());
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
