//! What all fake verbs do; a kind differs by its constants and its spec.

use std::collections::BTreeSet;
use std::time::Duration;

use provision::resource::{
    Bearer, Changes, Class, Failure, Found, Kept, Kind, Listing, Made, Name, NameConflict, Result, Scope, States, Tags,
    Turn, Unseen, key, pointer,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::cloud::{FakeCloud, Reader, World, Writer, ids, short};
use super::faults::FAKE;
use super::kinds::Outputs;
use super::needs::Rollout;
use super::thing::Thing;

/// The kinds whose things are read one by one beside their list, and whether the tags come with the list.
const DETAILED: [(&str, bool); 3] = [("Fake::Group", false), ("Fake::Store", true), ("Fake::Cache", true)];
/// The kinds that AWS gives neither a client token nor a name: create looks for our own tags first.
const LOOKED_FOR: [&str; 2] = ["Fake::Net", "Fake::Door"];
/// The kinds that may be referred to from another region, as a distribution does to its certificate.
pub const FAR: [&str; 2] = ["Fake::Cert", "AWS::IAM::Role"];
/// The kinds whose states are read by id.
const SLOW: [&str; 2] = ["Fake::Gate", "Fake::Work"];
pub const STATES: &str = "states were read by id";
/// What takes one change at a time, and is shut before it is deleted.
const STORE: &str = "Fake::Store";
/// What runs in versions.
const WORK: &str = "Fake::Work";
/// The shortest time that a change of version takes.
const ROLLOUT: Duration = Duration::from_secs(3);
/// How many ports a group has room for: more than histories draw.
const MOST_PORTS: usize = 6;
/// For how long something that still uses a thing is waited for before the engine is told.
const BUSY: Duration = Duration::from_secs(20);

pub async fn list<K>(reader: &Reader, scope: &Scope) -> Result<Listing<K>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    tokio::task::yield_now().await;
    if !scope.requested.is_empty() {
        // A look by id may be refused where the look by tags is not.
        let operation = format!("Get{}ById", short(K::FACTS.kind));
        reader.cloud.read(&reader.client, FAKE, &operation, |_| Ok(())).await?;
    }
    let mut listing = Listing::default();
    let details = DETAILED.iter().find(|(kind, _)| *kind == K::FACTS.kind);
    let is_asked_for = |thing: &Thing| {
        let place = |at: &&str| thing.spec.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let stands_in = K::FACTS.unique_key.iter().map(place).any(|place| scope.requests(place));
        stands_in || is_claimed(scope, thing) || scope.requests(thing.shown_id())
    };
    // What tells whose it is by its name has no name that is another's.
    let may_be_ours = |thing: &Thing| {
        !thing.is_untaggable() && thing.name.as_ref().is_some_and(|name| scope.may_own(name, K::FACTS.name.max()))
    };
    let wanted = |thing: &Thing| is_asked_for(thing) || may_be_ours(thing);
    for thing in reader.cloud.list(&reader.client, K::FACTS.kind, &reader.region, wanted).await? {
        if !is_asked_for(&thing) {
            if let Some(name) = &thing.name {
                let (id, name, tags) = (thing.shown_id().to_owned(), name.clone(), thing.tags.clone());
                listing.name_conflicts.push(NameConflict { id, name, tags });
            }
            continue;
        }
        if let Some((_, has_tags)) = details {
            let operation = format!("Get{}", short(K::FACTS.kind));
            if let Err(failure) = reader.cloud.read(&reader.client, FAKE, &operation, |_| Ok(())).await {
                let tags = has_tags.then(|| if thing.is_untaggable() { named(&thing) } else { thing.tags.clone() });
                listing.unseen.push(Unseen { id: thing.shown_id().to_owned(), tags, failure });
                continue;
            }
        }
        listing.found.push(Found {
            spec: serde_json::from_value(thing.spec.clone()).expect("the fake cloud keeps what it was given"),
            outputs: outputs(&thing),
            state: thing.state(),
            id: thing.shown_id().to_owned(),
            name: thing.name,
            tags: thing.tags,
            unmodelled: Vec::new(),
            external: None,
        });
    }
    Ok(listing)
}

/// The states of the things that take long, by their ids; others can only be listed.
pub async fn states<K: Kind>(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
    if !SLOW.contains(&K::FACTS.kind) {
        return Ok(None);
    }
    let operation = format!("Describe{}States", short(K::FACTS.kind));
    let is_meant = |thing: &Thing| thing.is_in(&reader.region) && ids.iter().any(|id| id == thing.shown_id());
    let look = |world: &mut World| {
        world.note(STATES);
        Ok(world.listed(K::FACTS.kind, &is_meant))
    };
    let there = reader.cloud.read(&reader.client, FAKE, &operation, look).await?;
    Ok(Some(there.iter().map(|thing| (thing.shown_id().to_owned(), thing.state())).collect()))
}

