//! Elastic File System.

pub(super) mod access_point;
pub(super) mod file_system;

use aws_sdk_efs::types::{LifeCycleState, Tag};

use crate::aws::Writer;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Result, State, Tags};

/// What passes by itself while EFS is at work on a file system.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];

fn is_transient(failure: &Failure) -> bool {
    TRANSIENT.contains(&failure.class)
}

/// The state of a thing of EFS, which messages call `what`.
fn state(of: Option<&LifeCycleState>, what: &str) -> State {
    match of {
        Some(LifeCycleState::Available) => State::Ready,
        Some(LifeCycleState::Deleting | LifeCycleState::Deleted) => State::Deleting,
        Some(LifeCycleState::Error) => State::Failed(format!("EFS says error of {what}")),
        of => State::Settling(format!("{what} ({})", of.map_or("", LifeCycleState::as_str))),
    }
}

async fn retag(writer: &Writer, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = |tags: Vec<Tag>| writer.efs().tag_resource().resource_id(id).set_tags(Some(tags)).send();
    let remove = |keys| writer.efs().untag_resource().resource_id(id).set_tag_keys(Some(keys)).send();
    tag::change((set, unset), add, remove).await
}

/// The failure of an answer that lacks what was made.
fn empty(operation: &str) -> Failure {
    Failure::new(Class::Other, format!("{operation} returned nothing"))
}
