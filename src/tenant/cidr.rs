//! Address ranges of stacks: private, of a size that AWS takes, apart from each other.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::problem::Problem;
use crate::resource::StackId;
use crate::yaml::Placed;

/// RFC 1918, and RFC 6598's shared space, which large networks use when they have run out of the former.
const PRIVATE: [&str; 4] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
/// What a VPC may have.
const PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// Reads the range of a stack's VPC.
pub fn read(text: &Placed<String>) -> Result<Ipv4Net, Problem> {
    let wrong = |what: String, hint: String| Err(Problem::error(text.span.clone(), what).hint(hint));
    let Ok(range) = text.value.parse::<Ipv4Net>() else {
        return wrong(format!("`{}` is not an IPv4 range", text.value), "write it as 10.20.0.0/16".into());
    };
    if !PREFIXES.contains(&range.prefix_len()) {
        let size = if range.prefix_len() < *PREFIXES.start() { "large" } else { "small" };
        return wrong(
            format!("`{range}` is too {size} for a VPC"),
            format!("AWS takes /{} to /{}; /16 leaves room to grow", PREFIXES.start(), PREFIXES.end()),
        );
    }
    if range.trunc() != range {
        return wrong(
            format!("`{range}` is an address inside a range, not its beginning"),
            format!("did you mean `{}`?", range.trunc()),
        );
    }
    if !PRIVATE.iter().any(|private| private.parse::<Ipv4Net>().is_ok_and(|private| private.contains(&range))) {
        return wrong(format!("`{range}` is not private"), format!("choose a range inside {}", PRIVATE.join(", ")));
    }
    Ok(range)
}

/// Returns a problem for every range that overlaps an earlier one of the same tenant.
pub fn overlaps(ranges: &[(StackId, Placed<Ipv4Net>)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut earlier = BTreeMap::<&str, Vec<&(StackId, Placed<Ipv4Net>)>>::new();
    for this in ranges {
        let (stack, range) = this;
        let earlier = earlier.entry(&stack.tenant).or_default();
        for (other, taken) in earlier.iter().filter(|(_, taken)| overlap(&taken.value, &range.value)) {
            problems.push(
                Problem::error(
                    range.span.clone(),
                    format!("`{}` of {stack} overlaps `{}` of {other} ({})", range.value, taken.value, taken.span),
                )
                .hint("stacks of one tenant may be connected one day: give each a range of its own"),
            );
        }
        earlier.push(this);
    }
    problems
}

fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}
