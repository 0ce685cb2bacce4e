//! `dns.private`: names inside the network, in a zone that no public one is taken for.

use provision::blueprint::Blueprint;
use provision::resource::Disruption;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: acme
template: modyo
account: \"300000000887\"
environments:
  certification:
    region: us-east-1
    protected: false
    cidr: 10.20.0.0/20
    load_balancer: internal
    waf: { enabled: false }
    dns: { private: acme.internal }
    databases:
      main: { engine: mysql, version: 8.0.mysql_aurora.3.08.0, readers: 0 }
    caches:
      sessions: { engine: valkey, version: \"8.0\", replicas: 0 }
";

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

#[test]
fn databases_caches_and_the_internal_load_balancer_have_names() {
    let names = |stack: &Blueprint| {
        let records = stack.resources.values().filter(|one| &*one.address.kind == "AWS::Route53::RecordSet");
        records.filter_map(|one| one.spec["Name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let expected = [
        "cache-sessions.acme.internal",
        "cache-sessions-reader.acme.internal",
        "database-main.acme.internal",
        "database-main-reader.acme.internal",
        "load-balancer.acme.internal",
    ];
    let mut all = names(&stack(TENANT));
    all.sort();
    let mut wanted = expected.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(all, wanted);
    assert!(names(&stack(&TENANT.replace("    dns: { private: acme.internal }\n", ""))).is_empty());
}

/// Inside the network nobody would find the public name.
#[test]
fn a_public_name_in_the_domain_of_the_private_zone_is_a_mistake_with_the_line() {
    let told = |domain: &str| {
        let text = TENANT.replace("    dns:", &format!("    domain: {domain}\n    dns:"));
        blueprints(&[("acme.yaml", &text)], &[]).err()
    };
    for hidden in ["www.acme.internal", "acme.internal"] {
        let why = told(hidden).expect("a mistake");
        assert!(why.contains("acme.yaml:13") && why.contains("would not be found inside"), "{why}");
    }
    assert_eq!(told("www.acme.example"), None);
}

/// Of a public and a private zone of one name each stays what it is, and what somebody takes away comes back.
#[test]
fn a_private_zone_is_made_mended_and_taken_away_beside_a_public_one_of_its_name() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000887").await;
        let mut tenant = TENANT.to_owned();
        let (head, _) = tenant.split_once("    databases:").expect("it has some");
        tenant = head.to_owned();
        let with = stack(&tenant);
        local.kinds.retain(|kind| with.resources.keys().any(|address| address.kind == kind.facts().kind));
        let route53 = aws_sdk_route53::Client::new(&local.by_hand().await);
        let public = route53.create_hosted_zone().name("acme.internal").caller_reference("by hand").send().await;
        let public = public.expect("made").hosted_zone.expect("a zone").id;
        local.apply(&with).await.unwrap_or_else(|why| panic!("{why}"));

        let zones = route53.list_hosted_zones().send().await.expect("listed").hosted_zones;
        let (private, others): (Vec<_>, Vec<_>) =
            zones.into_iter().partition(|zone| zone.config().is_some_and(|config| config.private_zone()));
        assert_eq!(private.len(), 1);
        assert!(others.iter().any(|zone| zone.id() == public), "{others:?}");
        let records = route53.list_resource_record_sets().hosted_zone_id(&public).send().await.expect("listed");
        assert_eq!(records.resource_record_sets().len(), 2, "nothing of ours is in the public one");

        // Another network is associated by hand: drift.
        let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
        let other = ec2.create_vpc().cidr_block("10.99.0.0/16").send().await.expect("made").vpc.expect("a VPC");
        let vpc = aws_sdk_route53::types::Vpc::builder().vpc_region("us-east-1".into());
        let vpc = vpc.vpc_id(other.vpc_id().expect("it has one")).build();
        let call = route53.associate_vpc_with_hosted_zone().hosted_zone_id(private[0].id());
        call.vpc(vpc).send().await.expect("associated");
        let plan = local.plan(&with).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|one| &*one.path).collect();
        assert_eq!(fields, ["/VPCs"], "{}", words(&plan));
        local.apply(&with).await.unwrap_or_else(|why| panic!("{why}"));

        // Taken out, it goes with its records, and nothing else is touched.
        let without = stack(&tenant.replace("    dns: { private: acme.internal }\n", ""));
        let plan = local.plan(&without).await;
        assert!(
            plan.changes.iter().all(|change| change.address.kind.starts_with("AWS::Route53::")),
            "{}",
            words(&plan)
        );
        assert!(plan.changes.iter().any(|change| change.disruption > Disruption::None), "{}", words(&plan));
        local.apply(&without).await.unwrap_or_else(|why| panic!("{why}"));
        let left = route53.list_hosted_zones().send().await.expect("listed").hosted_zones;
        assert!(left.iter().any(|zone| zone.id() == public) && left.iter().all(|zone| zone.id() != private[0].id()));
        local.destroy(&without).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
