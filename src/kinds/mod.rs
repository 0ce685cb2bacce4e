//! One file per AWS resource type.
//!
//! Adding a kind is its file and two lines here. Everything else about kinds (docs, schema, permissions, tests) is
//! derived from [`KINDS`].

mod acm_certificate;
mod ec2;
mod ec2_vpc;
mod iam_role;
mod idempotence;
mod kms_key;
mod logs_log_group;

use crate::aws::Aws;
use crate::resource::AnyKind;

/// Every kind, sorted by type.
pub static KINDS: &[&dyn AnyKind<Aws>] = &[&acm_certificate::Certificate, &ec2_vpc::Vpc];
