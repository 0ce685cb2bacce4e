use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SecurityGroup;
use crate::kinds::ec2::cidr::Cidr;
use crate::kinds::ec2::is_blank;
use crate::kinds::shared::text::given;
use crate::resource::normal::Set;
use crate::resource::{OPEN, Ref};

/// What may come in: one protocol, one range of ports, one source, as in `SecurityGroupIngress`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Ingress {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol's number, or `-1` for all.
    pub ip_protocol: String,
    /// The first port; with ICMP the type, -1 for all. Only TCP, UDP and ICMP have ports; with others EC2 ignores them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The last port; with ICMP the code, -1 for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    #[serde(default, skip_serializing_if = "Cidr::is_empty")]
    pub cidr_ip: Cidr,
    #[serde(default, skip_serializing_if = "Cidr::is_empty")]
    pub cidr_ipv6: Cidr,
    #[serde(default, skip_serializing_if = "is_blank")]
    pub source_security_group_id: Ref<SecurityGroup>,
    /// The account of a group that is not this account's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_security_group_owner_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_prefix_list_id: String,
    #[serde(default)]
    pub description: String,
}

/// What may go out: one protocol, one range of ports, one destination, as in `SecurityGroupEgress`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Egress {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol's number, or `-1` for all.
    pub ip_protocol: String,
    /// The first port; with ICMP the type, -1 for all. Only TCP, UDP and ICMP have ports; with others EC2 ignores them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The last port; with ICMP the code, -1 for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    #[serde(default, skip_serializing_if = "Cidr::is_empty")]
    pub cidr_ip: Cidr,
    #[serde(default, skip_serializing_if = "Cidr::is_empty")]
    pub cidr_ipv6: Cidr,
    #[serde(default, skip_serializing_if = "is_blank")]
    pub destination_security_group_id: Ref<SecurityGroup>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub destination_prefix_list_id: String,
    #[serde(default)]
    pub description: String,
}

/// Rules in which order means nothing, each in normal form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<R>", bound(deserialize = "R: Ord + Clone + Into<Rule> + From<Rule> + Deserialize<'de>"))]
#[schemars(extend("x-set" = true))]
pub struct Rules<R: Ord>(Set<R>);

impl<R: Ord> Default for Rules<R> {
    fn default() -> Self {
        Self(Set::default())
    }
}

impl<R: Ord + Into<Rule> + From<Rule>> From<Vec<R>> for Rules<R> {
    fn from(written: Vec<R>) -> Self {
        written.into_iter().map(Into::into).collect()
    }
}

impl<R: Ord + From<Rule>> FromIterator<Rule> for Rules<R> {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        Self(rules.into_iter().map(|rule| R::from(rule.normal())).collect())
    }
}

impl<R: Ord + Clone + Into<Rule>> Rules<R> {
    /// The rules, whichever way they go.
    pub fn all(&self) -> Vec<Rule> {
        self.0.iter().cloned().map(Into::into).collect()
    }
}

/// How many rules count, of the direction and the address family that has the most: the quota is for each of them. A group and a
/// prefix list count for both families; of a prefix list its entries count, which only AWS knows: one at least.
pub(super) fn most_rules(spec: &Value) -> f64 {
    let is_of = |rule: &Value, family: &str| rule[family].as_str().is_some_and(|range| !range.is_empty());
    let counted = |direction: &str, other: &str| {
        let rules = spec[direction].as_array().map(Vec::as_slice).unwrap_or_default();
        rules.iter().filter(|rule| !is_of(rule, other)).count()
    };
    let directions = ["SecurityGroupIngress", "SecurityGroupEgress"];
    let most =
        directions.iter().map(|direction| counted(direction, "CidrIp").max(counted(direction, "CidrIpv6"))).max();
    most.unwrap_or_default() as f64
}

/// A rule without its direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub protocol: String,
    pub from_port: Option<i32>,
    pub to_port: Option<i32>,
    pub cidr: Cidr,
    pub cidr_six: Cidr,
    pub group: Ref<SecurityGroup>,
    pub group_owner: String,
    pub prefix_list: String,
    pub description: String,
}

