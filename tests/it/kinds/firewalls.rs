//! WAF takes a change for the content that it was meant for; what our own first attempt has written is no other's.

use provision::aws::Writer;
use provision::resource::{Changes, Failure, pointer};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, json_tags, kind_of, settled};
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const NAME: &str = "acme-production-main";
const MOVED: &str = r#"{ "__type": "WAFOptimisticLockException", "Message": "moved" }"#;

/// One kind, and how WAF calls it.
struct Case {
    kind: &'static str,
    /// As in `ListIPSets`, and its one and many.
    name: &'static str,
    one: &'static str,
    many: &'static str,
}

const CASES: &[Case] = &[
    Case { kind: "AWS::WAFv2::IPSet", name: "IPSet", one: "IPSet", many: "IPSets" },
    Case { kind: "AWS::WAFv2::WebACL", name: "WebACL", one: "WebACL", many: "WebACLs" },
];

/// The content of both, with this description.
fn content(description: &str) -> Value {
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    json!({
        "Name": NAME, "Id": "1", "ARN": arn(), "Description": description,
        "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"],
        "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility,
    })
}

fn arn() -> String {
    format!("arn:aws:wafv2:us-east-1:123456789012:regional/any/{NAME}/1")
}

/// What WAF lists of ours, and the tags of it.
fn listed(case: &Case) -> [(String, u16, String); 2] {
    let Case { name, many, .. } = case;
    let tags = json_tags("Key", "Value");
    [
        (format!("List{name}s"), 200, json!({ *many: [{ "Name": NAME, "Id": "1", "ARN": arn() }] }).to_string()),
        ("ListTagsForResource".into(), 200, json!({ "TagInfoForResource": { "TagList": tags } }).to_string()),
    ]
}

