//! Kinds of services that list names without tags: the listed things, whose they are, and a create that meets a name in use.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::aws::{Aws, Clients, Reader, TagIndex, Writer};
use crate::kinds::shared::ownership;
use crate::resource::{Class, Failure, Found, InUse, Kind, Listing, Made, NameConflict, Result, Scope, Tags, Unseen};

/// One thing as a list tells it; only its own tags tell whose it is.
pub(in crate::kinds) struct Listed<T> {
    pub id: String,
    pub name: String,
    pub arn: String,
    /// What the bulk read said of it.
    pub summary: T,
    /// Whether that says that it is being deleted: then what is not found of it is gone.
    pub is_deleting: bool,
}

impl<T> Listed<T> {
    /// One whose id is its name; none if the list tells no name or ARN.
    pub fn named(name: Option<impl Into<String>>, arn: Option<impl Into<String>>, summary: T) -> Option<Self> {
        let (name, arn) = (name?.into(), arn?.into());
        Some(Self { id: name.clone(), name, arn, summary, is_deleting: false })
    }

    /// One whose id is its ARN.
    pub fn by_arn(name: Option<impl Into<String>>, arn: Option<impl Into<String>>, summary: T) -> Option<Self> {
        let named = Self::named(name, arn, summary)?;
        Some(Self { id: named.arn.clone(), ..named })
    }
}

/// The reads in which kinds differ whose lists tell no tags. All else about finding them is here.
pub(in crate::kinds) trait Named: Kind<Cloud = Aws> {
    /// What the bulk reads tell of one.
    type Summary: Send + Sync;

    /// Returns everything of this kind that there is, to the last page.
    fn all(reader: &Reader, scope: &Scope) -> impl Future<Output = Result<Vec<Listed<Self::Summary>>>> + Send;

    /// Returns what the tag index knows of the scope's stacks.
    fn index(reader: &Reader, scope: &Scope) -> impl Future<Output = Result<Arc<TagIndex>>> + Send {
        reader.tag_index(scope)
    }

    /// Returns whether the tags of one are worth reading: it has a name of ours, is asked for, or the tag index knows it.
    fn may_be_ours(scope: &Scope, index: &TagIndex, one: &Listed<Self::Summary>) -> bool {
        let max = Self::FACTS.name.max();
        scope.may_own(&one.name, max) || scope.requests(&one.arn) || index.get(&one.arn).is_some()
    }

    /// Returns the tags of one; the index serves where its service does not tell for now.
    fn tags(
        clients: &Clients,
        one: &Listed<Self::Summary>,
        index: &TagIndex,
    ) -> impl Future<Output = Result<Tags>> + Send;

    /// Reads the details of one that is the scope's.
    fn read(
        reader: &Reader,
        one: Listed<Self::Summary>,
        tags: Tags,
    ) -> impl Future<Output = Result<Found<Self>>> + Send;
}

/// Counts what there is in the account and region, whoever made it; for kinds whose [`Named::all`] asks nothing of the scope.
pub(in crate::kinds) async fn count<K: Named>(reader: &Reader) -> Result<InUse> {
    Ok(InUse::count(K::all(reader, &Scope::default()).await?.len()))
}

/// The reads by which a create finds out whose the thing is that has its name.
pub(in crate::kinds) trait Adopted: Named {
    /// What messages call one: `the IP set`.
    const WHAT: &'static str;

    /// Returns the one that has a name now.
    fn at(
        writer: &Writer,
        name: &str,
        spec: &Self::Spec,
    ) -> impl Future<Output = Result<Option<Listed<Self::Summary>>>> + Send;

    /// Returns what a create leaves behind that met this one and found it ours.
    fn made(
        writer: &Writer,
        one: Listed<Self::Summary>,
        spec: &Self::Spec,
    ) -> impl Future<Output = Result<Made<Self>>> + Send;
}

/// What came of looking at one.
pub(in crate::kinds) enum Sight<K: Kind> {
    Ours(Found<K>),
    Foreign(NameConflict),
    Unseen(Unseen),
    /// It was leaving, and is gone.
    Gone,
}

/// What a kind's list says of all that it has looked at.
pub(in crate::kinds) fn listing<K: Kind>(sights: impl IntoIterator<Item = Sight<K>>) -> Listing<K> {
    let mut listing = Listing::default();
    for sight in sights {
        match sight {
            Sight::Ours(found) => listing.found.push(found),
            Sight::Foreign(conflict) => listing.name_conflicts.push(conflict),
            Sight::Unseen(unseen) => listing.unseen.push(unseen),
            Sight::Gone => {}
        }
    }
    listing
}

