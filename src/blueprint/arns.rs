//! ARNs that can't be meant: of another partition, or of another region or account where only the own one will do.

use serde_json::Value;

use super::kinds::Known;
use super::place;
use crate::problem::Problem;
use crate::resource::{OPEN, Stack, partition, pointer};
use crate::template::Origins;

/// Keys may be another account's, if their policy says so.
const KEY: &str = "AWS::KMS::Key";

/// Returns a mistake for each ARN in a resource's properties that AWS would refuse there; `origins` are by index.
pub(super) fn mistakes(
    known: &Known<'_>,
    stack: &Stack,
    region: &str,
    raw: &Value,
    origins: &Origins,
    subject: &str,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    pointer::walk(raw, &mut |at, leaf| {
        let Some(text) = leaf.as_str().filter(|text| !text.contains(OPEN)) else { return };
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let ["arn", theirs, _, there, account, _] = parts.as_slice() else { return };
        let field = pointer::anywhere(at).rsplit('/').find(|step| *step != "*").unwrap_or_default().to_owned();
        let mut say = |what: String, hint: &str| {
            let what = format!("{subject}: `{field}` {what}");
            problems.push(Problem::error(place::of(origins, at), what).hint(hint));
        };
        let ours = partition(region);
        if *theirs != ours && !theirs.contains('*') {
            let what = format!("names the partition `{theirs}`, and {region} is in `{ours}`");
            say(what, "in a template, `{{ partition }}` is the right one");
        } else if let Some(kind) = known.shape.schema().ref_at(at) {
            if !there.is_empty() && *there != region {
                say(
                    format!("names a thing in {there}, and this is in {region}"),
                    "AWS takes one of the same region only",
                );
            }
            if !account.is_empty() && *account != stack.account && kind != KEY {
                let what = format!("names a thing of the account {account}, and this is of {}", stack.account);
                say(what, "AWS takes one of the same account only");
            }
        }
    });
    problems
}