async fn writer(aws: &Canned, case: &Case) -> Writer {
    aws.writer(case.kind, &[NAME], &[]).await
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_made_out_is_not_absent() {
    for case in CASES {
        // An action that only a later version of the program knows.
        let content = json!({ "Name": NAME, "Id": "1", "ARN": arn(), "DefaultAction": { "Later": {} } });
        for answer in [json!({}), json!({ "WebACL": content })] {
            let read = (format!("Get{}", case.name), 200, answer.to_string());
            let listing = Canned::by_operation(&[&listed(case)[..], &[read]].concat()).list(kind_of(case.kind)).await;
            assert_eq!((listing.found.len(), listing.unseen.len()), (0, 1), "{} {answer}", case.kind);
        }
    }
}

/// Changes a description from `old` to `new`; the first attempt finds that the lock token has moved, and then this content.
async fn change(case: &Case, there: &str) -> (Result<(), Failure>, usize) {
    let Case { kind, name, one, .. } = case;
    let content = [
        (format!("Get{name}"), 200, json!({ *one: content("old"), "LockToken": "a" }).to_string()),
        (format!("Update{name}"), 400, MOVED.to_owned()),
        (format!("Get{name}"), 200, json!({ *one: content(there), "LockToken": "b" }).to_string()),
        (format!("Get{name}"), 200, json!({ *one: content("new"), "LockToken": "c" }).to_string()),
    ];
    let aws = Canned::by_operation(&[&listed(case)[..], &content].concat());
    let live = aws.live(kind_of(case.kind)).await;
    let kind = kind_of(kind);
    let mut spec = live.spec.clone();
    spec["Description"] = "new".into();
    let spec = settled(kind, spec);
    let writer = writer(&aws, case).await;
    let changes = changes(&["/Description"]);
    let made = kind.update(&writer, &live, &spec, &changes).await;
    (made.map(drop), aws.asked().iter().filter(|asked| asked.contains(&format!(" Update{name} "))).count())
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_was_lost_and_that_was_sent_again_is_done() {
    for case in CASES {
        assert_eq!(change(case, "new").await, (Ok(()), 1), "{}", case.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_moved_without_a_change_is_read_again_and_a_foreign_change_is_told() {
    for case in CASES {
        assert_eq!(change(case, "old").await, (Ok(()), 2), "{}", case.kind);
        let (made, sent) = change(case, "by hand").await;
        assert_eq!(
            (made.unwrap_err().message.contains("was changed by somebody else"), sent),
            (true, 1),
            "{}",
            case.kind
        );
    }
}

/// An emptied list is sent as such: left out it is refused; and WAF takes no description without letters.
#[tokio::test]
async fn a_set_that_is_emptied_sends_no_addresses_and_no_words() {
    let case = &CASES[0];
    let read = ("GetIPSet".to_owned(), 200, json!({ "IPSet": content("old"), "LockToken": "a" }).to_string());
    let aws = Canned::by_operation(&[&listed(case)[..], &[read]].concat());
    let live = aws.live(kind_of(case.kind)).await;
    let kind = kind_of(case.kind);
    let mut spec = live.spec.clone();
    spec["Addresses"] = json!([]);
    spec["Description"] = "".into();
    let spec = settled(kind, spec);
    let writer = writer(&aws, case).await;
    kind.update(&writer, &live, &spec, &Changes::new(Vec::new())).await.unwrap();
    let asked = aws.asked();
    let sent = asked.iter().find_map(|asked| asked.split(" UpdateIPSet ").nth(1)).unwrap();
    let sent: Value = serde_json::from_str(sent).unwrap();
    assert_eq!((&sent["Addresses"], sent.get("Description")), (&json!([]), None));
}

/// What Firewall Manager puts before and behind the rules no update takes away.
#[tokio::test]
async fn the_groups_of_firewall_manager_are_told_as_somebody_elses() {
    let case = &CASES[1];
    let mut acl = content("d");
    acl["PreProcessFirewallManagerRuleGroups"] = json!([{ "Name": "first", "Priority": 0 }]);
    acl["PostProcessFirewallManagerRuleGroups"] = json!([{ "Name": "last", "Priority": 0 }]);
    let read = ("GetWebACL".to_owned(), 200, json!({ "WebACL": acl, "LockToken": "a" }).to_string());
    let live = Canned::by_operation(&[&listed(case)[..], &[read]].concat()).live(kind_of(case.kind)).await;
    let kind = kind_of(case.kind);
    let is_theirs = |path: &str| kind.facts().additive.iter().any(|list| pointer::covers(list, path));
    let told: Vec<_> = live.unmodelled.iter().map(|one| (one.path.rsplit('/').next(), is_theirs(&one.path))).collect();
    assert_eq!(told, [(Some("first"), true), (Some("last"), true)]);
}

/// A web ACL with what managed groups, rule groups and the account's applications are told.
const TEMPLATE: &str = "
resources:
  - type: AWS::WAFv2::WebACL
    name: main
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: main }
      OnSourceDDoSProtectionConfig: { ALBLowReputationMode: ALWAYS_ON }
      ApplicationConfig: { Attributes: [{ Name: purpose, Values: [shop] }] }
      Rules:
        - Name: own
          Priority: 0
          Statement:
            RuleGroupReferenceStatement: { Arn: \"arn:aws:wafv2:us-east-1:300000000087:regional/rulegroup/own/1\" }
          OverrideAction: { None: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: own }
        - Name: bots
          Priority: 1
          Statement:
            ManagedRuleGroupStatement:
              VendorName: AWS
              Name: AWSManagedRulesBotControlRuleSet
              ManagedRuleGroupConfigs: [{ AWSManagedRulesBotControlRuleSet: { InspectionLevel: COMMON } }]
          OverrideAction: { None: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: bots }
";

#[test]
fn what_rule_groups_and_attacks_are_met_with_comes_back_as_it_was_written() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000087").await;
        let stack = |template: &str| {
            let tenant = "tenant: walls\ntemplate: own\naccount: \"300000000087\"\nenvironments: { production: { region: us-east-1 } }\n";
            let all = blueprints(&[("walls.yaml", tenant)], &[("own.yaml", template)]);
            all.unwrap_or_else(|why| panic!("{why}")).remove(0)
        };
        local.apply(&stack(TEMPLATE)).await.unwrap_or_else(|why| panic!("{why}"));
        let calmer = TEMPLATE.replace("ALWAYS_ON", "ACTIVE_UNDER_DDOS").replace("COMMON", "TARGETED");
        let plan = local.plan(&stack(&calmer)).await;
        let fields: Vec<_> =
            plan.changes.iter().flat_map(|change| &change.fields).map(|field| field.path.as_str()).collect();
        let bots = "/Rules/bots/Statement/ManagedRuleGroupStatement/ManagedRuleGroupConfigs";
        assert_eq!(fields, ["/OnSourceDDoSProtectionConfig/ALBLowReputationMode", bots], "{}", words(&plan));
        local.apply(&stack(&calmer)).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
