use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::bearer::AnyBearer;
use super::live::{AnyMade, Live, found};
use super::{
    Attached, Changes, Class, Cloud, Failure, Found, InUse, Kept, Kind, Made, Name, NameConflict, Question, Quota,
    Result, Scope, Settled, Shape, States, Tags, Turn, Unseen, WayBack, located,
};

/// The answer of a kind's `list`, with its type erased.
#[derive(Clone, Debug, Default)]
pub struct AnyListing {
    pub found: Vec<Live>,
    pub name_conflicts: Vec<NameConflict>,
    pub unseen: Vec<Unseen>,
    pub attached: Vec<Attached>,
}

/// A kind with its types erased: its verbs over JSON values.
pub trait AnyKind<C: Cloud>: Shape {
    fn list<'a>(&'a self, reader: &'a C::Reader, scope: &'a Scope) -> BoxFuture<'a, Result<AnyListing>>;

    fn states<'a>(&'a self, reader: &'a C::Reader, ids: &'a [String]) -> BoxFuture<'a, Result<Option<States>>>;

    /// See [`Kind::contents`].
    fn contents<'a>(&'a self, _reader: &'a C::Reader, _id: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn create<'a>(
        &'a self,
        writer: &'a C::Writer,
        name: &'a Name,
        spec: &'a Settled,
        tags: &'a Tags,
    ) -> BoxFuture<'a, Result<AnyMade>>;

    fn update<'a>(
        &'a self,
        writer: &'a C::Writer,
        live: &'a Live,
        spec: &'a Settled,
        changes: &'a Changes,
    ) -> BoxFuture<'a, Result<Turn<AnyMade>>>;

    /// See [`Kind::way_back`].
    fn way_back<'a>(&'a self, _: &'a C::Reader, _: &'a Live, _: Option<&'a str>) -> BoxFuture<'a, Result<WayBack>> {
        Box::pin(std::future::ready(Ok(WayBack::none())))
    }

    fn retag<'a>(
        &'a self,
        writer: &'a C::Writer,
        bearer: &'a AnyBearer,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>>;

    fn delete<'a>(&'a self, writer: &'a C::Writer, live: &'a Live) -> BoxFuture<'a, Result<Turn<Vec<Kept>>>>;

    fn start<'a>(&'a self, writer: &'a C::Writer, live: &'a Live) -> BoxFuture<'a, Result<()>>;

    /// See [`Kind::questions`]; the spec is one that [`Shape::normalise`] accepts.
    fn questions(&self, _spec: &Value) -> Vec<Question> {
        Vec::new()
    }

    fn answer<'a>(&'a self, _reader: &'a C::Reader, _about: &'a [String]) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// See [`Kind::in_use`].
    fn in_use<'a>(&'a self, _reader: &'a C::Reader, _quota: &'a Quota) -> BoxFuture<'a, Result<Option<InUse>>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// The same kind, as plan sees it.
    fn shape(&self) -> &dyn Shape;
}