impl Rule {
    /// What EC2 puts into every new group: everything may go out.
    pub fn allow_all() -> Self {
        Self { protocol: "-1".into(), cidr: "0.0.0.0/0".into(), ..Self::default() }
    }

    /// What EC2 puts into one of a VPC with a range of IPv6 beside that.
    pub fn allow_all_ipv6() -> Self {
        Self { protocol: "-1".into(), cidr_six: "::/0".into(), ..Self::default() }
    }

    /// The form in which EC2 gives rules back: known protocols by name, ports only where there are any, the owner only of
    /// others' groups.
    pub fn normal(mut self) -> Self {
        self.protocol = match self.protocol.to_ascii_lowercase().as_str() {
            "6" => "tcp".to_owned(),
            "17" => "udp".to_owned(),
            "1" => "icmp".to_owned(),
            "58" => "icmpv6".to_owned(),
            "all" => "-1".to_owned(),
            other => other.to_owned(),
        };
        if !self.has_ports() {
            (self.from_port, self.to_port) = (None, None);
        } else if self.protocol == "icmpv6" {
            // All types and codes, if none is said.
            self.from_port = self.from_port.or(Some(-1));
            self.to_port = self.to_port.or(Some(-1));
        }
        // A group of the stack's own is in its account.
        if self.group.as_str().contains(OPEN) {
            self.group_owner.clear();
        }
        self
    }

    fn has_ports(&self) -> bool {
        ["tcp", "udp", "icmp", "icmpv6"].contains(&self.protocol.as_str())
    }

    /// Returns whether EC2 takes the two for one rule; descriptions do not count.
    pub fn is_same(&self, other: &Self) -> bool {
        let key = |rule: &Self| Self { description: String::new(), group_owner: String::new(), ..rule.clone() };
        key(self) == key(other)
    }

    /// Returns what is wrong with it, if anything.
    pub fn mistake(&self) -> Option<&'static str> {
        let peers = [
            self.cidr.is_empty(),
            self.cidr_six.is_empty(),
            self.group.as_str().is_empty(),
            self.prefix_list.is_empty(),
        ];
        match peers.iter().filter(|is_empty| !**is_empty).count() {
            0 => return Some("says nothing of whom it admits: a range, a security group or a prefix list"),
            1 => {}
            _ => return Some("admits several: write one rule for each"),
        }
        if !self.has_ports() && self.protocol != "-1" && self.protocol.parse::<u8>().is_err() {
            return Some(
                "is of no protocol that EC2 knows: tcp, udp, icmp, icmpv6, a number from 0 to 255, or -1 for all",
            );
        }
        match (self.from_port, self.to_port) {
            (Some(from), Some(to)) if self.protocol.starts_with(['t', 'u']) => {
                let is_port = |port| (0..=65535).contains(&port);
                match (is_port(from) && is_port(to), from > to) {
                    (false, _) => Some("has a port that is none: all ports are 0 to 65535"),
                    (true, true) => Some("FromPort is above ToPort"),
                    _ => None,
                }
            }
            (Some(-1), Some(code)) if code != -1 && self.has_ports() => {
                Some("is for all types of ICMP, FromPort -1: then ToPort, the code, is -1 as well")
            }
            (Some(_), Some(_)) => None,
            _ if self.has_ports() => Some("needs FromPort and ToPort"),
            _ => None,
        }
    }

    /// The rule as EC2 takes it. Revoking goes without the description, which is no part of a rule's identity.
    pub fn permission(&self) -> IpPermission {
        let text = given(&self.description);
        let mut permission =
            IpPermission::builder().ip_protocol(&self.protocol).set_from_port(self.from_port).set_to_port(self.to_port);
        if let Some(range) = given(self.cidr.as_str()) {
            let range = IpRange::builder().cidr_ip(range).set_description(text.clone());
            permission = permission.ip_ranges(range.build());
        }
        if let Some(range) = given(self.cidr_six.as_str()) {
            let range = Ipv6Range::builder().cidr_ipv6(range).set_description(text.clone());
            permission = permission.ipv6_ranges(range.build());
        }
        if let Some(group) = given(self.group.as_str()) {
            let pair = UserIdGroupPair::builder().group_id(group).set_user_id(given(&self.group_owner));
            permission = permission.user_id_group_pairs(pair.set_description(text.clone()).build());
        }
        if let Some(list) = given(&self.prefix_list) {
            let list = PrefixListId::builder().prefix_list_id(list).set_description(text);
            permission = permission.prefix_list_ids(list.build());
        }
        permission.build()
    }

    #[must_use]
    pub fn without_description(&self) -> Self {
        Self { description: String::new(), ..self.clone() }
    }
}

