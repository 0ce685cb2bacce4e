//! Kinds of every type that the built-in templates use, which take any properties: for tests of the input side.

use provision::resource::{
    Address, Changes, Cloud, Difference, Disruption, Essentials, Facts, FieldDiff, Found, Kept, Kind, Listing, Made,
    Name, NameRule, Neighbours, Permissions, Replacement, Result, Schema, Scope, Shape, Tags, Turn, Window, compare,
};
use serde_json::Value;

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
        reference: "Id",
        name: NameRule::Unique { max: 512 },
        name_property: None,
        sends_once: &[],
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

    async fn retag((): &(), _: &Found<Self>, _: &Tags, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn delete((): &(), _: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        Ok(Turn::Done(Vec::new()))
    }
}

/// A kind of any type.
pub struct Loose(Facts);

const TYPES: &[&str] = &[
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::CertificateManager::Certificate",
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSubnetGroup",
    "AWS::WAFv2::IPSet",
    "AWS::WAFv2::WebACL",
];

/// One of every type.
pub fn loose() -> Vec<Loose> {
    TYPES.iter().map(|kind| Loose::of(kind)).collect()
}

impl Loose {
    fn of(kind: &'static str) -> Self {
        let late: &[&str] =
            if kind == "AWS::EC2::SecurityGroup" { &["/SecurityGroupIngress", "/SecurityGroupEgress"] } else { &[] };
        Self(Facts { kind, late, replacement: Replacement::DeleteFirst, ..Any::FACTS })
    }
}

impl Shape for Loose {
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

    fn check(&self, _: &Value) -> Vec<(String, String)> {
        Vec::new()
    }

    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        compare(self.facts(), self.schema(), live, desired)
    }

    fn widened(&self, _: &str, _: &Value, _: &Value) -> Option<Value> {
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

    fn hastens(&self, _: &Value, _: &[FieldDiff]) -> bool {
        false
    }

    fn window(&self, _: &Value, _: jiff::Timestamp) -> Option<Window> {
        None
    }

    fn refuses(&self, _: &Value, _: &Value, _: &[FieldDiff]) -> Option<String> {
        None
    }

    fn refuses_new(&self, _: &Value) -> Option<String> {
        None
    }

    fn replaces(&self, _: &Value, _: &Value, _: &FieldDiff) -> bool {
        false
    }

    fn holds_initial(&self, _: &FieldDiff) -> bool {
        true
    }

    fn is_deployed_by_others(&self, _: &str, _: &Value, _: &Value) -> bool {
        true
    }

    fn follows(&self, _: &Value, _: &Address, _: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        None
    }
}
