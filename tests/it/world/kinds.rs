use provision::resource::normal::Set;
use provision::resource::{
    AnyKind, Bearer, Changes, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made,
    Name, NameRule, Permissions, Ref, Replacement, Restart, Result, Scope, States, Tags, Turn,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cloud::{FakeCloud, Reader, Writer};
use super::verbs;

/// Every fake kind.
pub static KINDS: &[&dyn AnyKind<FakeCloud>] =
    &[&Board, &Cache, &Cert, &Door, &Front, &Gate, &Group, &Net, &Part, &Recipe, &Role, &Store, &Work];

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    /// As others in its region may name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Changes with every update of a recipe.
    #[serde(default)]
    pub revision: u64,
}

/// The fake index names each type; like AWS's, it shows no role, and nothing that has no tags.
const fn indexed(kind: &'static str, identity: Identity) -> Option<&'static str> {
    if matches!(identity, Identity::Tags) && !is_role(kind) { Some(kind) } else { None }
}

/// Whether it is like AWS's roles: the others are called `Fake::`.
const fn is_role(kind: &'static str) -> bool {
    kind.as_bytes()[0] == b'A'
}

/// Whether what is of a type belongs to no region.
pub fn is_global(kind: &str) -> bool {
    KINDS.iter().any(|known| known.facts().kind == kind && known.facts().is_global)
}

macro_rules! fake_kind {
    ($(#[$doc:meta])* $kind:ident, $type:literal, $name:expr, $identity:expr, { $($fact:ident: $value:expr),* $(,)? } $($rest:tt)*) => {
        $(#[$doc])*
        pub struct $kind;

        impl Kind for $kind {
            type Cloud = FakeCloud;
            type Spec = specs::$kind;
            type Outputs = Outputs;
            const FACTS: Facts = Facts {
                $($fact: $value,)*
                ..Facts::of(Essentials {
                    kind: $type,
                    is_global: is_role($type),
                    indexed_as: indexed($type, $identity),
                    reference: "Id",
                    name: $name,
                    identity: $identity,
                    name_property: None,
                    non_idempotent: &[],
                    id_prefixes: &[],
                    attachable: &[],
                    example: "",
                    changed: "",
                    permissions: Permissions::NONE,
                })
            };
            $($rest)*

            async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
                verbs::list(reader, scope).await
            }
            async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
                verbs::states::<Self>(reader, ids).await
            }
            async fn create(writer: &Writer, name: &Name, spec: &Self::Spec, tags: &Tags) -> Result<Made<Self>> {
                verbs::create(writer, name, spec, tags).await
            }
            async fn update(writer: &Writer, live: &Found<Self>, spec: &Self::Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
                verbs::update(writer, live, spec, changes).await
            }
            async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
                verbs::retag(writer, bearer, set, unset).await
            }
            async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
                verbs::delete(writer, live).await
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
        guarded: bool,
        /// Whether nobody gets in any more: so it has to be before it is deleted.
        #[serde(default)]
        shut: bool
    });
    spec!(Recipe { steps: Vec<String>, #[serde(default)] store: String, #[serde(default)] needs: Set<i64> });
    spec!(Work { recipe: Ref<super::Recipe>, revision: Value, #[serde(default)] groups: Set<Ref<super::Group>>, #[serde(default)] doors: Set<Ref<super::Door>>, #[serde(default)] count: i64, #[serde(default)] role: Ref<super::Role> });
    spec!(Role {
        #[serde(default)]
        trust: String,
        /// Once there are some, there are some for good.
        #[serde(default)]
        keepers: Set<i64>
    });
    spec!(Cert { domain: String });
    spec!(Board { net: Ref<super::Net>, text: String });
    spec!(Cache { #[serde(default)] ttl: i64, #[serde(default)] headers: Set<String> });
    spec!(Front { cache: Ref<super::Cache>, config: Config });
    spec!(Config {
        title: String,
        #[serde(default)]
        paths: Set<String>,
        #[serde(default)]
        comment: String
    });
    spec!(Door { net: Ref<super::Net>, #[serde(default)] cert: Ref<super::Cert>, #[serde(default)] rule: String });
}

fake_kind! {
    /// Made in several calls.
    Net, "Fake::Net", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        create_only: &["/Range"],
        several_calls: true,
    }
}
fake_kind! {
    Part, "Fake::Part", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        unique_key: &["/Net", "/Range"],
        create_only: &["/Net", "/Range"],
    }
}
fake_kind! {
    /// May refer to each other in circles.
    Group, "Fake::Group", NameRule::Hashed { max: 40 }, Identity::Tags,
    {
        unique_key: &["/Net"],
        create_only: &["/Net"],
        replacement: Replacement::CreateFirst,
        deferrable: &["/Friends"],
        grants: &["/Friends", "/Ports"],
        prunes: &["/Ports"],
    }
}
fake_kind! {
    /// Replaced with the new one first.
    Gate, "Fake::Gate", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        create_only: &["/Part", "/Size"],
        replacement: Replacement::CreateFirst,
        replacement_disruption: Disruption::Outage,
    }
}
fake_kind! {
    /// Bears data, is slow, has a unique name, takes one change at a time, and is shut before it is deleted.
    Store, "Fake::Store", NameRule::Unique { max: 40 }, Identity::Tags,
    {
        memberships: &["/Groups"],
        create_only: &["/Engine"],
        stateful: true,
        protection: &["/Guarded"],
        seconds: 400,
    }
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let days = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
        let is_shorter = |field: &FieldDiff| field.path == "/Days" && days(&field.after) < days(&field.before);
        if fields.iter().any(is_shorter) { Disruption::DestroysData } else { Disruption::Restart }
    }
}
fake_kind! {
    /// Its revision changes with every update.
    Recipe, "Fake::Recipe", NameRule::Unique { max: 40 }, Identity::Tags,
    {
        updated_outputs: &["Revision"],
        sensitive: &["/Steps/*"],
    }
}
fake_kind! {
    Work, "Fake::Work", NameRule::Unique { max: 40 }, Identity::Tags,
    {
        ignored_after_create: &["/Count"],
        deferrable: &["/Doors"],
        rollout: &["/Groups", "/Recipe", "/Revision"],
        restart: Some(Restart { path: "/Run", told: |_| "its version is started anew".to_owned() }),
        seconds: 60,
    }
}
fake_kind! {
    /// Is everywhere, as the product knows by its type.
    Role, "AWS::IAM::Role", NameRule::Unique { max: 40 }, Identity::Tags,
    {}
    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        let is_empty = |field: &&FieldDiff| field.path == "/Keepers" && field.after == Some(serde_json::json!([]));
        fields.iter().find(is_empty).map(|_| "somebody has to keep it".to_owned())
    }
}
fake_kind! {
    /// Waits for a person. What is in another region may refer to it.
    Cert, "Fake::Cert", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        create_only: &["/Domain"],
        replacement: Replacement::CreateFirst,
        awaits_action: true,
    }
}
fake_kind! {
    /// Takes no tags, and no word on what was applied.
    Board, "Fake::Board", NameRule::Unique { max: 255 }, Identity::Name { note: None },
    {
        create_only: &["/Net"],
    }
}
fake_kind! {
    /// Takes no tags, has a comment for what was applied, and is made in several calls. Its id is the cloud's.
    Cache, "Fake::Cache", NameRule::Unique { max: 64 }, Identity::Name { note: Some(128) },
    {
        several_calls: true,
    }
}
fake_kind! {
    /// Has all of its content under one property.
    Front, "Fake::Front", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        digest_below: &["/Config"],
    }
}
fake_kind! {
    Door, "Fake::Door", NameRule::Assigned { max: 255 }, Identity::Tags,
    {
        create_only: &["/Net"],
    }
}