/// Returns what EC2 refuses of a description: other than these letters, or more than 255 of them
/// (docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html).
pub fn odd(description: &str) -> Option<String> {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if let Some(odd) = description.chars().find(|c| !is_taken(*c)) {
        return Some(format!("`{odd}` in a description; EC2 takes letters, digits and ._-:/()#,@[]+=&;{{}}!$*"));
    }
    let length = description.len();
    (length > 255).then(|| format!("a description of {length} letters, and EC2 takes 255"))
}

/// Takes apart what EC2 groups by protocol and ports; `account` is the group's own.
pub fn flatten(permissions: &[IpPermission], account: &str) -> Vec<Rule> {
    permissions.iter().flat_map(|permission| flatten_one(permission, account)).collect()
}

fn flatten_one(permission: &IpPermission, account: &str) -> Vec<Rule> {
    let rule = |description: Option<&str>| Rule {
        protocol: permission.ip_protocol().unwrap_or("-1").to_owned(),
        from_port: permission.from_port(),
        to_port: permission.to_port(),
        description: description.unwrap_or_default().to_owned(),
        ..Rule::default()
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let ranges = permission
        .ip_ranges()
        .iter()
        .map(|range| Rule { cidr: text(range.cidr_ip()).into(), ..rule(range.description()) });
    let six = permission
        .ipv6_ranges()
        .iter()
        .map(|range| Rule { cidr_six: text(range.cidr_ipv6()).into(), ..rule(range.description()) });
    let groups = permission.user_id_group_pairs().iter().map(|pair| Rule {
        group: text(pair.group_id()).into(),
        group_owner: text(pair.user_id().filter(|owner| *owner != account)),
        ..rule(pair.description())
    });
    let lists = permission
        .prefix_list_ids()
        .iter()
        .map(|list| Rule { prefix_list: text(list.prefix_list_id()), ..rule(list.description()) });
    ranges.chain(six).chain(groups).chain(lists).collect()
}

impl From<Ingress> for Rule {
    fn from(rule: Ingress) -> Self {
        Self {
            protocol: rule.ip_protocol,
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr: rule.cidr_ip,
            cidr_six: rule.cidr_ipv6,
            group: rule.source_security_group_id,
            group_owner: rule.source_security_group_owner_id,
            prefix_list: rule.source_prefix_list_id,
            description: rule.description,
        }
    }
}

impl From<Rule> for Ingress {
    fn from(rule: Rule) -> Self {
        Self {
            ip_protocol: rule.protocol,
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr_ip: rule.cidr,
            cidr_ipv6: rule.cidr_six,
            source_security_group_id: rule.group,
            source_security_group_owner_id: rule.group_owner,
            source_prefix_list_id: rule.prefix_list,
            description: rule.description,
        }
    }
}

impl From<Egress> for Rule {
    fn from(rule: Egress) -> Self {
        Self {
            protocol: rule.ip_protocol,
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr: rule.cidr_ip,
            cidr_six: rule.cidr_ipv6,
            group: rule.destination_security_group_id,
            group_owner: String::new(),
            prefix_list: rule.destination_prefix_list_id,
            description: rule.description,
        }
    }
}

impl From<Rule> for Egress {
    fn from(rule: Rule) -> Self {
        Self {
            ip_protocol: rule.protocol,
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr_ip: rule.cidr,
            cidr_ipv6: rule.cidr_six,
            destination_security_group_id: rule.group,
            destination_prefix_list_id: rule.prefix_list,
            description: rule.description,
        }
    }
}
