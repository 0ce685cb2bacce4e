//! A load balancer is gone only if load balancing says so, whatever WAF knows of it.

use provision::kinds::KINDS;
use provision::resource::{AnyListing, Class, Scope, StackId, State};

use crate::canned::Canned;

const ARN: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/acme-production-main/1";
const UNKNOWN_TO_WAF: (&str, u16, &str) =
    ("GetWebACLForResource", 400, r#"{ "__type": "WAFNonexistentItemException", "Message": "doesn't exist" }"#);
const GONE: (&str, u16, &str) = (
    "DescribeLoadBalancerAttributes",
    400,
    "<ErrorResponse><Error><Code>LoadBalancerNotFound</Code><Message>gone</Message></Error></ErrorResponse>",
);

/// Lists a public load balancer of ours in this state, with these answers.
async fn list(state: &str, answers: &[(&str, u16, &str)]) -> AnyListing {
    let balancers = format!(
        "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>\
         <LoadBalancerArn>{ARN}</LoadBalancerArn><LoadBalancerName>acme-production-main</LoadBalancerName>\
         <Scheme>internet-facing</Scheme><Type>application</Type><State><Code>{state}</Code></State>\
         </member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
    );
    let tag = |name: &str, value: &str| format!("<member><Key>provision:{name}</Key><Value>{value}</Value></member>");
    let all = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
    let all = all.map(|(name, value)| tag(name, value)).concat();
    let tags = format!(
        "<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>{ARN}</ResourceArn>\
         <Tags>{all}</Tags></member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>"
    );
    let there = [("DescribeLoadBalancers", 200, balancers.as_str()), ("DescribeTags", 200, tags.as_str())];
    let aws = Canned::by_operation(&[&there, answers].concat());
    let kind = KINDS.iter().find(|kind| kind.facts().kind == "AWS::ElasticLoadBalancingV2::LoadBalancer").unwrap();
    let scope = Scope { project: "p".into(), stacks: vec![StackId::new("acme", "production")], ..Scope::default() };
    kind.list(&aws.session(kind.permissions().read).await.reader(), &scope).await.unwrap()
}

#[tokio::test]
async fn one_that_is_provisioned_and_that_waf_does_not_know_yet_has_no_web_acl() {
    let listing = list("provisioning", &[UNKNOWN_TO_WAF]).await;
    assert!(listing.unseen.is_empty(), "{listing:#?}");
    let [live] = &listing.found[..] else { panic!("{listing:#?}") };
    assert!(matches!(live.state, State::Settling(_)), "{live:?}");
    assert_eq!(live.spec["WebACLArn"], "");
}

#[tokio::test]
async fn one_that_is_active_and_that_waf_does_not_know_is_not_read_and_not_absent() {
    let listing = list("active", &[UNKNOWN_TO_WAF]).await;
    let [unseen] = &listing.unseen[..] else { panic!("{listing:#?}") };
    assert_eq!((unseen.id.as_str(), unseen.failure.class), (ARN, Class::Busy));
    assert!(unseen.tags.is_some(), "it is known whose it is");
}

#[tokio::test]
async fn one_that_load_balancing_does_not_know_any_more_is_absent() {
    let listing = list("active", &[UNKNOWN_TO_WAF, GONE]).await;
    assert!(listing.found.is_empty() && listing.unseen.is_empty(), "{listing:#?}");
}
