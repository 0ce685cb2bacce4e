//! Three small kinds with strict types, over a cloud in which nothing happens.

use provision::resource::{
    Bearer, Changes, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name, NameRule, OrRef,
    Permissions, Ref, Result, Scope, Tags, Turn,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::fake_kinds_loose::Nowhere;

/// Something that hosts stand in.
pub struct Net;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NetSpec {
    range: String,
    #[serde(default)]
    open: bool,
}

/// Something that takes no tags.
pub struct Board;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BoardSpec {
    text: String,
}

/// Something with every kind of property.
pub struct Host;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HostSpec {
    net: Ref<Net>,
    #[serde(default)]
    port: OrRef<u16>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    friends: Vec<Ref<Host>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<Ref<Host>>,
    #[serde(default)]
    disks: Vec<Disk>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Disk {
    name: String,
    #[serde(default)]
    size: u32,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Fast,
    Slow,
}

/// What is the same of all.
const fn essentials(kind: &'static str, name: NameRule, identity: Identity) -> Essentials {
    Essentials {
        kind,
        is_global: false,
        indexed_as: None,
        reference: "Id",
        name,
        identity,
        name_property: None,
        non_idempotent: &[],
        id_prefixes: &[],
        attachable: &[],
        example: "",
        changed: "",
        permissions: Permissions::NONE,
    }
}

macro_rules! idle {
    ($spec:ty) => {
        type Cloud = Nowhere;
        type Spec = $spec;
        type Outputs = Value;

        async fn list((): &(), _: &Scope) -> Result<Listing<Self>> {
            Ok(Listing::default())
        }

        async fn create((): &(), _: &Name, _: &$spec, _: &Tags) -> Result<Made<Self>> {
            unreachable!("the input side creates nothing")
        }

        async fn update((): &(), _: &Found<Self>, _: &$spec, _: &Changes) -> Result<Turn<Made<Self>>> {
            unreachable!("the input side updates nothing")
        }

        async fn retag((): &(), _: &Bearer<'_, Self>, _: &Tags, _: &[String]) -> Result<()> {
            Ok(())
        }

        async fn delete((): &(), _: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
            Ok(Turn::Done(Vec::new()))
        }
    };
}

impl Kind for Board {
    const FACTS: Facts =
        Facts::of(essentials("Test::Board", NameRule::Unique { max: 40 }, Identity::Name { note: None }));
    idle!(BoardSpec);
}

impl Kind for Net {
    const FACTS: Facts = Facts::of(essentials("Test::Net", NameRule::Assigned { max: 255 }, Identity::Tags));
    idle!(NetSpec);
}

impl Kind for Host {
    const FACTS: Facts = Facts {
        deferrable: &["/Friends"],
        keyed: &[("/Disks", "Name")],
        ..Facts::of(essentials("Test::Host", NameRule::Unique { max: 32 }, Identity::Tags))
    };
    idle!(HostSpec);

    fn check(spec: &HostSpec) -> Vec<Mistake> {
        let big = spec.disks.iter().enumerate().filter(|(_, disk)| disk.size > 100);
        big.map(|(at, disk)| Mistake::new(format!("/Disks/{at}/Size"), format!("the disk {} is too big", disk.name)))
            .collect()
    }
}
