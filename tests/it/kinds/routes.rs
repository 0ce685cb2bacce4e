//! Routes: an additive list, of which the stack's own are told from others' whatever became of their targets.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::blueprint::Blueprint;
use provision::inventory::ListOutcome;
use provision::kinds::shapes;
use provision::plan::{Action, Assumed, Change, Input, Mode, StackPlan, Step, Verb, plan};
use provision::resource::{Disruption, Unmodelled};

use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};

const ACCOUNT: &str = "300000000032";
/// A peering that somebody made: it is referred to, and no resource of the stack.
const PEERING: &str = "PEERING";
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/24 }
  - type: AWS::EC2::RouteTable
    name: main
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes:
        - { DestinationCidrBlock: 10.99.0.0/16, VpcPeeringConnectionId: PEERING }
";
const ROUTES: &str = "      Routes:
        - { DestinationCidrBlock: 10.99.0.0/16, VpcPeeringConnectionId: PEERING }
";

#[test]
fn a_removed_route_goes_although_its_target_is_nobodys_and_a_foreign_one_stays() {
    on_deep_stack(async {
        let local = LocalAccount::new(ACCOUNT).await;
        let bare = stack(&TEMPLATE.replace(ROUTES, "      Routes: []\n"));
        local.apply(&bare).await.unwrap_or_else(|why| panic!("{why}"));
        let (table, peering) = peer(&local, &bare).await;
        let routed = stack(&TEMPLATE.replace(PEERING, &peering));
        local.apply(&routed).await.unwrap_or_else(|why| panic!("{why}"));
        let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
        // To nobody's range, and to one of ours: an inspection takes such traffic its way.
        let foreign = ["10.98.0.0/16", "10.20.0.0/24"];
        for range in foreign {
            let route = ec2.create_route().route_table_id(&table).destination_cidr_block(range);
            route.vpc_peering_connection_id(&peering).send().await.unwrap();
        }

        let plan = local.plan(&bare).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &field.path).collect();
        assert_eq!(fields, ["/Routes/10.99.0.0~116"], "{}", words(&plan));
        assert_eq!(plan.changes[0].action, Action::Update);
        local.apply(&bare).await.unwrap_or_else(|why| panic!("{why}"));
        let unmanaged: Vec<_> = local.plan(&bare).await.unmanaged.into_iter().map(|thing| thing.id).collect();
        assert!(foreign.iter().all(|range| unmanaged.contains(&(*range).to_owned())), "they stay: {unmanaged:?}");
    });
}

#[test]
fn a_declared_route_that_leads_nowhere_is_told_with_its_reason_and_a_foreign_one_is_nobodys() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000086").await;
        let bare = stack(&TEMPLATE.replace(ROUTES, "      Routes: []\n"));
        local.apply(&bare).await.unwrap_or_else(|why| panic!("{why}"));
        let (_, peering) = peer(&local, &bare).await;
        let routed = stack(&TEMPLATE.replace(PEERING, &peering));
        local.apply(&routed).await.unwrap_or_else(|why| panic!("{why}"));
        let mut inventory = local.inventory(&routed).await;
        for seen in inventory.kinds.values_mut() {
            let ListOutcome::Read(listing) = seen else { continue };
            let tables = listing.found.iter_mut().filter(|(address, _)| address.kind == "AWS::EC2::RouteTable");
            for live in tables.flat_map(|(_, lives)| lives) {
                for range in ["10.99.0.0~116", "10.98.0.0~116"] {
                    let text = "leads nowhere: the peering is gone".to_owned();
                    let path = format!("/Routes/{range}");
                    Arc::make_mut(live).unmodelled.push(Unmodelled { path, text });
                }
            }
        }
        let plan = plan_with(&routed, &inventory, Mode::Apply);
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).collect();
        assert_eq!(fields.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["/Routes/10.99.0.0~116"]);
        assert_eq!(fields[0].before, Some("leads nowhere: the peering is gone".into()));
        assert!(plan.unmanaged.iter().any(|thing| thing.id == "10.98.0.0/16"), "{:?}", plan.unmanaged);
    });
}

#[test]
fn a_route_added_by_hand_to_our_own_gateway_is_left_alone() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000068").await;
        let table = "      Routes:\n        - { DestinationCidrBlock: 0.0.0.0/0, GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\" }\n";
        let gateway = "  - type: AWS::EC2::InternetGateway\n    name: main\n    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }\n";
        let mut wanted = stack(&(TEMPLATE.replace(ROUTES, table) + gateway));
        wanted.stack.account.clone_from(&local.account);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&wanted).await;
        let id = |address: &str| inventory.all().find(|(at, _)| at.to_string() == address).unwrap().1.id.clone();
        let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
        let route = ec2.create_route().route_table_id(id("AWS::EC2::RouteTable/main"));
        let route = route.destination_cidr_block("198.51.100.0/24").gateway_id(id("AWS::EC2::InternetGateway/main"));
        route.send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        assert!(plan.unmanaged.iter().any(|thing| thing.id == "198.51.100.0/24"), "{:?}", plan.unmanaged);
    });
}

