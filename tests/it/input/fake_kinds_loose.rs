//! Kinds of every type that the built-in templates use, which take any properties: for tests of the input side.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use provision::resource::{
    Address, Bearer, Changes, Cloud, Difference, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, Neighbours, Permissions, Replacement, Result, Schema, Scope, Shape, Tags,
    Turn, Window, compare,
};
use serde_json::Value;

use crate::repository::tidy::{files, read};

/// A cloud in which nothing happens.
pub struct Nowhere;

impl Cloud for Nowhere {
    type Reader = ();
    type Writer = ();
}

struct Any;

impl Kind for Any {
    type Cloud = Nowhere;
    type Spec = Value;
    type Outputs = Value;

    const FACTS: Facts = Facts::of(Essentials {
        kind: "Any",
        is_global: false,
        indexed_as: None,
        reference: "Id",
        name: NameRule::Unique { max: 512 },
        identity: Identity::Tags,
        name_property: None,
        non_idempotent: &[],
        id_prefixes: &[],
        attachable: &[],
        example: "",
        changed: "",
        permissions: Permissions::NONE,
    });

    async fn list((): &(), _: &Scope) -> Result<Listing<Self>> {
        Ok(Listing::default())
    }

    async fn create((): &(), _: &Name, _: &Value, _: &Tags) -> Result<Made<Self>> {
        unreachable!("the input side creates nothing")
    }

    async fn update((): &(), _: &Found<Self>, _: &Value, _: &Changes) -> Result<Turn<Made<Self>>> {
        unreachable!("the input side updates nothing")
    }

    async fn retag((): &(), _: &Bearer<'_, Self>, _: &Tags, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn delete((): &(), _: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        Ok(Turn::Done(Vec::new()))
    }
}

/// A kind of any type.
pub struct LooseKind(Facts);

/// The types that the templates name.
static TYPES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let texts = files("templates").into_iter().map(|path| read(&path));
    let of = |text: String| {
        let named =
            text.lines().filter_map(|line| line.split_once("type: AWS::")).map(|(_, rest)| format!("AWS::{rest}"));
        named.collect::<Vec<_>>()
    };
    texts.flat_map(of).collect()
});

/// One of every type.
pub fn loose() -> Vec<LooseKind> {
    TYPES.iter().map(|kind| LooseKind::of(kind)).collect()
}

impl LooseKind {
    fn of(kind: &'static str) -> Self {
        let deferrable: &[&str] = match kind {
            "AWS::EC2::SecurityGroup" => &["/SecurityGroupIngress", "/SecurityGroupEgress"],
            "AWS::ECS::Cluster" => &["/CapacityProviders"],
            "AWS::SQS::Queue" => &["/Policy"],
            "AWS::S3::Bucket" => &["/Policy"],
            _ => &[],
        };
        Self(Facts { kind, deferrable, replacement: Replacement::DeleteFirst, ..Any::FACTS })
    }
}

impl Shape for LooseKind {
    fn facts(&self) -> &Facts {
        &self.0
    }

    fn schema(&self) -> &'static Schema {
        Schema::of::<Value>()
    }

    fn outputs(&self) -> &'static Schema {
        Schema::of::<Value>()
    }

    fn normalise(&self, spec: Value) -> std::result::Result<Value, String> {
        Ok(spec)
    }

    fn check(&self, _: &Value) -> Vec<Mistake> {
        Vec::new()
    }

    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        compare(self.facts(), self.schema(), live, desired)
    }

    fn union(&self, _: &str, _: &Value, _: &Value) -> Option<Value> {
        None
    }

    fn disruption(&self, _: &[FieldDiff]) -> Disruption {
        Disruption::None
    }

    fn irreversible(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Option<String> {
        None
    }

    fn advice(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Vec<String> {
        Vec::new()
    }

    fn waits_for_window(&self, _: &Value, _: &Value, _: &FieldDiff) -> bool {
        false
    }

    fn update_seconds(&self, _: &Value, _: &[FieldDiff]) -> u32 {
        self.facts().seconds
    }

    fn applies_pending(&self, _: &Value, _: &[FieldDiff]) -> bool {
        false
    }

    fn window(&self, _: &Value, _: jiff::Timestamp) -> Option<Window> {
        None
    }

    fn refuses(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Option<String> {
        None
    }

    fn several_calls(&self, _: &Value) -> bool {
        false
    }
    fn needs_person(&self, _: &Value) -> bool {
        self.facts().awaits_action
    }

    fn refuses_new(&self, _: &Value) -> Option<String> {
        None
    }

    fn replaces(&self, _: &Value, _: &Value, _: &FieldDiff) -> bool {
        false
    }

    fn is_deployed_by_others(&self, _: &str, _: &Value, _: &Value) -> bool {
        true
    }

    fn depends_on(&self, _: &Value, _: &Address, _: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        None
    }
}
