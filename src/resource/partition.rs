//! AWS's partitions: worlds apart, each with its own accounts, regions and beginning of ARNs.

/// One partition, by what the names of its regions begin with.
struct Partition {
    name: &'static str,
    prefix: &'static str,
    /// The region that answers for what belongs to none, and is always there.
    home: &'static str,
}

/// All but the commercial one, longer prefixes first. Source: botocore's `partitions.json`, November 2026.
const PARTITIONS: &[Partition] = &[
    Partition { name: "aws-cn", prefix: "cn-", home: "cn-north-1" },
    Partition { name: "aws-us-gov", prefix: "us-gov-", home: "us-gov-west-1" },
    Partition { name: "aws-eusc", prefix: "eusc-", home: "eusc-de-east-1" },
    Partition { name: "aws-iso", prefix: "us-iso-", home: "us-iso-east-1" },
    Partition { name: "aws-iso-b", prefix: "us-isob-", home: "us-isob-east-1" },
    Partition { name: "aws-iso-e", prefix: "eu-isoe-", home: "eu-isoe-west-1" },
    Partition { name: "aws-iso-f", prefix: "us-isof-", home: "us-isof-south-1" },
];

const COMMERCIAL: Partition = Partition { name: "aws", prefix: "", home: "us-east-1" };

fn of(region: &str) -> &'static Partition {
    PARTITIONS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&COMMERCIAL)
}

/// Returns the partition of a region: what its ARNs begin with.
pub fn partition(region: &str) -> &'static str {
    of(region).name
}

/// Returns the region of a region's partition in which what belongs to no region is kept.
pub fn home(region: &str) -> &'static str {
    of(region).home
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_the_partition_that_its_name_begins_with() {
        for (region, name, global) in [
            ("eu-west-1", "aws", "us-east-1"),
            ("us-gov-east-1", "aws-us-gov", "us-gov-west-1"),
            ("cn-northwest-1", "aws-cn", "cn-north-1"),
            ("us-isob-west-1", "aws-iso-b", "us-isob-east-1"),
            ("us-iso-west-1", "aws-iso", "us-iso-east-1"),
            ("eusc-de-east-1", "aws-eusc", "eusc-de-east-1"),
        ] {
            assert_eq!((partition(region), home(region)), (name, global), "{region}");
        }
    }
}
