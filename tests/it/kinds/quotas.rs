//! What a plan adds is held against AWS's quotas: summed over its stacks, counted where it stands, told with the line that
//! causes it, and never held up by what AWS does not tell.

use std::collections::{BTreeMap, BTreeSet};

use provision::aws::{QUOTA_READS, limits};
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::kinds::{KINDS, shapes};
use provision::plan::{
    Beside, Check, Demand, Finding, FindingVerdict, Mode, Plan, QuotaMode, StackPlan, demands, hold_quotas, refusals,
};
use provision::report::{TextOptions, plan_html, plan_json, plan_markdown, plan_sarif, plan_text};
use provision::resource::{Class, Failure, Limit, Result, StackId};
use serde_json::Value;

use super::preflight::nothing_there;
use crate::aws::canned::Canned;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, plan_with};

const VPCS: &str = "L-F678F1CE";
const NETWORK: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: one
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/24, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: two
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.1.0/24, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::EIP
    name: out
    properties: {}
  - type: AWS::EC2::NatGateway
    name: out
    properties:
      SubnetId: \"{{ ref('AWS::EC2::Subnet/one') }}\"
      AllocationId: \"{{ ref('AWS::EC2::EIP/out', 'AllocationId') }}\"
";

/// Two stacks of one account.
fn stacks(account: &str, template: &str) -> Vec<Blueprint> {
    let tenant = format!(
        "tenant: ledger\ntemplate: own\naccount: \"{account}\"\nenvironments: {{ production: {{ region: us-east-1 }}, test: {{ region: us-east-1 }} }}\n"
    );
    blueprints(&[("ledger.yaml", &tenant)], &[("own.yaml", template)]).unwrap_or_else(|why| panic!("{why}"))
}

fn planned(stacks: &[Blueprint], inventories: &BTreeMap<StackId, Inventory>) -> Vec<StackPlan> {
    stacks.iter().map(|one| plan_with(one, &inventories[&one.stack.id], Mode::Apply)).collect()
}

/// What the creation of all stacks adds.
fn added(stacks: &[Blueprint]) -> Vec<Demand> {
    let inventories = nothing_there(stacks);
    let plans = planned(stacks, &inventories);
    demands(&shapes(), plans.iter().zip(stacks).map(|(plan, one)| (plan, one, &inventories[&one.stack.id])))
}

fn of<'a>(demands: &'a [Demand], code: &str) -> Vec<&'a Demand> {
    demands.iter().filter(|demand| demand.quota.code == code).collect()
}

fn only<'a>(demands: &'a [Demand], code: &str) -> &'a Demand {
    let [demand] = of(demands, code)[..] else { panic!("{code}: {demands:#?}") };
    demand
}

fn allowed(value: f64) -> Result<Option<Limit>> {
    Ok(Some(Limit { value, is_adjustable: true }))
}

fn denied<T>() -> Result<T> {
    Err(Failure::new(Class::Denied, "no right to servicequotas:ListServiceQuotas"))
}

#[test]
fn what_several_stacks_add_is_summed_and_more_than_is_allowed_is_told_with_the_line_and_the_command() {
    let all = added(&stacks("300000000194", NETWORK));
    let vpcs = only(&all, VPCS);
    assert_eq!((vpcs.adds.to_string().as_str(), &vpcs.beside), ("2", &Beside::All));
    assert_eq!(vpcs.judge(allowed(6.0), Ok(Some(4.0))).verdict, FindingVerdict::Ok);
    let finding = vpcs.judge(allowed(5.0), Ok(Some(4.0)));
    assert_eq!((finding.check, finding.verdict), (Check::Quota, FindingVerdict::Exceeded));
    assert_eq!(
        finding.problem.what,
        "VPCs per Region: 5 allowed in us-east-1 of 300000000194, 4 in use, 2 more planned: AWS::EC2::VPC/main of \
         ledger/production, ledger/test"
    );
    assert_eq!(
        finding.problem.hint.as_deref(),
        Some(
            "`⟪aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-F678F1CE \
             --desired-value 6 --region us-east-1⟫` asks AWS for more"
        )
    );
    let line = finding.problem.span.map(|span| span.to_string());
    assert_eq!(line.as_deref(), Some("templates/own.yaml:3"));
    let fixed = vpcs.judge(Ok(Some(Limit { value: 5.0, is_adjustable: false })), Ok(Some(4.0)));
    assert_eq!(fixed.problem.hint.as_deref(), Some("AWS does not raise it: use another account or region"));
}