/// Two tables of one VPC with these of its two subnets.
fn tables(local: &LocalAccount, one: &[&str], other: &[&str]) -> Blueprint {
    let network = TEMPLATE.split("  - type: AWS::EC2::RouteTable").next().unwrap().to_owned();
    let vpc = "\"{{ ref('AWS::EC2::VPC/main') }}\"";
    let second = format!(
        "  - type: AWS::EC2::Subnet\n    name: second\n    properties: {{ VpcId: {vpc}, CidrBlock: 10.20.1.0/24 }}\n"
    );
    let table = |name: &str, subnets: &[&str]| {
        let subnets: Vec<_> =
            subnets.iter().map(|name| format!("\"{{{{ ref('AWS::EC2::Subnet/{name}') }}}}\"")).collect();
        let subnets = subnets.join(", ");
        format!(
            "  - type: AWS::EC2::RouteTable\n    name: {name}\n    properties: {{ VpcId: {vpc}, SubnetIds: [{subnets}] }}\n"
        )
    };
    let mut wanted = stack(&(network + &second + &table("a", one) + &table("b", other)));
    wanted.stack.account.clone_from(&local.account);
    wanted
}

/// Plans and applies, and returns what no subnet is to be without: the calls that end an association.
async fn hand_over(local: &LocalAccount, wanted: &Blueprint) -> (StackPlan, Vec<String>) {
    let (plan, before) = (local.plan(wanted).await, local.calls().await.len());
    local.apply(wanted).await.unwrap_or_else(|why| panic!("{why}"));
    let again = local.plan(wanted).await;
    assert!(again.is_empty(), "{}", words(&again));
    let calls = local.calls().await.split_off(before);
    (plan, calls.into_iter().filter(|call| call.contains("DisassociateRouteTable")).collect())
}

fn update<'p>(plan: &'p StackPlan, name: &str) -> (&'p Step, &'p Change) {
    let step = plan.steps.values().find(|step| step.id.address.name == name && step.id.verb == Verb::Update);
    let change = plan.changes.iter().find(|change| change.address.name == name);
    step.zip(change).unwrap_or_else(|| panic!("{name}: {:#?}", plan.steps.keys()))
}

#[test]
fn a_subnet_that_moves_to_another_table_is_taken_over_before_it_is_given_up() {
    on_deep_stack(async move {
        let local = LocalAccount::new("300000000070").await;
        let (here, there) = (tables(&local, &["main"], &[]), tables(&local, &[], &["main"]));
        local.apply(&here).await.unwrap_or_else(|why| panic!("{why}"));
        for (wanted, giver, taker) in [(&there, "a", "b"), (&here, "b", "a")] {
            let (plan, ended) = hand_over(&local, wanted).await;
            let (step, change) = update(&plan, giver);
            assert!(step.after.contains(&update(&plan, taker).0.id), "{:#?}", plan.steps.keys());
            assert_eq!(change.disruption, Disruption::Failover, "no outage, for there is no gap");
            let taker = format!("AWS::EC2::RouteTable/{taker} takes over what it gives up, without a gap");
            assert!(change.notes.contains(&taker), "{:?}", change.notes);
            assert!(ended.is_empty(), "{ended:?}");
        }
        // What nobody takes is given up, and that is an outage.
        let (plan, ended) = hand_over(&local, &tables(&local, &[], &[])).await;
        assert_eq!((update(&plan, "a").1.disruption, ended.len()), (Disruption::Outage, 1));
    });
}

#[test]
fn two_tables_exchange_their_subnets_and_neither_is_ever_without() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000110").await;
        let (here, there) = (tables(&local, &["main"], &["second"]), tables(&local, &["second"], &["main"]));
        local.apply(&here).await.unwrap_or_else(|why| panic!("{why}"));
        for wanted in [&there, &here] {
            let (plan, ended) = hand_over(&local, wanted).await;
            let of = |name| update(&plan, name).1.disruption;
            assert_eq!((of("a"), of("b")), (Disruption::Failover, Disruption::Failover), "{}", words(&plan));
            assert!(ended.is_empty(), "{ended:?}");
        }
    });
}

/// Who was not asked for takes nothing, so that what was asked for is done.
#[test]
fn what_a_partial_apply_leaves_out_takes_nothing_over() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000111").await;
        local.apply(&tables(&local, &["main"], &[])).await.unwrap_or_else(|why| panic!("{why}"));
        let wanted = tables(&local, &[], &["main"]);
        let inventory = local.inventory(&wanted).await;
        let asked = BTreeSet::from(["AWS::EC2::RouteTable/a".parse().unwrap()]);
        let (shapes, now) = (shapes(), "2026-11-23T00:00:00Z".parse().unwrap());
        let (blueprint, mode, selection) = (&wanted, Mode::Apply, Some(asked));
        let plan = plan(&Input {
            blueprint,
            inventory: &inventory,
            shapes: &shapes,
            mode,
            selection,
            now,
            assumed: Assumed::default(),
        });
        let (step, change) = update(&plan, "a");
        assert_eq!((step.transfers.len(), change.disruption), (0, Disruption::Outage), "{}", words(&plan));
    });
}

/// Makes a second VPC and peers it with the stack's; returns the stack's route table and the peering.
async fn peer(local: &LocalAccount, blueprint: &Blueprint) -> (String, String) {
    let inventory = local.inventory(blueprint).await;
    let id = |address: &str| {
        let found = inventory.all().find(|(at, _)| at.to_string() == address);
        found.unwrap_or_else(|| panic!("{address} is not there")).1.id.clone()
    };
    let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
    let other = ec2.create_vpc().cidr_block("10.99.0.0/16").send().await.unwrap().vpc.unwrap();
    let call = ec2.create_vpc_peering_connection().vpc_id(id("AWS::EC2::VPC/main"));
    let peering = call.peer_vpc_id(other.vpc_id.unwrap()).send().await.unwrap().vpc_peering_connection.unwrap();
    (id("AWS::EC2::RouteTable/main"), peering.vpc_peering_connection_id.unwrap())
}

fn stack(template: &str) -> Blueprint {
    stack_of("roads", ACCOUNT, template)
}
