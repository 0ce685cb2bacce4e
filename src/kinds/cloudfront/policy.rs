//! The policies of CloudFront: what the behaviours of distributions name by id. They have a name and a comment, and no tags.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::resource::{
    Bearer, Class, Failure, Found, Identity, Kept, Kind, Listing, Made, Name, NameRule, Result, Scope, Tags, Turn, key,
};

/// The longest name that is surely taken, and the longest comment, which is the note.
pub(super) const NAME: NameRule = NameRule::Unique { max: 64 };
pub(super) const IDENTITY: Identity = Identity::Name { note: Some(128) };

/// The return values of a policy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
}

/// One as a list or a get tells it.
pub(super) struct Told<C> {
    pub id: String,
    pub config: C,
}

/// One page of a list, and the marker of the next.
pub(super) type Page<C> = (Vec<Told<C>>, Option<String>);

/// The calls in which the sorts of policies differ. All else is here.
pub(super) trait Policy: Kind<Cloud = Aws, Outputs = Outputs> {
    /// The content in CloudFront's type.
    type Config: Send + Sync;

    /// What messages call one: `the cache policy`.
    const WHAT: &'static str;

    /// Returns a page of the account's own.
    fn page(clients: &Clients, marker: Option<String>) -> impl Future<Output = Result<Page<Self::Config>>> + Send;

    /// Returns one as it is now, and the tag that the next change has to show.
    fn get(
        writer: &Writer,
        id: &str,
    ) -> impl Future<Output = Result<(Option<Told<Self::Config>>, Option<String>)>> + Send;

    /// Makes one; returns its id.
    fn post(writer: &Writer, config: Self::Config) -> impl Future<Output = Result<Option<String>>> + Send;

    /// Overwrites one.
    fn put(writer: &Writer, id: &str, etag: &str, config: Self::Config) -> impl Future<Output = Result<()>> + Send;

    /// Deletes one.
    fn remove(writer: &Writer, id: &str, etag: &str) -> impl Future<Output = Result<()>> + Send;

    /// Its name and its comment.
    fn labels(config: &Self::Config) -> (&str, Option<&str>);

    /// The same content with another comment.
    fn noted(config: Self::Config, note: Option<String>) -> Self::Config;

    fn read(config: &Self::Config) -> Self::Spec;

    fn write(spec: &Self::Spec, name: &str, note: Option<&str>) -> Self::Config;
}

/// Lists those that are the scope's: the list tells all of them.
pub(super) async fn list<P: Policy>(reader: &Reader, scope: &Scope) -> Result<Listing<P>> {
    let mut listing = Listing::default();
    for one in all::<P>(reader).await? {
        let (name, note) = P::labels(&one.config);
        if scope.owns_named(&one.id, name) {
            let tags = Tags::from_iter(note.map(|note| (key::NOTE, note)));
            let spec = P::read(&one.config);
            let outputs = Outputs { id: one.id.clone() };
            listing.found.push(Found::ready(one.id.clone(), Some(name.to_owned()), spec, outputs, tags));
        }
    }
    Ok(listing)
}

pub(super) async fn create<P: Policy>(writer: &Writer, name: &Name, spec: &P::Spec, tags: &Tags) -> Result<Made<P>> {
    let name = name.as_str();
    let id = match P::post(writer, P::write(spec, name, tags.get(key::NOTE))).await {
        // The name is ours alone: an earlier try made it.
        Err(failure) if failure.is(Class::AlreadyExists) => {
            let there = all::<P>(writer).await?.into_iter().find(|one| P::labels(&one.config).0 == name);
            there.map(|one| one.id).ok_or(failure)?
        }
        answer => answer?.unwrap_or_default(),
    };
    writer.admit(&id);
    Ok(Made::ready(id.clone(), Outputs { id }))
}

/// Sends the whole of it, with the note that is there.
pub(super) async fn update<P: Policy>(writer: &Writer, live: &Found<P>, spec: &P::Spec) -> Result<Turn<Made<P>>> {
    let (now, etag) = current::<P>(writer, &live.id).await?;
    let (name, note) = P::labels(&now);
    P::put(writer, &live.id, &etag, P::write(spec, name, note)).await?;
    Ok(Turn::Done(live.updated()))
}

/// Sends what is there with another note.
pub(super) async fn retag<P: Policy>(writer: &Writer, bearer: &Bearer<'_, P>, set: &Tags) -> Result<()> {
    let (now, etag) = current::<P>(writer, bearer.id).await?;
    P::put(writer, bearer.id, &etag, P::noted(now, set.get(key::NOTE).map(str::to_owned))).await
}

pub(super) async fn delete<P: Policy>(writer: &Writer, live: &Found<P>) -> Result<Turn<Vec<Kept>>> {
    let etag = match current::<P>(writer, &live.id).await {
        Err(failure) if failure.is(Class::NotFound) => return Ok(Turn::Done(Vec::new())),
        answer => answer?.1,
    };
    match gone(P::remove(writer, &live.id, &etag).await) {
        // A distribution lets go of it when its change has spread.
        Err(failure) if failure.is(Class::Busy) => Ok(Turn::Busy(failure)),
        answer => answer.map(|()| Turn::Done(Vec::new())),
    }
}

/// The account's own. The operations have no paginator.
async fn all<P: Policy>(clients: &Clients) -> Result<Vec<Told<P::Config>>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let (page, next) = P::page(clients, marker).await?;
        all.extend(page);
        marker = next.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(all);
        }
    }
}

async fn current<P: Policy>(writer: &Writer, id: &str) -> Result<(P::Config, String)> {
    let (there, etag) = P::get(writer, id).await?;
    let nothing = || Failure::new(Class::Other, format!("CloudFront returned nothing of {} {id}", P::WHAT));
    Ok((there.ok_or_else(nothing)?.config, etag.unwrap_or_default()))
}
