//! Settings that every account has: nobody makes or deletes one, and AWS can't tag them. Whose one is, its mark says.
//!
//! The mark is a parameter of Systems Manager in the same account and region, whose tags are the setting's. Systems Manager lets
//! one caller alone make it, so of two projects that want a setting the second is told who has it. Without a mark a setting is
//! nobody's, whatever its value: a create takes it over. What leaves the stack loses its mark and keeps its value, since a
//! guard that a deletion turns off is an open door (decision 29).

use std::future::Future;

use aws_sdk_ssm::types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, MINUTE, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{
    Bearer, Changes, Class, Failure, Found, Kept, Kind, Listing, Made, NameConflict, On, Result, Scope, Tags, Turn,
    Unmodelled, Unseen,
};

/// Where the marks are. No project can have a dot in its name, so no parameter of a stack is here.
pub(in crate::kinds) const MARKS: &str = "/provision.settings/";
/// How the tag index shows a mark.
pub(in crate::kinds) const INDEXED_AS: &str = "ssm:parameter/provision.settings/";
/// The calls for a mark, by verb, beside those for the setting.
pub(in crate::kinds) const READ: &str = "ssm:ListTagsForResource";
pub(in crate::kinds) const CREATE: [&str; 2] = ["ssm:PutParameter", "ssm:AddTagsToResource"];
pub(in crate::kinds) const RETAG: &[&str] = &["ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"];
pub(in crate::kinds) const DELETE: &str = "ssm:DeleteParameter";
/// On what a policy allows those: a mark is made once and never written over.
pub(in crate::kinds) const ON: [(&str, &[On]); 2] = [
    ("ssm:PutParameter", &[On::Any("parameter/provision.settings/*")]),
    ("ssm:AddTagsToResource", &[On::Ours, On::Untagged("parameter/*")]),
];
/// What passes by itself: Systems Manager takes one change of a parameter at a time.
const TRANSIENT: &[Class] = &[Class::Busy];
/// What somebody reads who comes upon a mark.
const TEXT: &str = "Its tags say which stack of provision looks after this setting of the account.";

/// What every setting has to refer to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// The parameter of Systems Manager whose tags say which stack looks after the setting.
    pub mark: String,
}

/// What was read of a setting.
pub(in crate::kinds) struct Read<S> {
    pub spec: S,
    pub unmodelled: Vec<Unmodelled>,
}

/// The calls in which settings differ. All else about them is here.
pub(in crate::kinds) trait Setting: Kind<Cloud = Aws, Outputs = Outputs> {
    /// What its mark is called: `ebs-encryption`.
    const NAME: &'static str;
    /// What messages call it: `EBS encryption by default`.
    const WHAT: &'static str;

    /// Reads its value, which is always there.
    fn read(reader: &Reader) -> impl Future<Output = Result<Read<Self::Spec>>> + Send;

    /// Sets what changes; none: all of it.
    fn write(writer: &Writer, spec: &Self::Spec, changes: Option<&Changes>) -> impl Future<Output = Result<()>> + Send;

    /// Prepares it for being left alone, and returns in words what it stays as.
    fn leave(writer: &Writer, spec: &Self::Spec) -> impl Future<Output = Result<String>> + Send;
}

fn mark<K: Setting>() -> String {
    format!("{MARKS}{}", K::NAME)
}

fn made<K: Setting>() -> Made<K> {
    Made::ready(mark::<K>(), Outputs { mark: mark::<K>() })
}

/// Reads whose it is and, if it is the scope's, its value.
pub(in crate::kinds) async fn list<K: Setting>(reader: &Reader, scope: &Scope) -> Result<Listing<K>> {
    let id = mark::<K>();
    let Some(tags) = tags(reader, &id).await? else { return Ok(Listing::default()) };
    if !scope.owns(&id, &tags) {
        let conflict = NameConflict { name: id.clone(), id, tags };
        return Ok(Listing { name_conflicts: vec![conflict], ..Listing::default() });
    }
    match K::read(reader).await {
        Ok(Read { spec, unmodelled }) => {
            let found = Found::ready(id.clone(), None, spec, Outputs { mark: id }, tags);
            Ok(Listing { found: vec![Found { unmodelled, ..found }], ..Listing::default() })
        }
        Err(failure) => Ok(Listing { unseen: vec![Unseen { id, tags: Some(tags), failure }], ..Listing::default() }),
    }
}

/// The tags of a mark; none: it is not there.
async fn tags(clients: &Clients, mark: &str) -> Result<Option<Tags>> {
    let call = clients.ssm().list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter);
    match call.resource_id(mark).send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::NotFound) => Ok(None),
        answer => Ok(Some(tag::read(answer?.tag_list()))),
    }
}

/// Makes the mark, then sets the value.
///
/// # Errors
/// [`Class::AlreadyExists`], naming the owner, if the mark is somebody else's: then nothing is set.
pub(in crate::kinds) async fn create<K: Setting>(writer: &Writer, spec: &K::Spec, ours: &Tags) -> Result<Made<K>> {
    let id = mark::<K>();
    writer.admit(&id);
    let call = writer.ssm().put_parameter().name(&id).value(TEXT).description(TEXT).overwrite(false);
    let call = call.r#type(ParameterType::String).tier(ParameterTier::Standard).set_tags(tag::write(ours));
    match retry_while(MINUTE, TRANSIENT, || call.clone().send()).await {
        Err(failure) if failure.is(Class::AlreadyExists) => {
            let theirs = tags(writer, &id).await?.ok_or(failure)?;
            ownership::adopt(&format!("the mark {id} of {}", K::WHAT), &theirs, ours)?;
        }
        answer => drop(answer?),
    }
    K::write(writer, spec, None).await?;
    Ok(made())
}

pub(in crate::kinds) async fn update<K: Setting>(
    writer: &Writer,
    spec: &K::Spec,
    changes: &Changes,
) -> Result<Turn<Made<K>>> {
    K::write(writer, spec, Some(changes)).await?;
    Ok(Turn::Done(made()))
}

pub(in crate::kinds) async fn retag<K: Setting>(
    writer: &Writer,
    bearer: &Bearer<'_, K>,
    set: &Tags,
    unset: &[String],
) -> Result<()> {
    let (ssm, of) = (writer.ssm(), ResourceTypeForTagging::Parameter);
    let add = |tags: Vec<Tag>| {
        let call = ssm.add_tags_to_resource().resource_type(of.clone()).resource_id(bearer.id).set_tags(Some(tags));
        retry_while(MINUTE, TRANSIENT, move || call.clone().send())
    };
    let remove = |keys| {
        let call = ssm.remove_tags_from_resource().resource_type(of.clone()).resource_id(bearer.id);
        let call = call.set_tag_keys(Some(keys));
        retry_while(MINUTE, TRANSIENT, move || call.clone().send())
    };
    tag::change((set, unset), add, remove).await
}

/// Takes the mark away and tells what the setting stays as.
pub(in crate::kinds) async fn delete<K: Setting>(writer: &Writer, live: &Found<K>) -> Result<Turn<Vec<Kept>>> {
    let why = K::leave(writer, &live.spec).await?;
    gone(writer.ssm().delete_parameter().name(&live.id).send().await)?;
    let id = K::WHAT.to_owned();
    let kept = Kept { what: "setting".to_owned(), id, why, costs: false, is_itself: false, stays: false };
    Ok(Turn::Done(vec![kept]))
}
