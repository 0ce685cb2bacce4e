//! The name of a bucket: in the namespace of its account and region it has an ending, which the engine does not know.

/// CloudFormation's word for that namespace, and S3's.
pub(super) const ACCOUNT_REGIONAL: &str = "account-regional";
/// That of all accounts.
pub(super) const GLOBAL: &str = "global";
/// The most characters of a name without its ending: S3 takes 63, and the ending of the longest region has 31
/// (`-123456789012-ap-southeast-1-an`).
pub(super) const MOST: usize = 32;

/// The name that S3 knows it by
/// (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, "Account regional namespace naming rules").
pub(super) fn with_ending(name: &str, namespace: &str, account: &str, region: &str) -> String {
    let ending = ending(account, region);
    if namespace == ACCOUNT_REGIONAL && !name.ends_with(&ending) { format!("{name}{ending}") } else { name.to_owned() }
}

/// The name that the engine knows it by, and its namespace: no name of the other one may end so.
pub(super) fn without_ending<'a>(name: &'a str, account: &str, region: &str) -> (&'a str, &'static str) {
    let stem = name.strip_suffix(&ending(account, region));
    stem.map_or((name, GLOBAL), |stem| (stem, ACCOUNT_REGIONAL))
}

fn ending(account: &str, region: &str) -> String {
    format!("-{account}-{region}-an")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_regional_name_has_its_ending_once() {
        let full = with_ending("acme-production-media", ACCOUNT_REGIONAL, "123456789012", "us-east-1");
        assert_eq!(full, "acme-production-media-123456789012-us-east-1-an");
        assert_eq!(with_ending(&full, ACCOUNT_REGIONAL, "123456789012", "us-east-1"), full);
        let told = |name| without_ending(name, "123456789012", "us-east-1");
        assert_eq!(told(&full), ("acme-production-media", ACCOUNT_REGIONAL));
        assert_eq!(told("acme-production-media"), ("acme-production-media", GLOBAL));
        assert_eq!(told("media-999999999999-us-east-1-an").1, GLOBAL, "it is another account's, and none of ours");
    }

    #[test]
    fn the_longest_name_fits_in_every_region() {
        let name = "a".repeat(MOST);
        assert!(with_ending(&name, ACCOUNT_REGIONAL, "123456789012", "ap-southeast-1").len() <= 63);
    }
}