#[test]
fn what_is_not_known_is_unknown_and_what_is_too_much_in_any_case_needs_no_count() {
    let all = added(&stacks("300000000194", NETWORK));
    let vpcs = only(&all, VPCS);
    for (limit, in_use) in
        [(denied(), Ok(Some(0.0))), (Ok(None), Ok(Some(0.0))), (allowed(5.0), denied()), (allowed(5.0), Ok(None))]
    {
        let finding = vpcs.judge(limit, in_use);
        assert_eq!(finding.verdict, FindingVerdict::Unknown, "{finding:?}");
        assert!(finding.why.is_some() && !finding.problem.is_error(), "{finding:?}");
    }
    assert_eq!(vpcs.judge(allowed(1.0), denied()).verdict, FindingVerdict::Exceeded);
}

#[test]
fn what_a_vpc_or_a_zone_has_is_counted_there_and_a_new_vpc_has_nothing() {
    let all = added(&stacks("300000000194", NETWORK));
    let subnets = of(&all, "L-407747CB");
    let told: Vec<_> = subnets.iter().map(|one| (one.adds.to_string(), &one.beside)).collect();
    assert_eq!(told, [("2".to_owned(), &Beside::Nothing), ("2".to_owned(), &Beside::Nothing)]);
    let gateways = only(&all, "L-FE5A380F");
    assert_eq!((gateways.adds.to_string().as_str(), &gateways.beside), ("2", &Beside::In("use1-az1".to_owned())));
}

#[test]
fn rules_count_for_their_own_group_in_one_direction_and_one_family() {
    let group = |rules: &str| {
        format!(
            "resources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties: {{ CidrBlock: 10.20.0.0/16 }}\n  \
             - type: AWS::EC2::SecurityGroup\n    name: web\n    properties:\n      GroupDescription: web\n      \
             VpcId: \"{{{{ ref('AWS::EC2::VPC/main') }}}}\"\n      SecurityGroupIngress:\n{rules}"
        )
    };
    let rule = |port: usize, from: &str| {
        format!("        - {{ IpProtocol: tcp, FromPort: {port}, ToPort: {port}, {from} }}\n")
    };
    let mut rules = String::new();
    (1..=40).for_each(|port| rules += &rule(port, "CidrIp: 10.0.0.0/8"));
    (1..=30).for_each(|port| rules += &rule(port, "CidrIpv6: 2001:db8::/32"));
    rules += &rule(1, "SourceSecurityGroupId: sg-1");
    let all = added(&stacks("300000000194", &group(&rules)));
    let of_groups = of(&all, "L-0EA8095F");
    assert_eq!(of_groups.len(), 2, "each group by itself: {of_groups:?}");
    let finding = of_groups[0].judge(allowed(40.0), Ok(Some(0.0)));
    assert_eq!(
        finding.problem.what,
        "Inbound or outbound rules per security group: 40 allowed, 41 wanted: AWS::EC2::SecurityGroup/web of \
         ledger/production"
    );
    assert_eq!(of_groups[0].judge(allowed(41.0), Ok(Some(0.0))).verdict, FindingVerdict::Ok);
}

/// The whole way on the local AWS: what is asked when, and what stands in every report.
#[test]
fn a_plan_asks_what_it_adds_to_and_an_unchanged_one_asks_nothing() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000195").await;
        let stacks = stacks(&local.account, NETWORK);
        let by_hand = aws_sdk_servicequotas::Client::new(&local.by_hand().await);
        let asked = by_hand.request_service_quota_increase().service_code("vpc").quota_code(VPCS).desired_value(1.0);
        asked.send().await.expect("the sandbox grants it");

        let warned = local.plan_all(&stacks, QuotaMode::Warn).await.plan;
        let exceeded: Vec<_> = warned
            .findings
            .iter()
            .filter(|one| one.verdict == FindingVerdict::Exceeded)
            .map(|one| one.quota.code)
            .collect();
        assert_eq!(exceeded, [VPCS]);
        assert!(warned.findings.iter().all(|one| one.verdict != FindingVerdict::Unknown), "{:#?}", warned.findings);
        assert!(refusals(&warned).is_empty());
        reported(&warned);

        let blocked = local.plan_all(&stacks, QuotaMode::Block).await.plan;
        let refused: Vec<_> = refusals(&blocked).iter().map(ToString::to_string).collect();
        assert_eq!(refused.len(), 2, "both stacks add to it: {refused:?}");
        assert!(refused[0].contains("the quota VPCs per Region has no room for it"), "{refused:?}");
        assert!(plan_json(&blocked).contains("\"guard\": \"quota\""));

        let before = local.calls().await.len();
        let off = local.plan_all(&stacks, QuotaMode::Off).await.plan;
        assert!(off.findings.is_empty());
        for stack in &stacks {
            local.apply(stack).await.unwrap_or_else(|why| panic!("{why}"));
        }
        let unchanged = local.plan_all(&stacks, QuotaMode::Block).await.plan;
        assert!(unchanged.findings.is_empty() && refusals(&unchanged).is_empty());
        let calls = local.calls().await.split_off(before);
        assert!(calls.iter().all(|call| !call.starts_with("servicequotas:")), "{calls:?}");
    });
}