/// Whether a thing is, by its tags or its name, what the scope asks for.
fn is_claimed(scope: &Scope, thing: &Thing) -> bool {
    match thing.name.as_ref().filter(|_| thing.is_untaggable()) {
        Some(name) => scope.owns_named(&thing.id, name),
        None => scope.owns(&thing.id, &thing.tags),
    }
}

/// What the name of a thing tells.
fn named(thing: &Thing) -> Tags {
    thing.name.as_deref().map(Tags::of_name).unwrap_or_default()
}

/// The revision of a recipe: another one after every change of its steps.
pub fn revision(spec: &Value) -> u64 {
    let parts = [&spec["Steps"], &spec["Needs"]].map(ToString::to_string);
    parts.concat().bytes().map(u64::from).sum()
}

fn outputs(thing: &Thing) -> Outputs {
    let name = thing.name.clone().filter(|name| name == thing.shown_id());
    Outputs { id: thing.id.clone(), name, revision: revision(&thing.spec) }
}

fn made<K: Kind<Cloud = FakeCloud, Outputs = Outputs>>(thing: &Thing) -> Made<K> {
    Made { id: thing.shown_id().to_owned(), outputs: outputs(thing), state: thing.state() }
}

pub async fn create<K>(writer: &Writer, name: &Name, spec: &K::Spec, tags: &Tags) -> Result<Made<K>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    let spec = serde_json::to_value(spec).expect("specs are JSON");
    let there = if LOOKED_FOR.contains(&K::FACTS.kind) { look::<K>(writer, &spec, tags).await? } else { None };
    let thing = match there {
        Some(there) => there,
        None => send::<K>(writer, name, &spec, tags).await?,
    };
    writer.made(&thing.id);
    if thing.spec != spec && K::FACTS.several_calls {
        let id = thing.id.clone();
        writer.change("Update", K::FACTS.kind, &id, Some(&spec), |world| set_spec(world, writer, &id, &spec)).await?;
    }
    Ok(made(&thing))
}

async fn send<K: Kind>(writer: &Writer, name: &Name, spec: &Value, tags: &Tags) -> Result<Thing> {
    let mut first = spec.clone();
    if K::FACTS.several_calls {
        // What is not create-only comes with a second call.
        let (later, empty) = if K::FACTS.kind == "Fake::Net" { ("Dns", json!(false)) } else { ("Headers", json!([])) };
        first[later] = empty;
    }
    let name = K::FACTS.name.is_physical().then(|| name.as_str().to_owned());
    let sent = writer.change("Create", K::FACTS.kind, "", Some(spec), |world| {
        insert::<K>(world, writer, name.as_ref(), &first, tags)
    });
    match sent.await {
        Err(failure)
            if LOOKED_FOR.contains(&K::FACTS.kind) && (failure.is(Class::Ambiguous) || failure.is(Class::Other)) =>
        {
            look_again::<K>(writer, spec, tags).await?.ok_or(failure)
        }
        Err(failure) if failure.is(Class::AlreadyExists) => {
            adopt::<K>(writer, name.as_ref(), tags).await?.ok_or(failure)
        }
        sent => sent,
    }
}

fn insert<K: Kind>(
    world: &mut World,
    writer: &Writer,
    name: Option<&String>,
    spec: &Value,
    tags: &Tags,
) -> Result<Thing> {
    refuse_dangling(world, spec, &writer.region)?;
    let token = Some(writer.permit.token.clone()).filter(|_| name.is_none() && !LOOKED_FOR.contains(&K::FACTS.kind));
    let twin = |thing: &&Thing| {
        thing.kind == K::FACTS.kind && token.is_some() && thing.token == token && thing.is_in(&writer.region)
    };
    if let Some(thing) = world.things.values().find(twin) {
        return Ok(thing.clone());
    }
    let has_name =
        |thing: &Thing| thing.kind == K::FACTS.kind && thing.name.as_ref() == name && thing.is_in(&writer.region);
    if name.is_some() && world.things.values().any(has_name) {
        return Err(Failure::new(Class::AlreadyExists, "the name is taken"));
    }
    let slowness = world.pace.slowness(K::FACTS.kind);
    let place = format!("{}/{}", K::FACTS.kind, tags.get(key::NAME).unwrap_or_default());
    let versions = (K::FACTS.kind == WORK).then(|| world.version(&place, spec)).into_iter().collect();
    let thing = Thing {
        versions,
        region: writer.region.clone(),
        name: name.cloned(),
        ready_at: Some(Instant::now() + slowness),
        human: K::FACTS.awaits_action,
        token,
        ..Thing::new(K::FACTS.kind, world.new_id(K::FACTS.kind), spec.clone(), tags.clone())
    };
    world.insert(thing.clone());
    Ok(thing)
}

