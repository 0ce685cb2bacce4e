//! The regions and their zones.

use crate::problem::{Problem, suggest};
use crate::yaml::Placed;

/// Zone ids by region, in the order in which templates use them.
///
/// Ids, not names: names (`us-east-1a`) are shuffled per account. Source: AWS's page "AWS Availability Zones"
/// (docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html), compared in November 2026.
/// Zones that AWS no longer or not yet offers to every account come last or are left out: us-east-1's az3 has no newer
/// instance types, us-west-1 shows newer accounts two of its three zones, ap-northeast-1's az3 is closed to newer accounts,
/// eu-west-2's az4 is new. A zone never changes its place here: subnets stand by it.
const ZONES: &[(&str, &[&str])] = &[
    ("af-south-1", &["afs1-az1", "afs1-az2", "afs1-az3"]),
    ("ap-east-1", &["ape1-az1", "ape1-az2", "ape1-az3"]),
    ("ap-east-2", &["ape2-az1", "ape2-az2", "ape2-az3"]),
    ("ap-northeast-1", &["apne1-az1", "apne1-az2", "apne1-az4"]),
    ("ap-northeast-2", &["apne2-az1", "apne2-az2", "apne2-az3", "apne2-az4"]),
    ("ap-northeast-3", &["apne3-az1", "apne3-az2", "apne3-az3"]),
    ("ap-south-1", &["aps1-az1", "aps1-az2", "aps1-az3"]),
    ("ap-south-2", &["aps2-az1", "aps2-az2", "aps2-az3"]),
    ("ap-southeast-1", &["apse1-az1", "apse1-az2", "apse1-az3"]),
    ("ap-southeast-2", &["apse2-az1", "apse2-az2", "apse2-az3"]),
    ("ap-southeast-3", &["apse3-az1", "apse3-az2", "apse3-az3"]),
    ("ap-southeast-4", &["apse4-az1", "apse4-az2", "apse4-az3"]),
    ("ap-southeast-5", &["apse5-az1", "apse5-az2", "apse5-az3"]),
    ("ap-southeast-6", &["apse6-az1", "apse6-az2", "apse6-az3"]),
    ("ap-southeast-7", &["apse7-az1", "apse7-az2", "apse7-az3"]),
    ("ca-central-1", &["cac1-az1", "cac1-az2", "cac1-az4"]),
    ("ca-west-1", &["caw1-az1", "caw1-az2", "caw1-az3"]),
    ("cn-north-1", &["cnn1-az1", "cnn1-az2"]),
    ("cn-northwest-1", &["cnnw1-az1", "cnnw1-az2", "cnnw1-az3"]),
    ("eu-central-1", &["euc1-az1", "euc1-az2", "euc1-az3"]),
    ("eu-central-2", &["euc2-az1", "euc2-az2", "euc2-az3"]),
    ("eu-north-1", &["eun1-az1", "eun1-az2", "eun1-az3"]),
    ("eu-south-1", &["eus1-az1", "eus1-az2", "eus1-az3"]),
    ("eu-south-2", &["eus2-az1", "eus2-az2", "eus2-az3"]),
    ("eu-west-1", &["euw1-az1", "euw1-az2", "euw1-az3"]),
    ("eu-west-2", &["euw2-az1", "euw2-az2", "euw2-az3", "euw2-az4"]),
    ("eu-west-3", &["euw3-az1", "euw3-az2", "euw3-az3"]),
    ("il-central-1", &["ilc1-az1", "ilc1-az2", "ilc1-az3"]),
    ("me-central-1", &["mec1-az1", "mec1-az2", "mec1-az3"]),
    ("me-south-1", &["mes1-az1", "mes1-az2", "mes1-az3"]),
    ("mx-central-1", &["mxc1-az1", "mxc1-az2", "mxc1-az3"]),
    ("sa-east-1", &["sae1-az1", "sae1-az2", "sae1-az3"]),
    ("us-east-1", &["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6", "use1-az3"]),
    ("us-east-2", &["use2-az1", "use2-az2", "use2-az3"]),
    ("us-gov-east-1", &["usge1-az1", "usge1-az2", "usge1-az3"]),
    ("us-gov-west-1", &["usgw1-az1", "usgw1-az2", "usgw1-az3"]),
    ("us-west-1", &["usw1-az1", "usw1-az3"]),
    ("us-west-2", &["usw2-az1", "usw2-az2", "usw2-az3", "usw2-az4"]),
];

/// Returns the zone ids of a region, if it is known.
pub fn zones(region: &str) -> Option<&'static [&'static str]> {
    ZONES.iter().find(|(name, _)| *name == region).map(|(_, zones)| *zones)
}

/// Returns the names of all known regions.
pub fn names() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(|(name, _)| *name)
}

/// What the names of regions are made of: `eu-central-2`, `us-gov-east-1`, `eusc-de-east-1`. AWS opens new ones.
pub const SHAPE: &str = "^[a-z]{2,4}(-gov|-iso[a-z]?|-de)?-(north|south)?(east|west|central)?-[1-9]$";

/// Returns the problem of a region that does not exist, or that was not there when this list was made: that is only said,
/// since the first call to it tells.
pub fn check(region: &Placed<String>) -> Option<Problem> {
    let name = &region.value;
    if zones(name).is_some() {
        return None;
    }
    let problem = if has_shape(name) {
        Problem::warning(region.span.clone(), format!("the region `{name}` is not known here"))
    } else {
        Problem::error(region.span.clone(), format!("there is no region `{name}`"))
    };
    Some(problem.hint(suggest(name, names())))
}

/// Whether a name is what [`SHAPE`] says.
fn has_shape(name: &str) -> bool {
    let mut parts: Vec<_> = name.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let direction = parts.pop().unwrap_or_default();
    let place = parts.first().copied().unwrap_or_default();
    let is_inner = |part: &str| matches!(part, "gov" | "de") || (part.starts_with("iso") && part.len() <= 4);
    let is_direction = {
        let rest = direction.strip_prefix("north").or_else(|| direction.strip_prefix("south")).unwrap_or(direction);
        !direction.is_empty() && matches!(rest, "" | "east" | "west" | "central")
    };
    (2..=4).contains(&place.len())
        && place.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.len() <= 2
        && parts.iter().skip(1).all(|part| is_inner(part))
        && is_direction
        && number.len() == 1
        && matches!(number.as_bytes()[0], b'1'..=b'9')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_every_partition_and_new_ones_have_the_shape_and_slips_have_not() {
        let others = ["us-east-3", "ca-west-2", "us-gov-west-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"];
        for name in names().chain(others) {
            assert!(has_shape(name), "{name}");
        }
        for name in
            ["us-esat-1", "eu-west", "eu-west-", "useast-1", "us-east-1a", "us--1", "eu-west-10", "EU-west-1", ""]
        {
            assert!(!has_shape(name), "{name}");
        }
    }
}
