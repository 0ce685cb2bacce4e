use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::bearer::AnyBearer;
use super::{
    Attached, Changes, Class, Cloud, Failure, FieldDiff, Found, Kept, Kind, Made, Name, NameConflict, Pending,
    Question, Result, Scope, Settled, Shape, State, States, Tags, Turn, Unmodelled, Unseen, WayBack, located, pointer,
};

/// One live resource with its type erased; keeps what its kind found, for the kind's own use.
#[derive(Clone)]
pub struct Live {
    pub id: String,
    pub name: Option<String>,
    /// In which it was listed.
    pub region: String,
    /// Whether it belongs to no region: the same thing is listed in each.
    pub is_global: bool,
    /// The normalised spec.
    pub spec: Value,
    pub outputs: Value,
    pub tags: Tags,
    pub state: State,
    pub unmodelled: Vec<Unmodelled>,
    pub external: Option<Value>,
    /// Why no spec can express it at all; it counts as bearing data.
    pub unsupported: Option<String>,
    /// Values in force that nobody has set, in the form of a spec.
    pub in_force: Option<Value>,
    /// Changes that AWS has accepted and makes later.
    pub pending: Vec<Pending>,
    /// In which way it is stopped, if it has to be started before it is deleted.
    pub stopped: Option<String>,
    /// How it is doing, in few words, of kinds that tell.
    pub health: Option<String>,
    found: Arc<dyn Any + Send + Sync>,
}

impl Live {
    /// Returns whether a difference is none: AWS does not show the value as set, but it is in force.
    pub fn has_in_force(&self, field: &FieldDiff) -> bool {
        let wanted = field.after.as_ref().filter(|_| field.before.is_none());
        wanted.is_some_and(|wanted| self.in_force.as_ref().and_then(|all| all.pointer(&field.path)) == Some(wanted))
    }

    /// Returns the pending change of a property whose live value AWS shows until it is done.
    pub fn shows_until_done(&self, path: &str) -> Option<&Pending> {
        self.pending.iter().find(|pending| pending.after.is_none() && pointer::covers(&pending.path, path))
    }

    /// Returns a difference with the running value, where the spec reads as if a pending change were made.
    pub fn as_running(&self, field: &FieldDiff) -> FieldDiff {
        let pending = self.pending.iter().find(|pending| pending.after.is_some() && pending.path == field.path);
        match pending {
            Some(Pending { before, .. }) => FieldDiff { before: before.clone(), ..field.clone() },
            None => field.clone(),
        }
    }

    /// Returns an output by its name; dots lead into nested objects (`Endpoint.Address`).
    pub fn output(&self, name: &str) -> Option<Value> {
        output(&self.outputs, name)
    }

    /// Returns the values by which others may name it: its id and its outputs, but for those that repeat a property: a
    /// subnet's `VpcId` names the VPC and not the subnet.
    pub fn handles(&self) -> BTreeSet<String> {
        let mut values = BTreeSet::new();
        pointer::walk(&self.outputs, &mut |_, leaf| {
            if let Value::String(text) = leaf
                && !text.is_empty()
            {
                values.insert(text.clone());
                // A log group's ARN is named with and without its last part.
                values.insert(text.trim_end_matches(":*").to_owned());
            }
        });
        pointer::walk(&self.spec, &mut |_, leaf| {
            if let Value::String(text) = leaf {
                values.remove(text);
            }
        });
        values.insert(self.id.clone());
        values
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

/// The answer of a kind's `list`, with its type erased.
#[derive(Clone, Debug, Default)]
pub struct AnyListing {
    pub found: Vec<Live>,
    pub name_conflicts: Vec<NameConflict>,
    pub unseen: Vec<Unseen>,
    pub attached: Vec<Attached>,
}

/// The result of a create or an update, with its type erased; keeps what its kind made, for a change of its tags.
#[derive(Clone)]
pub struct AnyMade {
    pub id: String,
    pub outputs: Value,
    pub state: State,
    pub(super) made: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for AnyMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyMade").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl AnyMade {
    /// Returns an output by its name, as [`Live::output`].
    pub fn output(&self, name: &str) -> Option<Value> {
        output(&self.outputs, name)
    }
}

/// Returns an output by its name; dots lead into nested objects (`Endpoint.Address`), whose keys may have dots themselves.
pub fn output(outputs: &Value, name: &str) -> Option<Value> {
    if let Some(value) = outputs.get(name) {
        return Some(value.clone()).filter(|value| !value.is_null());
    }
    let (first, rest) = name.split_once('.')?;
    output(outputs.get(first)?, rest)
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

pub(super) fn found<K: Kind>(live: &Live) -> Result<&Found<K>> {
    live.found.downcast_ref().ok_or_else(foreign::<K>)
}

pub(super) fn foreign<K: Kind>() -> Failure {
    Failure::new(Class::Other, format!("bug: {} was handed another kind's resource", K::FACTS.kind))
}