fn reported(plan: &Plan) {
    let text = plan_text(plan, TextOptions::default());
    let told = "VPCs per Region: 1 allowed in us-east-1 of 300000000195, ";
    for report in [&text, &plan_markdown(plan, str::to_owned), &plan_html(plan), &plan_json(plan), &plan_sarif(plan)] {
        assert!(report.contains(told), "{report}");
        assert!(report.contains("own.yaml"), "{report}");
        assert!(report.contains("request-service-quota-increase"), "{report}");
    }
    assert!(text.contains("room in "), "{text}");
    let sarif: Value = serde_json::from_str(&plan_sarif(plan)).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"quota".into(), &"warning".into()));
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    let schema: Value = serde_json::from_str(include_str!("../../../docs/plan.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let document = serde_json::from_str(&plan_json(plan)).expect("JSON");
    let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn what_is_unknown_for_one_reason_is_told_once() {
    let stacks = stacks("300000000194", NETWORK);
    let plans = planned(&stacks, &nothing_there(&stacks));
    let findings: Vec<Finding> = added(&stacks).iter().map(|demand| demand.judge(denied(), Ok(None))).collect();
    assert!(findings.len() > 4, "{findings:?}");
    let mut plan = Plan { stacks: plans, ..Plan::default() };
    hold_quotas(&mut plan, findings, QuotaMode::Block);
    let text = plan_text(&plan, TextOptions::default());
    assert_eq!(text.matches("no right to servicequotas:ListServiceQuotas").count(), 1, "{text}");
    assert!(text.contains("not compared: ") && text.contains(" more: "), "{text}");
    assert!(refusals(&plan).is_empty(), "what is not known blocks nothing");
}

#[tokio::test]
async fn values_come_in_pages_and_the_default_holds_where_none_is_applied() {
    let quota = |code: &str, value: f64| format!(r#"{{"QuotaCode": "{code}", "Value": {value}, "Adjustable": true}}"#);
    let page = |quota: &str, rest: &str| format!(r#"{{"Quotas": [{quota}]{rest}}}"#);
    let answers = [
        ("ListServiceQuotas", 200, page(&quota("L-1", 7.0), r#", "NextToken": "x""#)),
        ("ListServiceQuotas", 200, page(&quota("L-2", 8.0), "")),
        ("ListAWSDefaultServiceQuotas", 200, page(&format!("{}, {}", quota("L-1", 5.0), quota("L-3", 9.0)), "")),
    ];
    let aws = Canned::matching(&answers);
    let reader = aws.session(QUOTA_READS).await.reader();
    let told = limits(&reader, "vpc", &BTreeSet::from(["L-1", "L-3"])).await.expect("three answers");
    let values: Vec<_> = told.iter().map(|(code, limit)| format!("{code} {}", limit.value)).collect();
    assert_eq!(values, ["L-1 7", "L-2 8", "L-3 9"]);
    let aws = Canned::matching(&answers[..2]);
    let reader = aws.session(QUOTA_READS).await.reader();
    limits(&reader, "vpc", &BTreeSet::from(["L-1"])).await.expect("what is applied is enough");
}

/// Names and codes are written down twice, from AWS's pages: by the kinds, and by the sandbox.
#[tokio::test]
async fn every_quota_is_one_that_the_sandbox_knows_by_the_same_name() {
    let local = LocalAccount::new("300000000196").await;
    let by_hand = aws_sdk_servicequotas::Client::new(&local.by_hand().await);
    let mut names: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let quotas: Vec<_> = KINDS.iter().flat_map(|kind| kind.facts().quotas).collect();
    assert!(quotas.len() > 25);
    for quota in quotas {
        if !names.contains_key(quota.service) {
            let answer = by_hand.list_aws_default_service_quotas().service_code(quota.service).send().await;
            let told = answer.unwrap_or_else(|why| panic!("{}: {why:?}", quota.service));
            let told =
                told.quotas().iter().filter_map(|one| Some((one.quota_code()?.into(), one.quota_name()?.into())));
            names.insert(quota.service, told.collect());
        }
        assert_eq!(names[quota.service].get(quota.code).map(String::as_str), Some(quota.name), "{quota:?}");
    }
}
