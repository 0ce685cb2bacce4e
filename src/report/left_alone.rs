//! What `--only` leaves for another apply.

use super::document::word;
use super::style::count;
use crate::plan::{Cause, LeftAlone, Plan};

/// `2 drifted fields, 1 resource to create`; none if nothing is left.
pub(super) fn left_alone(plan: &Plan) -> Option<String> {
    let all: Vec<_> = plan.stacks.iter().flat_map(|stack| &stack.left_alone).collect();
    let mut kinds: Vec<_> = all.iter().map(|left| what(left)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let counted = kinds.iter().map(|kind| count(all.iter().filter(|left| what(left) == *kind).count(), kind));
    (!all.is_empty()).then(|| counted.collect::<Vec<_>>().join(", "))
}

/// `AWS::EC2::SecurityGroup/alb/SecurityGroupIngress  drift`
pub(super) fn left_line(left: &LeftAlone) -> String {
    let LeftAlone { address, path, cause } = left;
    format!("{address}{}  {}", path.as_deref().unwrap_or_default(), word(cause))
}

/// The sort of a difference, as one of it is counted.
fn what(left: &LeftAlone) -> &'static str {
    match (&left.path, left.cause) {
        (Some(_), Cause::Drift) => "drifted field",
        (Some(_), Cause::Unknown) => "unexplained field",
        (Some(_), _) => "YAML field",
        (None, Cause::New) => "creation",
        (None, Cause::Removed | Cause::Superseded) => "deletion",
        (None, _) => "replacement",
    }
}
