//! A CDN before the load balancer, as `docs/tenants/cdn.md` shows it, and websites of buckets, as `docs/tenants/websites.md`
//! does, on the local AWS.

use std::path::Path;

use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types::{FunctionStage, PriceClass};
use provision::blueprint::Blueprint;
use provision::plan::{Cause, Change, StackPlan};
use provision::resource::Disruption;

use crate::repository::tenant_pages::examples;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const SHOWN: &str = "123456789012";

/// The example of the page, with a text of it replaced.
fn example(account: &str, changes: &[(&str, &str)]) -> Blueprint {
    example_of("cdn.md", account, changes)
}

fn example_of(page: &str, account: &str, changes: &[(&str, &str)]) -> Blueprint {
    example_at(page, 0, account, changes)
}

fn example_at(page: &str, at: usize, account: &str, changes: &[(&str, &str)]) -> Blueprint {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tenants").join(page);
    let (_, mut tenant) = examples(&page).into_iter().nth(at).expect("the page shows an environment");
    for (old, new) in [(SHOWN, account)].iter().chain(changes) {
        assert!(tenant.contains(old), "the example has no {old}");
        tenant = tenant.replace(old, new);
    }
    blueprints(&[("acme.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// What a plan does, one a line.
fn outline(plan: &StackPlan) -> Vec<String> {
    plan.changes.iter().map(|change| format!("{:?} {}", change.action, change.address)).collect()
}

/// The calls of an apply that changes the rules of security groups, in their order.
async fn rules(local: &LocalAccount, wanted: &Blueprint) -> Vec<String> {
    let before = local.calls().await.len();
    local.apply(wanted).await.unwrap_or_else(|why| panic!("{why}"));
    let calls = local.calls().await.split_off(before);
    calls.into_iter().filter(|call| call.ends_with("SecurityGroupIngress")).collect()
}

/// The load balancer is internal; the stack lives far from us-east-1.
#[test]
fn the_example_is_applied_compared_mended_and_goes_again() {
    on_deep_stack(async {
        let account = "300000000420";
        let (local, wanted) = (LocalAccount::new(account).await, example(account, &[]));
        local.bring_up(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&wanted).await.is_empty());
        let cloudfront = aws_sdk_cloudfront::Client::new(&local.by_hand().await);
        let all = cloudfront.list_distributions().send().await.unwrap().distribution_list.unwrap();
        let id = all.items()[0].id();
        let there = cloudfront.get_distribution_config().id(id).send().await.unwrap();
        let mut config = there.distribution_config.unwrap();
        config.price_class = Some(PriceClass::PriceClass100);
        let call = cloudfront.update_distribution().id(id).set_if_match(there.e_tag);
        call.distribution_config(config).send().await.unwrap();
        let plan = local.plan(&wanted).await;
        let changed: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).collect();
        let told: Vec<_> = changed.iter().map(|field| (field.path.as_str(), &field.cause)).collect();
        assert_eq!(told, [("/DistributionConfig/PriceClass", &Cause::Drift)], "{}", words(&plan));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&wanted).await.is_empty());
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// What visitors need is taken away after they have left it.
#[test]
fn a_public_load_balancer_stays_open_until_it_is_closed_and_opens_before_the_cdn_goes() {
    on_deep_stack(async {
        let account = "300000000421";
        let public = ("load_balancer: internal", "load_balancer: public\n    deletion_protection: false");
        let off = ("      enabled: true\n", "      enabled: false\n");
        let closed = ("      enabled: true\n", "      enabled: true\n      close_load_balancer: true\n");
        let before = example(account, &[public, off]);
        let (open, closed) = (example(account, &[public]), example(account, &[public, closed]));
        let local = LocalAccount::new(account).await;
        local.bring_up(&before).await.unwrap_or_else(|why| panic!("{why}"));

        let plan = local.plan(&open).await;
        let is_loud = |change: &Change| change.disruption > Disruption::None;
        assert!(!plan.changes.iter().any(is_loud), "{}", words(&plan));
        let sent = local.calls().await.len();
        local.bring_up(&open).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(sent);
        assert!(!calls.iter().any(|call| call == "ec2:RevokeSecurityGroupIngress"), "nobody is kept out");

        let plan = local.plan(&closed).await;
        assert_eq!(outline(&plan), ["Update AWS::EC2::SecurityGroup/alb"], "{}", words(&plan));
        let shut = rules(&local, &closed).await;
        assert_eq!(shut, ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], "CloudFront first");

        let opened = rules(&local, &open).await;
        assert_eq!(opened, ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]);
        local.bring_up(&before).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&before).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// A bucket's policy names the distribution, and that the bucket: the circle is cut on the way in and out. What the website is
/// served by stays until it is gone.
#[test]
fn a_bucket_becomes_a_website_and_tells_queues_and_is_neither_again() {
    on_deep_stack(async {
        let account = "300000000424";
        let page = |changes: &[(&str, &str)]| {
            let small =
                ("load_balancer: none", "load_balancer: none\n    deletion_protection: false\n    protected: false");
            // The tests' account has no zone.
            let zone = ("Z0423603VKO3K9HA5YQD", "own");
            example_of("websites.md", account, &[&[small, zone], changes].concat())
        };
        let (site, plain) =
            (page(&[]), page(&[("website: cdn", "cors: []"), ("site:", "#"), ("events", "cors: [] #")]));
        let local = LocalAccount::new(account).await;
        local.apply(&plain).await.unwrap_or_else(|why| panic!("{why}"));
        local.bring_up(&site).await.unwrap_or_else(|why| panic!("{why}"));

        let bucket = format!("acme-production-shop-{account}-eu-west-1-an");
        let s3 = aws_sdk_s3::Client::new(&local.by_hand().await);
        let policy = s3.get_bucket_policy().bucket(&bucket).send().await.unwrap().policy.unwrap();
        let opened = policy.replace("distribution/", "distribution/*");
        s3.put_bucket_policy().bucket(&bucket).policy(opened).send().await.unwrap();
        let plan = local.plan(&site).await;
        assert_eq!(outline(&plan), ["Update AWS::S3::Bucket/shop"], "{}", words(&plan));
        assert!(plan.changes[0].fields.iter().all(|field| field.cause == Cause::Drift), "{}", words(&plan));
        local.apply(&site).await.unwrap_or_else(|why| panic!("{why}"));

        local.apply(&plain).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&plain).await.unwrap_or_else(|why| panic!("{why}"));
        local.bring_up(&site).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&site).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// The second example of the page on websites: headers of its own, folders, and one name for all.
fn manual(account: &str, changes: &[(&str, &str)]) -> Blueprint {
    let open = ("load_balancer: none", "load_balancer: none\n    deletion_protection: false\n    protected: false");
    example_at("websites.md", 1, account, &[&[open], changes].concat())
}

/// Where a call that changes something stands among others.
fn place(calls: &[String], call: &str) -> usize {
    calls
        .iter()
        .position(|one| one == &format!("cloudfront:{call}"))
        .unwrap_or_else(|| panic!("no {call} in {calls:?}"))
}

#[test]
fn what_a_distribution_uses_is_made_before_and_goes_after_it() {
    on_deep_stack(async {
        let account = "300000000426";
        let local = LocalAccount::new(account).await;
        let own = manual(account, &[]);
        local.bring_up(&own).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await;
        for made in ["CreateResponseHeadersPolicy", "PublishFunction"] {
            assert!(place(&calls, made) < place(&calls, "CreateDistributionWithTags"), "{made}: {calls:?}");
        }
        // AWS's own take their place.
        let plain = manual(account, &[(", redirect: true, folders: true, headers: strict", "")]);
        let sent = calls.len();
        local.apply(&plain).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(sent);
        for gone in ["DeleteResponseHeadersPolicy", "DeleteFunction"] {
            assert!(place(&calls, "UpdateDistribution") < place(&calls, gone), "{gone}: {calls:?}");
        }
        local.apply(&own).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&own).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// Publishing gives the distribution another tag than the one that was read.
#[test]
fn a_function_and_its_distribution_change_in_one_run() {
    on_deep_stack(async {
        let account = "300000000427";
        let local = LocalAccount::new(account).await;
        let before = manual(account, &[]);
        local.bring_up(&before).await.unwrap_or_else(|why| panic!("{why}"));
        let after = manual(account, &[("folders: true", "folders: true, index: start.html")]);
        let plan = local.plan(&after).await;
        let expected =
            ["Update AWS::CloudFront::Distribution/site-manual", "Update AWS::CloudFront::Function/site-manual"];
        assert_eq!(outline(&plan), expected, "{}", words(&plan));
        local.apply(&after).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_function_that_somebody_wrote_and_did_not_publish_is_mended() {
    on_deep_stack(async {
        let account = "300000000428";
        let local = LocalAccount::new(account).await;
        let wanted = manual(account, &[]);
        local.bring_up(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let cloudfront = aws_sdk_cloudfront::Client::new(&local.by_hand().await);
        let all = cloudfront.list_functions().send().await.unwrap().function_list.unwrap();
        let name = all.items()[0].name().to_owned();
        let there = cloudfront.describe_function().name(&name).send().await.unwrap();
        let config = there.function_summary.unwrap().function_config;
        let call = cloudfront.update_function().name(&name).set_if_match(there.e_tag).set_function_config(config);
        let by_hand = call.function_code(Blob::new("function handler(event) { return event.request; }"));
        by_hand.send().await.unwrap();

        let plan = local.plan(&wanted).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).collect();
        let told: Vec<_> = fields.iter().map(|field| (field.path.as_str(), &field.cause)).collect();
        assert_eq!(told, [("/AutoPublish", &Cause::Drift), ("/FunctionCode", &Cause::Drift)], "{}", words(&plan));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let code = async |stage| {
            let told = cloudfront.get_function().name(&name).stage(stage).send().await.unwrap();
            told.function_code.unwrap()
        };
        assert_eq!(code(FunctionStage::Live).await, code(FunctionStage::Development).await);
    });
}

/// As the page shows it, and with a website, whose distribution has a source of its own; far from us-east-1.
#[test]
fn records_of_requests_are_delivered_compared_mended_and_go_again() {
    on_deep_stack(async {
        let account = "300000000433";
        let there = ("region: us-east-1", "region: eu-west-1");
        let site = (
            "records: { versions: false, expires: 365, cdn_log: true }",
            "records: { versions: false, expires: 365, cdn_log: true }\n      media: { website: cdn }",
        );
        let (local, wanted) = (LocalAccount::new(account).await, example_at("cdn.md", 1, account, &[there, site]));
        local.bring_up(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let of_region = aws_sdk_cloudwatchlogs::config::Builder::from(&local.by_hand().await);
        let logs = aws_sdk_cloudwatchlogs::Client::from_conf(
            of_region.region(aws_sdk_cloudwatchlogs::config::Region::new("us-east-1")).build(),
        );
        let all = logs.describe_deliveries().send().await.unwrap().deliveries.unwrap();
        let paths: Vec<_> = all.iter().filter_map(|one| one.s3_delivery_configuration()?.suffix_path()).collect();
        assert_eq!(paths, ["{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"; 2]);
        logs.delete_delivery().id(all[0].id().unwrap()).send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert_eq!(plan.changes.len(), 1, "{}", words(&plan));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&wanted).await.is_empty());
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(logs.describe_delivery_sources().send().await.unwrap().delivery_sources().is_empty());
    });
}