impl<K: Kind> AnyKind<K::Cloud> for K {
    fn list<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        scope: &'a Scope,
    ) -> BoxFuture<'a, Result<AnyListing>> {
        Box::pin(async move {
            let listing = K::list(reader, scope).await?;
            Ok(AnyListing {
                found: listing.found.into_iter().map(|found| erase(found, scope)).collect::<Result<_>>()?,
                name_conflicts: listing.name_conflicts,
                unseen: listing.unseen.into_iter().map(|one| unless_renamed::<K>(one, scope)).collect(),
                attached: listing.attached,
            })
        })
    }

    fn states<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        ids: &'a [String],
    ) -> BoxFuture<'a, Result<Option<States>>> {
        Box::pin(K::states(reader, ids))
    }

    fn contents<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(K::contents(reader, id))
    }

    fn create<'a>(
        &'a self,
        writer: &'a <K::Cloud as Cloud>::Writer,
        name: &'a Name,
        spec: &'a Settled,
        tags: &'a Tags,
    ) -> BoxFuture<'a, Result<AnyMade>> {
        Box::pin(async move {
            let tags = K::FACTS.identity.written(tags);
            erase_made(K::create(writer, name, &typed::<K>(spec)?, &tags).await?)
        })
    }

    fn update<'a>(
        &'a self,
        writer: &'a <K::Cloud as Cloud>::Writer,
        live: &'a Live,
        spec: &'a Settled,
        changes: &'a Changes,
    ) -> BoxFuture<'a, Result<Turn<AnyMade>>> {
        Box::pin(async move {
            let sent = K::update(writer, found::<K>(live)?, &typed::<K>(spec)?, changes).await;
            let sent = sent.map_err(|failure| failure.located(&live.region))?.located(&live.region);
            Ok(match sent {
                Turn::Done(made) => Turn::Done(erase_made(made)?),
                Turn::More(what) => Turn::More(what),
                Turn::Busy(failure) => Turn::Busy(failure),
            })
        })
    }

    fn way_back<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        live: &'a Live,
        wanted: Option<&'a str>,
    ) -> BoxFuture<'a, Result<WayBack>> {
        Box::pin(async move { K::way_back(reader, found::<K>(live)?, wanted).await })
    }

    fn retag<'a>(
        &'a self,
        writer: &'a <K::Cloud as Cloud>::Writer,
        bearer: &'a AnyBearer,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let typed = bearer.typed::<K>()?;
            if !K::FACTS.identity.is_name() {
                return K::retag(writer, &typed, set, unset).await;
            }
            // A note is written whole.
            let mut tags = bearer.tags().clone();
            tags.0.extend(set.0.clone());
            tags.0.retain(|key, _| !unset.contains(key));
            K::retag(writer, &typed, &K::FACTS.identity.written(&tags), &[]).await
        })
    }

    fn delete<'a>(
        &'a self,
        writer: &'a <K::Cloud as Cloud>::Writer,
        live: &'a Live,
    ) -> BoxFuture<'a, Result<Turn<Vec<Kept>>>> {
        Box::pin(async move {
            let sent = K::delete(writer, found::<K>(live)?).await.map_err(|failure| failure.located(&live.region))?;
            let there = |kept: Kept| Kept { why: located(&kept.why, &live.region), ..kept };
            Ok(sent.located(&live.region).map(|kept| kept.into_iter().map(there).collect()))
        })
    }

    fn start<'a>(&'a self, writer: &'a <K::Cloud as Cloud>::Writer, live: &'a Live) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { K::start(writer, found::<K>(live)?).await })
    }

    fn questions(&self, spec: &Value) -> Vec<Question> {
        serde_json::from_value(spec.clone()).map(|typed| K::questions(&typed)).unwrap_or_default()
    }

    fn answer<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        about: &'a [String],
    ) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(K::answer(reader, about))
    }

    fn in_use<'a>(
        &'a self,
        reader: &'a <K::Cloud as Cloud>::Reader,
        quota: &'a Quota,
    ) -> BoxFuture<'a, Result<Option<InUse>>> {
        Box::pin(K::in_use(reader, quota))
    }

    fn shape(&self) -> &dyn Shape {
        self
    }
}

/// Of what has no tags, a name that is not ours says that it is another one, unless it was asked for by its id: somebody may
/// have renamed what ours refer to.
fn unless_renamed<K: Kind>(unseen: Unseen, scope: &Scope) -> Unseen {
    let is_renamed = || scope.requests(&unseen.id) && !unseen.tags.as_ref().is_some_and(|tags| scope.is_claimed(tags));
    if K::FACTS.identity.is_name() && is_renamed() { Unseen { tags: None, ..unseen } } else { unseen }
}

fn erase<K: Kind>(found: Found<K>, scope: &Scope) -> Result<Live> {
    Ok(Live {
        id: found.id.clone(),
        name: found.name.clone(),
        region: scope.region.clone(),
        is_global: K::FACTS.is_global,
        spec: value(&found.spec)?,
        outputs: value(&found.outputs)?,
        tags: K::FACTS.identity.read(found.name.as_deref(), &found.tags),
        state: found.state.clone().located(&scope.region),
        unmodelled: found.unmodelled.clone(),
        external: found.external.as_ref().map(value).transpose()?,
        unsupported: K::unsupported(&found),
        in_force: K::in_force(&found),
        pending: K::pending(&found),
        stopped: K::stopped(&found),
        health: K::health(&found),
        found: Arc::new(found),
    })
}

fn erase_made<K: Kind>(made: Made<K>) -> Result<AnyMade> {
    Ok(AnyMade { id: made.id.clone(), outputs: value(&made.outputs)?, state: made.state.clone(), made: Arc::new(made) })
}

fn value(from: &impl Serialize) -> Result<Value> {
    serde_json::to_value(from).map_err(|error| Failure::new(Class::Other, format!("bug: {error}")))
}

fn typed<K: Kind>(spec: &Settled) -> Result<K::Spec> {
    serde_json::from_value(spec.value().clone()).map_err(|error| {
        Failure::new(Class::Invalid, format!("{} does not accept its settled spec: {error}", K::FACTS.kind))
    })
}
