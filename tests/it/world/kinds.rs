use std::time::Duration;

use provision::resource::normal::Set;
use provision::resource::{
    AnyKind, Changes, Class, Disruption, Failure, FieldDiff, Found, Kept, Kind, Listing, Made, Name, NameRule,
    Permissions, Ref, Replacement, Result, Scope, State, Stranger, Tags, key,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::cloud::{FakeCloud, Reader, Thing, Writer};

/// Every fake kind.
pub static KINDS: &[&dyn AnyKind<FakeCloud>] = &[&Cert, &Door, &Gate, &Group, &Net, &Part, &Recipe, &Store, &Work];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    /// Changes with every update of a recipe.
    #[serde(default)]
    pub revision: u64,
}

/// What all fake verbs do; a kind differs by its constants and its spec.
async fn list<K>(reader: &Reader, scope: &Scope) -> Result<Listing<K>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    tokio::task::yield_now().await;
    let mut listing = Listing::default();
    // A look by id may be refused where the look by tags is not.
    let by_id = format!("{} by id", K::TYPE);
    if !scope.also.is_empty() && reader.0.world().denied.contains(&by_id) {
        return Err(Failure::new(Class::Denied, "not allowed"));
    }
    for (thing, state) in reader.0.list(K::TYPE)? {
        let place = |at: &&str| thing.spec.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let stands_in = K::CLAIMS.iter().map(place).any(|place| scope.asks_for(place));
        if !stands_in && !scope.owns(&thing.id, &thing.tags) {
            if let Some(name) = &thing.name {
                let (id, name, tags) = (thing.id.clone(), name.clone(), thing.tags.clone());
                listing.strangers.push(Stranger { id, name, tags });
            }
            continue;
        }
        listing.found.push(Found {
            spec: serde_json::from_value(thing.spec.clone()).expect("the fake cloud keeps what it was given"),
            outputs: outputs(&thing),
            id: thing.id,
            name: thing.name,
            tags: thing.tags,
            state,
            unmodelled: Vec::new(),
            external: None,
        });
    }
    Ok(listing)
}

fn outputs(thing: &Thing) -> Outputs {
    let steps = thing.spec.get("Steps").map(ToString::to_string).unwrap_or_default();
    let revision = steps.bytes().map(u64::from).sum();
    Outputs { id: thing.id.clone(), revision }
}

async fn create<K>(writer: &Writer, name: &Name, spec: &K::Spec, tags: &Tags) -> Result<Made<K>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    let spec = serde_json::to_value(spec).expect("specs are JSON");
    let physical = K::NAME.is_physical().then(|| name.as_str().to_owned());
    // Idempotent: a lost answer made it already.
    let found = writer
        .0
        .world()
        .things
        .values()
        .find(|thing| {
            let same = tags.get(key::NAME) == thing.tags.get(key::NAME) && scope_of(tags) == scope_of(&thing.tags);
            thing.kind == K::TYPE && same && thing.spec == spec && thing.leaves_at.is_none()
        })
        .cloned();
    if let Some(thing) = found {
        return Ok(Made { id: thing.id.clone(), outputs: outputs(&thing), state: State::Settling("look".into()) });
    }
    let thing = writer
        .0
        .change(format!("create {} {name}", K::TYPE), |world| {
            refuse_dangling(world, &spec)?;
            if physical.is_some() && world.things.values().any(|thing| thing.kind == K::TYPE && thing.name == physical)
            {
                return Err(Failure::new(Class::AlreadyExists, format!("the name {name} is taken")));
            }
            let slowness = world.slowness(K::TYPE);
            let thing = Thing {
                kind: K::TYPE.to_owned(),
                id: world.new_id(K::TYPE),
                name: physical,
                spec,
                tags: tags.clone(),
                ready_at: Some(Instant::now() + slowness),
                leaves_at: None,
                human: K::AWAITS_PERSON,
                failed: None,
            };
            world.things.insert(thing.id.clone(), thing.clone());
            Ok(thing)
        })
        .await?;
    let slow = thing.ready_at.is_some_and(|at| at > Instant::now());
    let state = match (slow, thing.human) {
        (true, _) => State::Settling("it is being made".into()),
        (false, true) => State::Human("a record in the DNS".into()),
        (false, false) => State::Ready,
    };
    Ok(Made { id: thing.id.clone(), outputs: outputs(&thing), state })
}