/// Looks for what bears our tags for this address and has what only a new one could have.
async fn look<K: Kind>(writer: &Writer, spec: &Value, tags: &Tags) -> Result<Option<Thing>> {
    let all = writer.cloud.list(&writer.client, K::FACTS.kind, &writer.region, |thing| is_ours(thing, tags)).await?;
    Ok(all.into_iter().find(|thing| {
        let same = K::FACTS.create_only.iter().all(|path| thing.spec.pointer(path) == spec.pointer(path));
        same && is_ours(thing, tags) && thing.leaves_at.is_none() && thing.failed.is_none()
    }))
}

async fn look_again<K: Kind>(writer: &Writer, spec: &Value, tags: &Tags) -> Result<Option<Thing>> {
    let start = Instant::now();
    while start.elapsed() < BUSY {
        if let Some(thing) = look::<K>(writer, spec, tags).await? {
            return Ok(Some(thing));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    Ok(None)
}

async fn adopt<K: Kind>(writer: &Writer, name: Option<&String>, tags: &Tags) -> Result<Option<Thing>> {
    let all = writer.cloud.list(&writer.client, K::FACTS.kind, &writer.region, |thing| is_ours(thing, tags)).await?;
    Ok(all.into_iter().find(|thing| thing.name.as_ref() == name && is_ours(thing, tags) && thing.leaves_at.is_none()))
}

/// Whether a thing bears the tags of this address.
fn is_ours(thing: &Thing, tags: &Tags) -> bool {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME].iter().all(|key| thing.tags.get(key) == tags.get(key))
}

/// AWS refuses ids that are not there, and those of another region but for certificates.
fn refuse_dangling(world: &World, spec: &Value, region: &str) -> Result<()> {
    let is_meant = |thing: &Thing| thing.is_in(region) || FAR.contains(&&*thing.kind);
    let is_there = |id: &String| world.things.get(id).is_some_and(|thing| thing.leaves_at.is_none() && is_meant(thing));
    match ids(spec).into_iter().find(|id| !is_there(id)) {
        Some(id) => Err(Failure::new(Class::NotFound, format!("{id} is not there"))),
        None => Ok(()),
    }
}

fn set_spec(world: &mut World, writer: &Writer, id: &str, spec: &Value) -> Result<Thing> {
    refuse_dangling(world, spec, &writer.region)?;
    let slowness = world.found(id, &writer.region).map(|thing| world.pace.slowness(&thing.kind)).unwrap_or_default();
    let thing = world.found_mut(id, &writer.region).ok_or_else(|| Failure::new(Class::NotFound, "gone"))?;
    if thing.leaves_at.is_some() {
        return Err(Failure::new(Class::Busy, "it is being deleted"));
    }
    if spec["Ports"].as_array().is_some_and(|ports| ports.len() > MOST_PORTS) {
        return Err(Failure::new(Class::Quota, "too many ports"));
    }
    let old = std::mem::replace(&mut thing.spec, spec.clone());
    thing.failed = None;
    thing.ready_at = thing.ready_at.max(Some(Instant::now() + slowness / 4));
    if thing.kind == WORK && ["Recipe", "Revision", "Groups"].iter().any(|part| old[part] != spec[part]) {
        roll_out(world, writer, id, &old, slowness);
    }
    world.found(id, &writer.region).map(Thing::as_answered).ok_or_else(|| Failure::new(Class::NotFound, "gone"))
}

/// Starts another version beside those that run, which stay until it is well.
fn roll_out(world: &mut World, writer: &Writer, id: &str, old: &Value, slowness: Duration) {
    let until = Instant::now() + (slowness / 4).max(ROLLOUT);
    let fails = world.pace.breaks();
    let Some(thing) = world.found(id, &writer.region) else { return };
    let version = world.version(&thing.place(), &thing.spec);
    let Some(thing) = world.found_mut(id, &writer.region) else { return };
    let begun = thing.rollout.take().map(|rollout| (rollout.before, rollout.versions));
    let (before, versions) = begun.unwrap_or_else(|| (old.clone(), thing.versions.clone()));
    thing.rollout = Some(Rollout { until, fails, before, versions });
    thing.versions.push(version);
    thing.ready_at = thing.ready_at.max(Some(until));
}

pub async fn update<K>(writer: &Writer, live: &Found<K>, spec: &K::Spec, changes: &Changes) -> Result<Turn<Made<K>>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    assert!(!changes.is_empty(), "an update without changes");
    let spec = serde_json::to_value(spec).expect("specs are JSON");
    let id = live.outputs.id.as_str();
    let properties: BTreeSet<_> = changes.fields().iter().map(|field| pointer::property(&field.path)).collect();
    let one = properties.first().filter(|_| K::FACTS.kind == STORE);
    let has_more = one.is_some() && properties.len() > 1;
    let thing = writer
        .change("Update", K::FACTS.kind, id, Some(&spec), |world| {
            let there = world.found(id, &writer.region).ok_or_else(|| Failure::new(Class::NotFound, "gone"))?;
            for path in K::FACTS.create_only {
                assert_eq!(
                    there.spec.pointer(path),
                    spec.pointer(path),
                    "an update of a create-only property of {id}: {changes:?}"
                );
            }
            let mut sent = spec.clone();
            if let Some(one) = one {
                sent = there.spec.clone();
                sent[*one] = spec[*one].clone();
            }
            go_on(world, writer, id, has_more);
            set_spec(world, writer, id, &sent)
        })
        .await?;
    Ok(if has_more { Turn::More("the change before".to_owned()) } else { Turn::Done(made(&thing)) })
}