/// Lists a kind: of all that there is, what has a name of ours or is known to the tag index is looked at.
pub(in crate::kinds) async fn list<K: Named>(reader: &Reader, scope: &Scope) -> Result<Listing<K>> {
    let (all, index) = tokio::try_join!(K::all(reader, scope), K::index(reader, scope))?;
    let candidates = all.into_iter().filter(|one| K::may_be_ours(scope, &index, one));
    Ok(listing(join_all(candidates.map(|one| look::<K>(reader, scope, &index, one))).await))
}

/// Reads the tags of a listed thing, then its details if it is the scope's. What fails for one stays unseen for that one; also
/// what is not found, since a list has just shown it.
async fn look<K: Named>(reader: &Reader, scope: &Scope, index: &TagIndex, one: Listed<K::Summary>) -> Sight<K> {
    let (id, is_deleting) = (one.id.clone(), one.is_deleting);
    let unseen = |id, tags, failure: Failure| match failure.class {
        Class::NotFound if is_deleting => Sight::Gone,
        _ => Sight::Unseen(Unseen { id, tags, failure }),
    };
    let told = match index.believed(&one.arn) {
        Some(tags) => Ok(tags.clone()),
        None => K::tags(reader, &one, index).await,
    };
    let tags = match told {
        Ok(tags) if scope.owns(&id, &tags) || scope.requests(&one.arn) => tags,
        Ok(tags) => return Sight::Foreign(NameConflict { id, name: one.name, tags }),
        Err(failure) => return unseen(id, None, failure),
    };
    let read = K::read(reader, one, tags.clone()).await;
    read.map_or_else(|failure| unseen(id, Some(tags), failure), Sight::Ours)
}

/// The failure of a thing that a service lists and leaves out when it is asked to describe it: that is no absence.
pub(in crate::kinds) fn only_listed(service: &str) -> Failure {
    Failure::new(Class::NotFound, format!("{service} lists it, and does not describe it"))
        .hint("run the command again: it was made or deleted just now")
}

/// Sends a create; where the name is in use, goes on with what has it if that bears our tags for this address.
///
/// # Errors
/// [`Class::AlreadyExists`], naming the owner, if it is somebody else's.
pub(in crate::kinds) async fn create<K: Adopted>(
    writer: &Writer,
    name: &str,
    spec: &K::Spec,
    tags: &Tags,
    sent: impl Future<Output = Result<Made<K>>>,
) -> Result<Made<K>> {
    match sent.await {
        Err(failure) if failure.is(Class::AlreadyExists) => {
            let there = ours_of_this_name::<K>(writer, name, spec, tags).await?.ok_or(failure)?;
            K::made(writer, there, spec).await
        }
        answer => answer,
    }
}

/// The same for a service whose create answers with what has the name already, whosever it is: looks first. What is ours
/// is created once more, since it may be going: of that only the create tells.
///
/// # Errors
/// [`Class::AlreadyExists`], naming the owner, if it is somebody else's.
pub(in crate::kinds) async fn look_and_create<K: Adopted>(
    writer: &Writer,
    name: &str,
    spec: &K::Spec,
    tags: &Tags,
    sent: impl Future<Output = Result<Made<K>>>,
) -> Result<Made<K>> {
    let Some(there) = ours_of_this_name::<K>(writer, name, spec, tags).await? else {
        return create(writer, name, spec, tags, sent).await;
    };
    match sent.await {
        Err(failure) if !failure.is(Class::AlreadyExists) => Err(failure),
        _ => K::made(writer, there, spec).await,
    }
}

/// Returns what has the name now, if that is ours: for a call that would overwrite it, whosever it is.
///
/// # Errors
/// [`Class::AlreadyExists`], naming the owner, if it is somebody else's.
pub(in crate::kinds) async fn ours_of_this_name<K: Adopted>(
    writer: &Writer,
    name: &str,
    spec: &K::Spec,
    tags: &Tags,
) -> Result<Option<Listed<K::Summary>>> {
    let Some(there) = K::at(writer, name, spec).await? else { return Ok(None) };
    let theirs = K::tags(writer, &there, &TagIndex::default()).await?;
    ownership::adopt(&format!("{} {name}", K::WHAT), &theirs, tags)?;
    Ok(Some(there))
}