fn scope_of(tags: &Tags) -> (Option<&str>, Option<&str>) {
    (tags.get(key::TENANT), tags.get(key::ENVIRONMENT))
}

/// AWS refuses ids that are not there.
fn refuse_dangling(world: &super::cloud::World, spec: &Value) -> Result<()> {
    let mut missing = None;
    provision::resource::pointer::walk(spec, &mut |_, leaf| {
        if let Some(text) = leaf.as_str() {
            let id = text.split('@').next().unwrap_or(text);
            let is_id =
                id.rsplit_once('-').is_some_and(|(_, tail)| tail.len() == 8 && u32::from_str_radix(tail, 16).is_ok());
            let there = world.things.get(id).is_some_and(|thing| thing.leaves_at.is_none());
            if is_id && !there {
                missing = Some(id.to_owned());
            }
        }
    });
    missing.map_or(Ok(()), |id| Err(Failure::new(Class::NotFound, format!("{id} is not there"))))
}

async fn update<K>(writer: &Writer, live: &Found<K>, spec: &K::Spec, changes: &Changes) -> Result<Made<K>>
where
    K: Kind<Cloud = FakeCloud, Outputs = Outputs>,
{
    assert!(!changes.is_empty(), "an update without changes");
    let spec = serde_json::to_value(spec).expect("specs are JSON");
    let id = live.id.clone();
    let thing = writer
        .0
        .change(format!("update {} {id}", K::TYPE), |world| {
            refuse_dangling(world, &spec)?;
            let thing = world.things.get_mut(&id).ok_or_else(|| Failure::new(Class::NotFound, "gone"))?;
            for path in K::CREATE_ONLY {
                assert_eq!(thing.spec.pointer(path), spec.pointer(path), "an update of a create-only property");
            }
            thing.spec = spec;
            Ok(thing.clone())
        })
        .await?;
    Ok(Made { id: thing.id.clone(), outputs: outputs(&thing), state: State::Ready })
}

async fn retag<K: Kind>(writer: &Writer, live: &Found<K>, set: &Tags, unset: &[String]) -> Result<()> {
    let id = live.id.clone();
    writer
        .0
        .change(format!("retag {} {id}", K::TYPE), |world| {
            let thing = world.things.get_mut(&id).ok_or_else(|| Failure::new(Class::NotFound, "gone"))?;
            set.iter().for_each(|(key, value)| thing.tags.set(key, value));
            unset.iter().for_each(|key| drop(thing.tags.0.remove(key)));
            Ok(())
        })
        .await
}

async fn delete<K: Kind>(writer: &Writer, live: &Found<K>) -> Result<Vec<Kept>> {
    let id = live.id.clone();
    writer
        .0
        .change(format!("delete {} {id}", K::TYPE), |world| {
            if let Some(user) = world.users(&id).first() {
                return Err(Failure::new(Class::Busy, format!("{} {} uses it", user.kind, user.id)));
            }
            let slowness = world.slowness(K::TYPE);
            match world.things.get_mut(&id) {
                Some(thing) if slowness > Duration::ZERO => thing.leaves_at = Some(Instant::now() + slowness),
                _ => drop(world.things.remove(&id)),
            }
            Ok(Vec::new())
        })
        .await
}

