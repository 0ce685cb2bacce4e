use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::pretty;
use crate::resource::Permissions;

/// Who the policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// plan, diff, show.
    Read,
    /// apply, destroy.
    Write,
}

/// The IAM policy that a role needs for these kinds.
///
/// `own` are the actions that the program needs beside the kinds' (tag index, survey); `bucket` is where leases and
/// journals live, if that is a bucket.
pub fn policy_json(kinds: &[Permissions], own: &[&str], role: Role, bucket: Option<&str>) -> String {
    let read: BTreeSet<&str> = kinds.iter().flat_map(|kind| kind.read).chain(own).copied().collect();
    let mut statements = vec![statement("Read", &read)];
    if role == Role::Write {
        let verbs =
            kinds.iter().flat_map(|kind| [kind.create, kind.update, kind.retag, kind.delete]).flatten().copied();
        let write: BTreeSet<&str> = verbs.filter(|action| !read.contains(action)).collect();
        statements.push(statement("Write", &write));
        if let Some(bucket) = bucket {
            statements.extend(lease_statements(bucket));
        }
    }
    pretty(&json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn statement(name: &str, actions: &BTreeSet<&str>) -> Value {
    json!({ "Sid": name, "Effect": "Allow", "Action": actions, "Resource": "*" })
}

fn lease_statements(bucket: &str) -> [Value; 2] {
    [
        json!({
            "Sid": "Leases", "Effect": "Allow",
            "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }),
        json!({
            "Sid": "LeaseBucket", "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": format!("arn:aws:s3:::{bucket}"),
        }),
    ]
}