/// Notes whose verb has more to do with a thing, and whether another run goes on where one has died.
fn go_on(world: &mut World, writer: &Writer, id: &str, has_more: bool) {
    let run = &writer.client.run;
    let Some(thing) = world.found_mut(id, &writer.region) else { return };
    match std::mem::replace(&mut thing.unfinished, has_more.then(|| run.clone())) {
        Some(before) if before == *run => world.note("a verb had more than one call"),
        Some(_) => world.note("another run went on with what a verb had begun"),
        None => {}
    }
}

pub async fn retag<K>(writer: &Writer, bearer: &Bearer<'_, K>, set: &Tags, unset: &[String]) -> Result<()>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    let id = bearer.outputs.id.as_str();
    writer
        .change("Tag", K::FACTS.kind, id, None, |world| {
            let thing = world.found_mut(id, &writer.region).ok_or_else(|| Failure::new(Class::NotFound, "gone"))?;
            set.iter().for_each(|(key, value)| thing.tags.set(key, value));
            unset.iter().for_each(|key| drop(thing.tags.0.remove(key)));
            Ok(())
        })
        .await
}

pub async fn delete<K>(writer: &Writer, live: &Found<K>) -> Result<Turn<Vec<Kept>>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    let id = live.outputs.id.as_str();
    let spec = serde_json::to_value(&live.spec).expect("specs are JSON");
    let is_open = K::FACTS.kind == STORE && spec["Shut"] == false;
    let verb = if is_open { "Shut" } else { "Delete" };
    let start = Instant::now();
    loop {
        let sent = writer.change(verb, K::FACTS.kind, id, None, |world| {
            if world.found(id, &writer.region).is_none() {
                return Ok(());
            }
            if let Some(user) = world.users(id).first() {
                return Err(Failure::new(Class::Busy, format!("{} {} uses it", user.kind, user.id)));
            }
            go_on(world, writer, id, is_open);
            if is_open { shut(world, writer, id) } else { remove::<K>(world, writer, id) }
        });
        match sent.await {
            Err(failure) if failure.is(Class::Busy) && start.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            Err(failure) if failure.is(Class::Busy) => return Ok(Turn::Busy(failure)),
            Err(failure) => return Err(failure),
            Ok(()) if is_open => return Ok(Turn::More("its shutting".to_owned())),
            Ok(()) => return Ok(Turn::Done(Vec::new())),
        }
    }
}

fn shut(world: &mut World, writer: &Writer, id: &str) -> Result<()> {
    let slowness = world.pace.slowness(STORE);
    if let Some(thing) = world.found_mut(id, &writer.region) {
        thing.spec["Shut"] = Value::Bool(true);
        thing.ready_at = thing.ready_at.max(Some(Instant::now() + slowness / 4));
    }
    Ok(())
}

fn remove<K: Kind>(world: &mut World, writer: &Writer, id: &str) -> Result<()> {
    let slowness = world.pace.slowness(K::FACTS.kind);
    match world.found_mut(id, &writer.region) {
        Some(thing) if K::FACTS.kind == STORE && thing.spec["Shut"] == false => {
            return Err(Failure::new(Class::Invalid, "it has to be shut first"));
        }
        Some(thing) if thing.leaves_at.is_some() => {}
        Some(thing) if slowness > Duration::ZERO => thing.leaves_at = Some(Instant::now() + slowness),
        _ => world.remove(id),
    }
    Ok(())
}