macro_rules! fake_kind {
    ($(#[$doc:meta])* $kind:ident, $type:literal, $name:expr, $($rest:tt)*) => {
        $(#[$doc])*
        pub struct $kind;

        impl Kind for $kind {
            type Cloud = FakeCloud;
            type Spec = specs::$kind;
            type Outputs = Outputs;
            const TYPE: &'static str = $type;
            const REF: &'static str = "Id";
            const EXAMPLE: &'static str = "";
            const NAME: NameRule = $name;
            $($rest)*

            fn permissions() -> Permissions {
                Permissions::default()
            }
            async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
                list(reader, scope).await
            }
            async fn create(writer: &Writer, name: &Name, spec: &Self::Spec, tags: &Tags) -> Result<Made<Self>> {
                create(writer, name, spec, tags).await
            }
            async fn update(writer: &Writer, live: &Found<Self>, spec: &Self::Spec, changes: &Changes) -> Result<Made<Self>> {
                update(writer, live, spec, changes).await
            }
            async fn retag(writer: &Writer, live: &Found<Self>, set: &Tags, unset: &[String]) -> Result<()> {
                retag(writer, live, set, unset).await
            }
            async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Vec<Kept>> {
                delete(writer, live).await
            }
        }
    };
}

pub mod specs {
    use super::*;

    macro_rules! spec {
        ($kind:ident { $($(#[$attr:meta])* $field:ident: $ty:ty),* $(,)? }) => {
            #[derive(Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "PascalCase", deny_unknown_fields)]
            pub struct $kind { $($(#[$attr])* pub $field: $ty),* }
        };
    }

    spec!(Net {
        range: String,
        #[serde(default)]
        dns: bool
    });
    spec!(Part { net: Ref<super::Net>, range: String, #[serde(default)] public: bool });
    spec!(Group { net: Ref<super::Net>, #[serde(default)] friends: Set<Ref<super::Group>>, #[serde(default)] ports: Set<i64> });
    spec!(Gate { part: Ref<super::Part>, size: String });
    spec!(Store {
        parts: Set<Ref<super::Part>>,
        engine: String,
        #[serde(default)]
        class: String,
        #[serde(default)]
        groups: Set<Ref<super::Group>>,
        #[serde(default)]
        days: i64,
        #[serde(default)]
        guarded: bool
    });
    spec!(Recipe { steps: Vec<String>, #[serde(default)] store: String });
    spec!(Work { recipe: Ref<super::Recipe>, revision: Value, groups: Set<Ref<super::Group>>, #[serde(default)] doors: Set<Ref<super::Door>>, #[serde(default)] count: i64 });
    spec!(Cert { domain: String });
    spec!(Door { net: Ref<super::Net>, #[serde(default)] cert: Ref<super::Cert>, #[serde(default)] rule: String });
}

fake_kind! {
    /// Made in several calls.
    Net, "Fake::Net", NameRule::Assigned { max: 255 },
    const CREATE_ONLY: &'static [&'static str] = &["/Range"];
    const SEVERAL_CALLS: bool = true;
}
fake_kind! {
    Part, "Fake::Part", NameRule::Assigned { max: 255 },
    const CLAIMS: &'static [&'static str] = &["/Net", "/Range"];
    const CREATE_ONLY: &'static [&'static str] = &["/Net", "/Range"];
}
fake_kind! {
    /// May refer to each other in circles.
    Group, "Fake::Group", NameRule::Hashed { max: 40 },
    const CLAIMS: &'static [&'static str] = &["/Net"];
    const CREATE_ONLY: &'static [&'static str] = &["/Net"];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const LATE: &'static [&'static str] = &["/Friends"];
}
fake_kind! {
    /// Replaced with the new one first.
    Gate, "Fake::Gate", NameRule::Assigned { max: 255 },
    const CREATE_ONLY: &'static [&'static str] = &["/Part", "/Size"];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
}
fake_kind! {
    /// Bears data, is slow, and has a unique name.
    Store, "Fake::Store", NameRule::Unique { max: 40 },
    const CREATE_ONLY: &'static [&'static str] = &["/Engine"];
    const STATEFUL: bool = true;
    const PROTECTION: &'static [&'static str] = &["/Guarded"];
    const SECONDS: u32 = 400;
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let days = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
        let is_shorter = |field: &FieldDiff| field.path == "/Days" && days(&field.after) < days(&field.before);
        if fields.iter().any(is_shorter) { Disruption::DestroysData } else { Disruption::Restart }
    }
}
fake_kind! {
    /// Its revision changes with every update.
    Recipe, "Fake::Recipe", NameRule::Unique { max: 40 },
    const UPDATED_OUTPUTS: &'static [&'static str] = &["Revision"];
}
fake_kind! {
    Work, "Fake::Work", NameRule::Unique { max: 40 },
    const INITIAL: &'static [&'static str] = &["/Count"];
    const LATE: &'static [&'static str] = &["/Doors"];
    const SECONDS: u32 = 60;
}
fake_kind! {
    /// Waits for a person.
    Cert, "Fake::Cert", NameRule::Assigned { max: 255 },
    const CREATE_ONLY: &'static [&'static str] = &["/Domain"];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const AWAITS_PERSON: bool = true;
}
fake_kind! {
    Door, "Fake::Door", NameRule::Assigned { max: 255 },
    const CREATE_ONLY: &'static [&'static str] = &["/Net"];
}
